import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl score`, from files to files.
    @Suite struct ChurnctlScoreTests {
        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory() }

        private struct Ended {
            let code: ChildProcess.Exit
            let output: String
            let errors: String
        }

        private func score(_ arguments: String..., input: String = "") throws -> Ended {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["score", "--model", BuiltProgram.modelPath] + arguments,
                workingDirectory: directory.path, input: input)
            let code = try child.waitForExit()
            return Ended(code: code, output: child.output, errors: child.errors)
        }

        /// Requests that the bundle's golden rows hold, which reach every value of its schema.
        private func goldenBodies() throws -> [String] {
            let path = BuiltProgram.modelPath + "/golden.jsonl"
            let lines = try Files.read(path, bytesMax: 1 << 24).split(separator: UInt8(ascii: "\n"))
            return try lines.map { line in
                let row = try JSONValue(parsing: Array(line).span)
                var writer = JSONWriter()
                writer.value(try #require(row.asObject?["request"]))
                return String(decoding: writer.finish(), as: UTF8.self)
            }
        }

        /// The spelling of a number, as the text of a member has it.
        private func probability(in text: Substring) throws -> Substring {
            let start = try #require(text.firstRange(of: "\"churn_probability\":")).upperBound
            return text[start...].prefix { $0 != "," }
        }

        @Test func `a file is answered as its records would be one by one`() throws {
            let bodies = try goldenBodies()
            let churnd = try ChurndProcess(["quota.limit": "\(bodies.count)"])
            let token = try TokenFactory().token("alice")
            let client = try churnd.client()
            let answered = try bodies.map { body in
                let answer = try client.exchange(.predict(token: token, body: body))
                #expect(answer.status == 200)
                return try probability(in: answer.text[...])
            }
            let ended = try score(input: bodies.joined(separator: "\n"))
            #expect(ended.code == .code(0))
            #expect(ended.errors == "churnctl: \(bodies.count) rows scored, 0 refused\n")
            let scored = try ended.output.split(separator: "\n").map { try probability(in: $0) }
            #expect(scored.count >= 50)
            #expect(scored == answered)
        }

        @Test func `rows that are refused are listed and the others scored`() throws {
            let customer = Customer.valid.json
            let input = "\(customer)\n{}\nnothing\n\(customer)\n"
            try Files.writeAtomically(input.utf8.span, to: directory.path(of: "in"))
            let ended = try score(
                "--input", "in", "--output", "out", "--errors", "errors", "--format", "csv")
            #expect(ended.code == .code(65))
            #expect(ended.output == "")
            #expect(ended.errors == "churnctl: 2 rows scored, 2 refused\n")
            let output = try text("out").split(separator: "\n")
            #expect(output.count == 3)
            #expect(output.map { $0.split(separator: ",").last } == ["row", "1", "4"])
            let errors = try text("errors").split(separator: "\n")
            #expect(errors.count == 20)
            let malformed =
                #"{"row":3,"line":3,"column":null,"code":"malformed","#
                + #""detail":"not JSON, an unexpected byte at 1"}"#
            #expect(errors.last.map(String.init) == malformed)
        }

        @Test func `shards interleave to the whole`() throws {
            let input = String(repeating: Customer.valid.json + "\n", count: 7)
            let whole = try score("--threads", "2", input: input).output
            #expect(whole.split(separator: "\n").count == 7)
            let parts = try (1...2).map { number in
                try score("--shard", "\(number)/2", input: input).output.split(separator: "\n")
            }
            #expect(parts.map(\.count) == [4, 3])
            let joined = (0..<7).map { parts[$0 % 2][$0 / 2] + "\n" }.joined()
            #expect(joined == whole)
        }

        @Test(arguments: [
            (["--input", "none"], 66, "none: open: No such file or directory"),
            (["--input", "."], 66, ".: open: Is a directory"),
            (["--input", "empty"], 66, "empty: nothing in it, expected a table"),
            (["--input", "blank"], 66, "blank: nothing in it, expected a table"),
            (["--input", "header"], 65, "header: missing columns: gender, SeniorCitizen, "),
            (["--input", "header"], 65, "unknown columns: \\u{1b}[31mred"),
            (["--input", "quote"], 65, "quote: line 1: a quote that is never closed"),
            (["--model", "none"], 70, "none: none/manifest.json: open: No such file"),
            (["--model", "."], 70, ".: ./manifest.json: open: No such file"),
            (["--output", "none/out"], 73, "none/out: open: No such file or directory"),
            (["--output", "."], 73, ".: open: Is a directory"),
            (["--output", "/dev/full"], 73, "/dev/full: write: No space left on device"),
            (["--errors", "none/out"], 73, "none/out: open: No such file or directory"),
            (["--shard", "3/2"], 64, "expected i/n with 1 <= i <= n"),
            (["--threads", "0"], 64, "expected 1 to 256"),
            (["--format", "xml"], 64, "format"),
            (["--colour"], 64, "colour"),
        ])
        func `a run that fails says why and leaves no file`(
            arguments: [String], code: CInt, message: String
        ) throws {
            let files = [
                ("good", Customer.valid.json), ("empty", ""), ("blank", "\n\r\n"),
                ("header", "\u{1B}[31mred,tenure\n1,2\n"), ("quote", "\"customerID\n"),
            ]
            for (name, text) in files {
                try Files.writeAtomically(text.utf8.span, to: directory.path(of: name))
            }
            let names = try Files.names(in: directory.path)
            let ended = try score("--input", "good", "--output", "out").code
            #expect(ended == .code(0))
            #expect(unlink(directory.path(of: "out")) == 0)

            // The last of two equal options counts.
            let child = try ChildProcess(
                BuiltProgram.churnctl,
                ["score", "--model", BuiltProgram.modelPath, "--input", "good", "--output", "out"]
                    + arguments,
                workingDirectory: directory.path)
            #expect(try child.waitForExit() == .code(code))
            #expect(child.errors.contains(message), "\(child.errors)")
            #expect(child.output == "")
            #expect(try Files.names(in: directory.path) == names)
        }

        @Test func `a run that is interrupted leaves no file`() throws {
            #expect(mkfifo(directory.path(of: "pipe"), 0o600) == 0)
            let child = try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "score", "--model", BuiltProgram.modelPath, "--input", "pipe", "--output",
                    "out",
                ], workingDirectory: directory.path)
            // Opens when the other side does.
            let pipe = FileDescriptor(owning: open(directory.path(of: "pipe"), O_WRONLY))
            let line = Array("\(Customer.valid.json)\n".utf8)
            var written = 0
            // More than one block, so that the first one has been taken and the output begun.
            while written < 600_000 {
                written += max(0, write(pipe.rawValue, line, line.count))
            }
            child.signal(SIGINT)
            #expect(try child.waitForExit() == .signal(SIGINT))
            #expect(!(try Files.names(in: directory.path)).contains("out"))
        }

        private func text(_ name: String) throws -> String {
            String(
                decoding: try Files.read(directory.path(of: name), bytesMax: 1 << 20),
                as: UTF8.self)
        }
    }
}
