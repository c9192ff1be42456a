import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl train` and `churnctl evaluate`.
    @Suite struct TrainProgramTests {
        private let directory: TemporaryDirectory
        private let schema = """
            {"type":"object","properties":{
            "plan":{"type":"string","enum":["basic","plus"]},
            "price":{"type":"number","minimum":0,"maximum":150}},
            "required":["plan","price"],"additionalProperties":false,
            "x-target":{"column":"left","positive":"yes","negative":"no"}}
            """

        init() throws {
            directory = try TemporaryDirectory()
            try write(schema, to: "schema.json")
            try write(TrainProgramTests.table(300), to: "table.csv")
        }

        private static func table(_ rows: Int) -> String {
            let lines = (0..<rows).map { row in
                let price = row * 37 % 150
                let leaves = price + row * 53 % 90 > 120
                return "\(row % 2 == 0 ? "basic" : "plus"),\(price),\(leaves ? "yes" : "no")\n"
            }
            return "plan,price,left\n" + lines.joined()
        }

        private func write(_ text: String, to name: String) throws {
            let bytes = Array(text.utf8)
            try Files.writeAtomically(bytes.span, to: directory.path(of: name))
        }

        private func train(_ arguments: String..., table: String = "table.csv") throws
            -> ChildProcess
        {
            try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "train", "--data", directory.path(of: table), "--schema",
                    directory.path(of: "schema.json"), "--name", "plans", "--version", "1",
                    "--output", directory.path(of: "1"),
                ] + arguments)
        }

        @Test
        func `train writes a bundle and a report, and evaluate repeats the hold-out's figures`()
            throws
        {
            let child = try train(
                "--folds", "3", "--repeats", "1", "--candidates", "logistic", "stumps",
                "--export-folds", directory.path(of: "folds.csv"))
            #expect(try child.waitForExit() == .code(0), "\(child.errors)")
            #expect(child.output.contains("300 rows"))
            #expect(child.output.contains("Logistic regression"))
            #expect(child.errors.contains("3 of 3 folds"))
            #expect(
                try Files.names(in: directory.path) == [
                    "1", "1-report.html", "folds.csv", "schema.json", "table.csv",
                ])
            let evaluate = try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "evaluate", "--model", directory.path(of: "1"), "--data",
                    directory.path(of: "table.csv"),
                ])
            #expect(try evaluate.waitForExit() == .code(0), "\(evaluate.errors)")
            #expect(evaluate.output.contains("the figures are those of the manifest"))
            // The same lines stand in both outputs.
            let figures = child.output.split(separator: "\n").drop { $0 != "hold-out" }.dropFirst()
                .prefix { $0.hasPrefix("  ") }
            #expect(figures.count == 12)
            #expect(evaluate.output.contains(figures.joined(separator: "\n")))
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func `an interrupted training ends at once and leaves nothing`(signal: CInt) throws {
            let child = try train("--repeats", "100", "--candidates", "boosting", "forest")
            try eventually("a fifth of the folds is done") {
                child.ended != nil || child.errors.contains("of 500 folds")
            }
            child.signal(signal)
            #expect(try child.waitForExit(within: 10) == .signal(signal))
            #expect(child.output == "")
            #expect(try Files.names(in: directory.path) == ["schema.json", "table.csv"])
        }

        @Test func `what is wrong ends with its own exit code and one line, and leaves nothing`()
            throws
        {
            try write("plan,price,left\nbasic,1,no\n", to: "short.csv")
            try write("plan,price\nbasic,1\n", to: "untold.csv")
            try write("plan,price,left\nbasic,NaN,no\nbasic,1e400,no\n", to: "numbers.csv")
            try write("", to: "empty.csv")
            let names = try Files.names(in: directory.path)
            let cases: [(arguments: [String], table: String, code: CInt, says: String)] = [
                (["--folds", "1"], "table.csv", 64, "--folds: wanted 2 to 20"),
                (["--candidates", "magic"], "table.csv", 64, "magic"),
                (["--groups", "price"], "table.csv", 64, "price: makes no groups"),
                ([], "short.csv", 65, "0 positive and 1 negative rows, wanted at least 10"),
                ([], "untold.csv", 65, "missing columns: left"),
                ([], "numbers.csv", 65, "line 2, column price"),
                ([], "empty.csv", 65, "missing columns"),
                ([], "absent.csv", 66, "open: No such file"),
                (["--output", "/proc/1/model"], "table.csv", 73, "/proc/1"),
                (["--output", directory.path], "table.csv", 73, "exists"),
            ]
            for (arguments, table, code, says) in cases {
                let child = try ChildProcess(
                    BuiltProgram.churnctl,
                    [
                        "train", "--data", directory.path(of: table), "--schema",
                        directory.path(of: "schema.json"), "--name", "plans", "--version", "1",
                    ]
                        + (arguments.contains("--output")
                            ? [] : ["--output", directory.path(of: "1")])
                        + arguments)
                #expect(try child.waitForExit() == .code(code), "\(arguments) \(table)")
                #expect(child.errors.contains(says), "\(child.errors)")
                #expect(try Files.names(in: directory.path) == names)
            }
        }

        @Test
        func `a bundle that does not load and data that cannot be read have their exit codes`()
            throws
        {
            for (model, data, code) in [
                (directory.path, "table.csv", 70), (BuiltProgram.modelPath, "absent.csv", 66),
                (BuiltProgram.modelPath, "table.csv", 65),
            ] as [(String, String, CInt)] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl,
                    ["evaluate", "--model", model, "--data", directory.path(of: data)])
                #expect(try child.waitForExit() == .code(code))
                #expect(child.errors.hasPrefix("churnctl: "))
            }
        }
    }
}
