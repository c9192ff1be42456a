import Testing

/// A text that keeps a rule, one that breaks it, and where.
struct RuleSample: Sendable, CustomTestStringConvertible {
    let rule: HouseRule
    var path = "Sources/JSON/A.swift"
    let good: String
    let bad: String
    let brokenLines: [Int]

    var testDescription: String { "\(rule.statement): \(String(bad.prefix(40)).debugDescription)" }
}

private func lines(_ count: Int) -> String { String(repeating: "x\n", count: count) }

private func function(lines count: Int) -> String {
    "\nfunc f() {\n" + String(repeating: "a()\n", count: count - 2) + "}\n"
}

private let samples: [RuleSample] = [
    RuleSample(rule: .fileLength, good: lines(400), bad: lines(401), brokenLines: [401]),
    RuleSample(
        rule: .fileLength, path: "Tests/JSONTests/A.swift", good: lines(800), bad: lines(801),
        brokenLines: [801]),
    RuleSample(
        rule: .lineLength, good: "\n" + String(repeating: "ä", count: 100),
        bad: "\n" + String(repeating: "a", count: 101), brokenLines: [2]),
    RuleSample(
        rule: .functionLength, good: function(lines: 70), bad: function(lines: 71),
        brokenLines: [2]),
    RuleSample(
        rule: .functionLength,
        good: "protocol P {\n    func f()\n    var a: Int { get }\n}\n" + lines(80) + "a { }",
        bad: "@Test(arguments: [f { 1 }]) func `a { b`(\n" + lines(69) + ") { }", brokenLines: [1]),
    RuleSample(
        rule: .functionLength, good: "a = .init(\n" + lines(80) + ") { }",
        bad: "init?(a: Int = { 1 }()) throws {\n" + lines(70) + "}", brokenLines: [1]),
    RuleSample(
        rule: .doors, good: "// import COpenSSL\nlet a = \"import COpenSSL\"",
        bad: "\ninternal import COpenSSL", brokenLines: [2]),
    RuleSample(
        rule: .doors, path: "Sources/Redis/A.swift", good: "internal import CHiredis",
        bad: "internal import CLinux", brokenLines: [1]),
    RuleSample(
        rule: .doors, path: "Sources/POSIX/A.swift", good: "internal import Glibc",
        bad: "import func CXGBoost.XGBGetLastError", brokenLines: [1]),
    RuleSample(
        rule: .doors, path: "Tests/RedisTests/A.swift", good: "import CHiredis\nimport Glibc",
        bad: "import CLinux", brokenLines: [1]),
    RuleSample(
        rule: .noFoundation, good: "internal import Dispatch",
        bad: "import Foundation\nimport FoundationEssentials\nimport struct Foundation.URL",
        brokenLines: [1, 2, 3]),
    RuleSample(
        rule: .noFoundation, path: "Tests/TidyTests/A.swift", good: "import Foundation",
        bad: "", brokenLines: []),
    RuleSample(
        rule: .declaredImports, path: "Sources/JWT/A.swift",
        good: "package import JSON\ninternal import Dispatch",
        bad: "internal import HTTPServer\nimport Models", brokenLines: [1, 2]),
    RuleSample(
        rule: .declaredImports, path: "Tests/JSONTests/A.swift",
        good: "import JSON\nimport TestSupport\nimport Testing", bad: "import Redis",
        brokenLines: [1]),
    RuleSample(
        rule: .safety,
        good:
            "// SAFETY: a\n\n\n\n\n\nunsafe a.withUnsafeBytes {\n\n\n\n\n\nunsafe $0.baseAddress }",
        bad: "// SAFETY: a\n\n\n\n\n\n\nunsafe a.withUnsafeBytes { }", brokenLines: [8]),
    RuleSample(
        rule: .safety, good: "unsafe close(path, &status)",
        bad: "final class A: @unchecked Sendable { }\nnonisolated(unsafe) var a = 1",
        brokenLines: [1, 2]),
    RuleSample(
        rule: .safety, good: "// SAFETY: a mutex guards it.\nstruct A: @unchecked Sendable { }",
        bad: "let a = \"SAFETY:\"\n@safe struct A { }", brokenLines: [2]),
    RuleSample(
        rule: .safety, good: "@safe struct A {\n// SAFETY: freed by deinit alone.\nlet a: B\n}",
        bad: "a()\nunsafe a.pointee = 1\n// SAFETY: too late.", brokenLines: [2]),
    RuleSample(
        rule: .names, good: "struct Database { }\nlet ConnectionManager = 1\nstruct BaseMargin { }",
        bad: "final class ConnectionManager { }\nenum StringUtils { }\nprotocol ModelBase { }",
        brokenLines: [1, 2, 3]),
    RuleSample(
        rule: .names, good: "struct ParticipantList { }\nstruct Base64 { }",
        bad: "struct ReactorParts { }\nenum DeskOrder { }", brokenLines: [1, 2]),
    RuleSample(
        rule: .names, path: "Sources/JSON/JSONHelpers.swift", good: "", bad: "let a = 1",
        brokenLines: [1]),
    RuleSample(
        rule: .noMarkers, good: "let TODO = \"FIXME\" // TODOs, MARKER, remarkable",
        bad: "/* a\n TO" + "DO: b */\n// FIX" + "ME\n// MA" + "RK: - c", brokenLines: [2, 3, 4]),
    RuleSample(
        rule: .noPublic, good: "// public\npackage let a = \"public\"\nlet b = open(path, 0)",
        bad: "public let a = 1\nopen class B { }\n@usableFromInline let c = 1",
        brokenLines: [1, 2, 3]),
    RuleSample(
        rule: .noSleep, path: "Tests/JSONTests/A.swift",
        good: "// sleep(1)\nlet sleep = \"usleep(1)\"\nfunc sleep(a: Int) { }",
        bad: "sleep(1)\nGlibc.usleep(1)\ntry await Task.sleep(for: .seconds(1))",
        brokenLines: [1, 2, 3]),
    RuleSample(
        rule: .noEmoji, path: "README.md", good: "5 µs → ≥ 3 × 2, § 1, ü",
        bad: "a\n\u{1F600}\n\u{2705} \u{2714}", brokenLines: [2, 3]),
    RuleSample(
        rule: .noMachinePaths, path: "Docs/A.md", good: "/etc/churnd, Docs/home.md",
        bad: "\n\(Project.root)/Sources\n/ho" + "me/a", brokenLines: [2, 3]),
    RuleSample(
        rule: .plainWords, path: "README.md", good: "a plain sentence",
        bad: "Robust\nan enterprise-grade service", brokenLines: [1, 2]),
    RuleSample(
        rule: .plainEnglish,
        good: "// anyone who has it; there is none\nlet told = 1 // behind a proxy\nlet a = \"A\"",
        bad: "// Who has it\nlet a = \"it is none\"\n// a\n// It goes on,\n/* told */",
        brokenLines: [1, 2, 4, 5]),
    RuleSample(
        rule: .plainEnglish, path: "Docs/A.md", good: "They are verified.\nIs it? None.",
        bad: "b\nWhoever asks", brokenLines: [2]),
    RuleSample(
        rule: .noVagueFailure,
        good: "case .a: fatalError(\"\")\ncase _: return\ndefault: nil",
        bad: "case .a: 1\ncase _: preconditionFailure(\"\")\ndefault:\nfatalError(\"\")",
        brokenLines: [2, 4]),
    RuleSample(
        rule: .documentWidth, path: "Docs/A.md",
        good: "a " + String(repeating: "a", count: 138) + "\n| "
            + String(repeating: "a", count: 140)
            + "\n```\na " + String(repeating: "a", count: 140) + "\n```",
        bad: "a\na " + String(repeating: "a", count: 139), brokenLines: [2]),
    RuleSample(
        rule: .shortFiles, good: lines(30), bad: lines(29), brokenLines: [1]),
    RuleSample(
        rule: .shortFiles, path: "Sources/POSIX/A.swift", good: lines(3), bad: "",
        brokenLines: []),
    RuleSample(
        rule: .sentences, path: "Tests/JSONTests/A.swift",
        good: "@Test func `one is one`() { }\nfunc read() { }",
        bad: "@Test(arguments: [1])\nfunc one(a: Int) { }\n@Test func testTwo() { }",
        brokenLines: [2, 3]),
]

