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
            #expect(making.errors == "churnctl: no column shows paperless=No\n")

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
                ({ try importing(name: "a/b") }, 64, "--name: wanted 1 to 64"),
                (
                    { try importing(schema: "other.json") }, 65,
                    "column price: nothing the schema has; nearest: prize, "
                ),
                ({ try importing(model: "none") }, 66, "none: open: No such file"),
                ({ try importing(model: "text") }, 70, "text: neither JSON nor UBJSON"),
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
