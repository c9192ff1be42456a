import Testing

/// The house rules, asked of the project itself.
@Suite struct ProjectTests {
    @Test(arguments: HouseRule.all)
    func `the project keeps the rule`(rule: HouseRule) {
        for violation in Project.files.flatMap(rule.violations) { Issue.record("\(violation)") }
    }

    @Test func `the project's files were found`() {
        let paths = Project.files.map(\.path)
        #expect(paths.contains("Package.swift"))
        #expect(paths.contains("Tests/TidyTests/ProjectTests.swift"))
        #expect(paths.contains("Sources/POSIX/FileDescriptor.swift"))
    }

    @Test func `a target depends on targets declared above it only`() {
        for violation in ManifestRules.upwardDependencies(in: Project.manifest) {
            Issue.record("\(violation)")
        }
        #expect(
            Project.manifest.target("churnd")?.dependencies.contains("PredictionService") == true)
    }

    @Test func `the server is not linked with XGBoost`() {
        let closure = Project.manifest.closure(of: "churnd")
        #expect(closure.isDisjoint(with: ["XGBoost", "CXGBoost", "Training"]))
        #expect(Project.manifest.closure(of: "churnctl").contains("CXGBoost"))
    }

    @Test func `churnctl is not linked with the server, nor the server with its client`() {
        let closure = Project.manifest.closure(of: "churnctl")
        #expect(closure.isDisjoint(with: ["PredictionService", "HTTPServer"]))
        #expect(!Project.manifest.closure(of: "PredictionService").contains("OperationsClient"))
    }

    @Test func `every protocol has two implementations`() {
        for violation in ProtocolRule.violations(in: Project.files.filter(\.isSource)) {
            Issue.record("\(violation)")
        }
    }

    @Test func `links in documents lead to files`() {
        for file in Project.files where file.path.hasSuffix(".md") {
            for link in MarkdownLinks.all(in: file) {
                if !Project.hasFile(at: link.path, from: file) {
                    Issue.record("\(file.path):\(link.line): leads to no file: \(link.path)")
                }
            }
        }
    }
}