@Suite struct HouseRuleTests {
    @Test(arguments: samples)
    func `a rule finds what breaks it and nothing else`(sample: RuleSample) {
        #expect(broken(sample.good, sample) == (sample.rule.isAbout(sample.path) ? [1] : []))
        #expect(broken(sample.bad, sample).sorted() == sample.brokenLines)
    }

    @Test(arguments: HouseRule.all)
    func `every rule has a sample that breaks it`(rule: HouseRule) {
        #expect(
            samples.contains { $0.rule.statement == rule.statement && !$0.brokenLines.isEmpty })
    }

    @Test func `a violation is shown with its place`() {
        let file = ProjectFile(path: "Sources/JSON/A.swift", text: "\npublic let a = 1")
        #expect(
            HouseRule.noPublic.violations(in: file)
                == ["Sources/JSON/A.swift:2: `package` is the widest access"])
    }

    private func broken(_ text: String, _ sample: RuleSample) -> [Int] {
        sample.rule.brokenLines(ProjectFile(path: sample.path, text: text))
    }
}

extension HouseRule {
    /// Whether the path alone breaks the rule, whatever the text.
    fileprivate func isAbout(_ path: String) -> Bool {
        !brokenLines(ProjectFile(path: path, text: "")).isEmpty
    }
}

