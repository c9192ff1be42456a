import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl model show`, `verify` and `import`.
    @Suite struct ChurnctlModelTests {
        private static let schemaText = """
            {"type":"object","properties":{
            "plan":{"type":"string","enum":["basic","plus","all"]},
            "paperless":{"type":"string","enum":["Yes","No"]},
            "months":{"type":"integer","minimum":0,"maximum":60},
            "price":{"type":"number","minimum":0,"maximum":150}},
            "required":["plan","paperless","months","price"],"additionalProperties":false}
            """
        private static let model =
            "\(ProjectPlaces.root)/Tests/ModelImportTests/Fixtures/release-3.json"

        private let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
            try Files.writeAtomically(
                Self.schemaText.utf8.span, to: directory.path(of: "schema.json"))
        }

        private func churnctl(_ arguments: String...) throws -> ChildProcess {
            try ChildProcess(
                BuiltProgram.churnctl, ["model"] + arguments, workingDirectory: directory.path)
        }

        private func importing(
            model: String = model, schema: String = "schema.json", output: String = "bundle",
            name: String = "ours"
        ) throws -> ChildProcess {
            try churnctl(
                "import", "--model", model, "--schema", schema, "--output", output, "--name",
                name, "--version", "1")
        }

        @Test func `a model that was trained in Python is imported, shown and verified`() throws {
            let making = try importing()
            #expect(try making.waitForExit() == .code(0))
            let summary =
                "ours/1, gbtree, 4 trees of depth 3, linked, 4 features, "
                + "100 golden rows reproduced\n"
            #expect(making.output == "bundle: " + summary)
            #expect(
                making.errors == """
                    churnctl: no column shows paperless=No
                    churnctl: unproven: whether it predicts what it predicts in Python is shown \
                    by --expect, and by --data with outcomes

                    """)

            let verifying = try churnctl("verify", "bundle")
            #expect(try verifying.waitForExit() == .code(0))
            #expect(verifying.output == "bundle: " + summary)

            let showing = try churnctl("show", "bundle")
            #expect(try showing.waitForExit() == .code(0))
            for line in [
                "model        ours/1", "not shown    paperless=No", "columns      4",
                "  months         months", "  plan           code of plan: all, basic, gold, plus",
                "  paperless_Yes  paperless is Yes", "  \"saved_by\": \"XGBoost 3.2.0\",",
            ] {
                #expect(showing.output.split(separator: "\n").contains(Substring(line)), "\(line)")
            }
        }

        @Test func `what goes wrong is told by the exit code, and nothing is left`() throws {
            let unknown = Self.schemaText.replacing("\"price\"", with: "\"prize\"")
            try Files.writeAtomically(unknown.utf8.span, to: directory.path(of: "other.json"))
            try Files.writeAtomically("no model".utf8.span, to: directory.path(of: "text"))
            // One after the other, for most of them would write to the same place.
            let cases: [(run: () throws -> ChildProcess, code: Int32, text: String)] = [
                ({ try importing(name: "a/b") }, 64, "--name: expected 1 to 64"),
                (
                    { try importing(schema: "other.json") }, 65,
                    "column price: nothing the schema has; nearest: prize, "
                ),
                (
                    {
                        try churnctl(
                            "import", "--model", Self.model, "--schema", "schema.json", "--output",
                            "b", "--name", "a", "--version", "1", "--expect", "text")
                    }, 64, "--expect: expected its rows too"
                ),
                ({ try importing(model: "none") }, 66, "none: open: No such file"),
                ({ try importing(model: "text") }, 70, "text: neither JSON, UBJSON"),
                ({ try importing(output: ".") }, 73, ".: exists"),
                ({ try churnctl("verify", "none") }, 66, "none/manifest.json: open"),
            ]
            for (run, code, text) in cases {
                let child = try run()
                #expect(try child.waitForExit() == .code(code), "\(text)")
                #expect(child.errors.contains(text), "\(child.errors)")
            }
            #expect(
                try Files.names(in: directory.path) == ["other.json", "schema.json", "text"])
        }

        /// A table and a model of it, of Tests/ModelImportTests, with what it predicts in Python.
        private func importingProven(
            _ name: String, _ arguments: String..., rows: String = "proof-customers.csv"
        ) throws -> ChildProcess {
            let fixtures = "\(ProjectPlaces.root)/Tests/ModelImportTests/Fixtures"
            let schema = """
                {"type":"object","properties":{"id":{"type":"string","x-identifier":true},
                "plan":{"type":"string","enum":["basic","plus","none"]},
                "security":{"type":"string","enum":["Yes","No","No plan"]},
                "months":{"type":"integer","minimum":0,"maximum":60},
                "senior":{"type":"integer","minimum":0,"maximum":1},
                "price":{"type":"number","minimum":0,"maximum":150,"x-blank":0}},
                "required":["plan","security","months","senior","price"],
                "additionalProperties":false,
                "x-target":{"column":"left","positive":"yes","negative":"no"}}
                """
            try Files.writeAtomically(schema.utf8.span, to: directory.path(of: "proof.json"))
            let text = String(
                decoding: try Files.read("\(fixtures)/proof-expected.csv", bytesMax: 1 << 20),
                as: UTF8.self)
            let lines = text.split(separator: "\n").map { $0.split(separator: ",") }
            let column = try #require(lines[0].firstIndex(of: Substring(name)))
            let expected = lines.map { "\($0[0]),\($0[column])\n" }.joined()
            try Files.writeAtomically(expected.utf8.span, to: directory.path(of: "expected.csv"))
            return try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "model", "import", "--model", "\(fixtures)/proofs/\(name).json", "--schema",
                    "proof.json", "--output", "bundle", "--name", "a", "--version", "1",
                ] + arguments.map { $0.replacing("TABLE", with: "\(fixtures)/\(rows)") },
                workingDirectory: directory.path)
        }

        @Test func `an import is proved by predictions and outcomes, and shown to be`() throws {
            let making = try importingProven(
                "right-trees", "--expect", "expected.csv", "--data", "TABLE")
            #expect(try making.waitForExit() == .code(0))
            #expect(making.errors.contains("churnctl: 400 predictions are the expected ones\n"))
            #expect(making.errors.contains("churnctl: 400 rows: ROC-AUC 0.8971 (0.8583 to 0.936)"))
            let showing = try churnctl("show", "bundle")
            #expect(try showing.waitForExit() == .code(0))
            #expect(showing.output.contains("\nproof        400 rows as expected, 400 outcomes\n"))
            #expect(showing.output.contains("\"kind\": \"expect\""))
        }

        @Test func `what contradicts an import is told line by line, and nothing is written`()
            throws
        {
            for (arguments, words) in [
                ([], "/wrong-missing.json: column price: the model learned where missing values"),
                (
                    ["--expect", "expected.csv", "--rows", "TABLE"],
                    "churnctl: expected.csv: 29 of 400 predictions are not the expected ones: the "
                        + "rows that differ have a blank in price"
                ),
            ] as [([String], String)] {
                let making =
                    arguments.isEmpty
                    ? try importingProven("wrong-missing")
                    : try importingProven(
                        "wrong-missing", arguments[0], arguments[1], arguments[2], arguments[3])
                #expect(try making.waitForExit() == .code(65))
                #expect(making.errors.contains(words), "\(making.errors)")
                #expect(
                    making.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("churnctl: ") })
                #expect(try !Files.names(in: directory.path).contains("bundle"))
            }
            let unproven = try importingProven("wrong-missing", "--unproven")
            #expect(try unproven.waitForExit() == .code(0))
            let showing = try churnctl("show", "bundle")
            #expect(try showing.waitForExit() == .code(0))
            #expect(showing.output.contains("\nproof        none: missing_values\n"))
        }

        @Test func `a bundle that was changed is refused`() throws {
            #expect(try importing().waitForExit() == .code(0))
            let path = directory.path(of: "bundle/golden.jsonl")
            var golden = try Files.read(path, bytesMax: 1 << 20)
            golden.removeLast()
            try Files.writeAtomically(golden.span, to: path)
            for command in ["verify", "show"] {
                let child = try churnctl(command, "bundle")
                #expect(try child.waitForExit() == .code(70))
                #expect(child.errors.hasPrefix("churnctl: bundle: golden.jsonl: SHA-256 "))
                #expect(child.output == "")
            }
        }
    }
}
