import Testing

/// The house rules, asked of the project itself.
@Suite struct ProjectTests {
    @Test(arguments: HouseRule.all)
    func `the project keeps the rule`(rule: HouseRule) {
        for violation in Project.files.flatMap(rule.violations) {
            Issue.record("\(violation)")
        }
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
            Project.manifest.target("churnd")?.dependencies.contains("Service") == true)
    }

    @Test func `the server is not linked with XGBoost`() {
        let closure = Project.manifest.closure(of: "churnd")
        #expect(closure.isDisjoint(with: ["XGBoost", "CXGBoost", "Training"]))
        #expect(Project.manifest.closure(of: "churnctl").contains("CXGBoost"))
    }

    @Test func `churnctl is not linked with the server, nor the server with its client`() {
        let closure = Project.manifest.closure(of: "churnctl")
        #expect(closure.isDisjoint(with: ["Service", "Serving", "HTTPServer"]))
        #expect(!Project.manifest.closure(of: "Service").contains("OperationsClient"))
    }

    @Test func `every protocol has two implementations`() {
        for violation in ProtocolRule.violations(in: Project.files.filter(\.isSource)) {
            Issue.record("\(violation)")
        }
    }

    @Test func `links in documents lead to files and headings`() {
        let documents = Project.files.filter { $0.path.hasSuffix(".md") }
        for file in documents {
            for link in MarkdownLinks.all(in: file) {
                let path = link.path.isEmpty ? file.path : Project.path(link.path, from: file)
                if !Project.hasFile(at: path) {
                    Issue.record("\(file.path):\(link.line): leads to no file: \(link.path)")
                } else if let anchor = link.anchor,
                    let target = documents.first(where: { $0.path == path }),
                    !MarkdownLinks.anchors(in: target).contains(anchor)
                {
                    Issue.record("\(file.path):\(link.line): \(path) has no heading \(anchor)")
                }
            }
        }
    }

    @Test func `paths that documents name are the repository's`() {
        var count = 0
        for file in Project.files where file.path.hasSuffix(".md") && file.path != "CHANGELOG.md" {
            for named in NamedPaths.all(in: file) {
                count += 1
                if !Project.hasFile(at: named.path) {
                    Issue.record("\(file.path):\(named.line): names no file: \(named.path)")
                }
            }
        }
        #expect(count > 30)
    }

    @Test func `the documented exit codes of churnctl are those of Exit`() throws {
        let path = "Docs/reference/exit-codes.md"
        let document = try #require(Project.files.first { $0.path == path })
        let rows = document.lines.drop { !$0.hasPrefix("| exit | `churnctl` |") }.dropFirst(2)
        let documented = rows.prefix { $0.hasPrefix("|") }
            .compactMap { $0.split { "| ".contains($0) }.first.flatMap { Int($0) } }
        #expect(documented == documented.sorted())
        let source = try #require(
            Project.files.first { $0.path == "Sources/churnctl/Command.swift" })
        let cases = source.lines.drop { !$0.hasPrefix("enum Exit: Int32 {") }.prefix { $0 != "}" }
            .filter { $0.contains("case ") }
        let codes = cases.compactMap { $0.split(separator: "= ").last.flatMap { Int($0) } }
        #expect(codes.count == cases.count)
        #expect(Set(documented) == Set(codes + [0]))
    }

    @Test func `a type's name is used once`() {
        for violation in TypeNames.violations(in: Project.files.filter(\.isSource)) {
            Issue.record("\(violation)")
        }
    }

    @Test func `a declaration is used by sources`() {
        for violation in DeadDeclarations.violations(in: Project.files) {
            Issue.record("\(violation)")
        }
    }

    @Test func `a large target has a reason in the architecture document, others have none`() {
        let document = Project.files.first { $0.path == "Docs/internals/architecture.md" }
        let violations = LargeTargets.violations(
            in: Project.files.filter(\.isSource), document: document?.text ?? "")
        for violation in violations { Issue.record("\(violation)") }
    }

    @Test func `the architecture document has a row for every target`() throws {
        let path = "Docs/internals/architecture.md"
        let document = try #require(Project.files.first { $0.path == path })
        let rows = document.lines.filter { $0.hasPrefix("| ") }
        let named = Set(rows.flatMap { $0.split(separator: "|")[0].split { " ,".contains($0) } })
        for target in Project.manifest.targets.map(\.name)
        where !target.hasSuffix("Tests") && !target.hasSuffix("TestSupport") {
            #expect(named.contains(Substring(target)), "\(path) has no \(target)")
        }
    }
}