@Suite struct WholeProjectRulesTests {
    private let manifest = PackageManifest(
        """
        let package = Package(
            products: [.executable(name: "p", targets: ["p"])],
            targets: [
                .target(name: "A"),
                module("B", ["A"]),
                module(
                    "C",
                    ["A", "D", logging]),
                .target(
                    name: "D", dependencies: ["B"], path: "Tests/D", swiftSettings: rules + [a()]),
                program("p", ["C"]),
            ],
            swiftLanguageModes: [.v6])
        """)

    @Test func `a manifest's targets and their dependencies are read`() {
        #expect(
            manifest.targets == [
                .init(name: "A", dependencies: [], line: 4),
                .init(name: "B", dependencies: ["A"], line: 5),
                .init(name: "C", dependencies: ["A", "D"], line: 7),
                .init(name: "D", dependencies: ["B"], line: 10),
                .init(name: "p", dependencies: ["C"], line: 11),
            ])
        #expect(manifest.closure(of: "p") == ["p", "C", "A", "D", "B"])
        #expect(manifest.closure(of: "B") == ["B", "A"])
    }

    @Test func `a dependency that is declared below is found`() {
        #expect(
            ManifestRules.upwardDependencies(in: manifest)
                == ["Package.swift:7: C depends on D, declared below it"])
    }

    @Test func `a protocol with one implementation is found`() {
        let one = ProjectFile(
            path: "Sources/A/A.swift",
            text: "// P\n\nprotocol P: Sendable { }\nstruct A: Sendable, P { let p: P }")
        let two = ProjectFile(path: "Sources/A/B.swift", text: "extension B: P where C: P { }")
        let none = ProjectFile(
            path: "Sources/A/B.swift", text: "struct B<T>: Q where T: P { }\nfunc f(p: some P)")
        let expected = ["Sources/A/A.swift:3: protocol P has fewer than two implementations"]
        #expect(ProtocolRule.violations(in: [one]) == expected)
        #expect(ProtocolRule.violations(in: [one, none]) == expected)
        #expect(ProtocolRule.violations(in: [one, two]) == [])
    }

    @Test func `headings have the anchors that a forge gives them`() {
        let file = ProjectFile(
            path: "Docs/A.md", text: "# `POST /a`, and B_c\n```\n# d\n```\n## E: f-g")
        #expect(MarkdownLinks.anchors(in: file) == ["post-a-and-b_c", "e-f-g"])
    }

    @Test func `a name of two types is found, but for two nested ones`() {
        let one = ProjectFile(path: "Sources/A/A.swift", text: "struct P { enum State { } }")
        let two = ProjectFile(
            path: "Sources/B/B.swift", text: "enum Q { struct State { } }\nvar P = 1")
        let three = ProjectFile(path: "Sources/B/C.swift", text: "\nextension Q { enum P { } }")
        #expect(TypeNames.violations(in: [one, two]) == [])
        #expect(
            TypeNames.violations(in: [one, two, three]) == [
                "Sources/A/A.swift:1: P is the name of another type too",
                "Sources/B/C.swift:2: P is the name of another type too",
            ])
    }

    @Test func `a declaration that no source uses is found`() {
        let source = ProjectFile(
            path: "Sources/A/A.swift",
            text: "@main struct A { let b = c()\nvar d: Int { b } // d\nfunc c() { \"\\(e)\" } }")
        let test = ProjectFile(path: "Tests/ATests/A.swift", text: "func e() { d() }")
        let fuzz = ProjectFile(path: "Fuzz/A/A.swift", text: "A().d")
        let expected = ["Sources/A/A.swift:2: d is used by no source"]
        #expect(DeadDeclarations.violations(in: [source, test]) == expected)
        #expect(DeadDeclarations.violations(in: [source, fuzz]) == [])
    }

    @Test func `a large target needs a reason, and another must not have one`() {
        let table =
            "## Large targets\n\n| target | reason |\n|---|---|\n| B | because |\n\n## C\n\n| A | |"
        let many = (0...40).map { ProjectFile(path: "Sources/A/\($0).swift", text: "") }
        let long = ProjectFile(path: "Sources/B/A.swift", text: lines(3501))
        let short = ProjectFile(path: "Sources/B/A.swift", text: lines(3500))
        #expect(LargeTargets.violations(in: [long], document: table) == [])
        #expect(
            LargeTargets.violations(in: many + [short], document: table) == [
                "A is large and has no reason", "B has a reason and is not large",
            ])
        #expect(LargeTargets.violations(in: many.dropLast() + [long], document: table) == [])
    }

    @Test func `links to files are found, others are not`() {
        let file = ProjectFile(
            path: "Docs/A.md",
            text: """
                [a](B.md) and [b](../C.md#d), [c](https://example.org), [d](#e)
                ```
                [e](F.md)
                ```
                [f](G.md "title")
                """)
        let links = MarkdownLinks.all(in: file)
        #expect(links.map(\.path) == ["B.md", "../C.md", "", "G.md"])
        #expect(links.map(\.anchor) == [nil, "d", "e", nil])
        #expect(links.map(\.line) == [1, 1, 1, 5])
        #expect(Project.path("../C.md", from: file) == "C.md")
        #expect(Project.path("B.md", from: file) == "Docs/B.md")
    }

    @Test func `paths in backticks are found, alone or before arguments`() {
        let file = ProjectFile(
            path: "Docs/A.md",
            text: "`Docs/B.md` Docs/C.md `b`\n```\n`Docs/D.md`\n```\n`a` and `Scripts/e.sh 1`")
        #expect(
            NamedPaths.all(in: file) == [
                NamedPaths.Named(path: "Docs/B.md", line: 1),
                NamedPaths.Named(path: "Scripts/e.sh", line: 5),
            ])
    }
}

@Suite struct SwiftLexerTests {
    @Test(arguments: [
        ("let a = 1", ["let", "a", "=", "1"]),
        ("// a\nb /* c /* d */ e */ f", ["b", "f"]),
        ("\"a // b\" c", ["a // b", "c"]),
        (#""a\"b" c"#, ["a\"b".replacingQuote, "c"]),
        (##"#"a"b"# c"##, [#"a"b"#, "c"]),
        (#""a\(b("c"))d" e"#, ["(", "b", "(", "c", ")", ")", "ad", "e"]),
        ("\"\"\"\na\"b\n\"\"\" c", ["\na\"b\n", "c"]),
        ("@Test func `a { b`()", ["@Test", "func", "`a { b`", "(", ")"]),
        ("#if a", ["#if", "a"]),
        ("\"open", ["open"]), ("/* open", []), ("`open", ["`open"]),
    ]) func `text is cut into tokens`(text: String, expected: [String]) {
        #expect(SwiftLexer(text).tokens.map(\.text) == expected)
    }

    @Test func `tokens and comments know their lines`() {
        let lexer = SwiftLexer("a\n/* b\nc */ d\n\"\"\"\ne\n\"\"\"\nf // g")
        #expect(lexer.tokens.map(\.line) == [1, 3, 4, 7])
        #expect(lexer.comments.map(\.line) == [2, 3, 7])
        #expect(lexer.comments.map(\.text) == ["/* b", "c */", "// g"])
    }
}

extension String {
    /// The lexer drops escapes from a string's text.
    fileprivate var replacingQuote: String { filter { $0 != "\"" } }
}
