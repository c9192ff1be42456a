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
            #expect(figures.contains { $0.contains("; 95 % interval 0.") })
            #expect(child.output.contains("\ncalibration: "))
            #expect(!child.errors.contains("100 % done") || child.errors.contains("effects"))
            #expect(evaluate.output.contains(figures.joined(separator: "\n")))
        }

        private func object(_ child: ChildProcess) throws -> JSONObject {
            let bytes = Array(child.output.utf8)
            return try #require(try JSONValue(parsing: bytes.span, depthMax: 32).asObject)
        }

        @Test func `train, evaluate and model show print one JSON object, and read a pipe`() throws
        {
            let table = TrainProgramTests.table(300)
            let arguments = [
                "--folds", "3", "--repeats", "1", "--candidates", "logistic", "stumps",
            ]
            let training = try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "train", "--data", "-", "--schema", directory.path(of: "schema.json"),
                    "--name", "plans", "--version", "1", "--output", directory.path(of: "1"),
                    "--json",
                ] + arguments, input: table)
            #expect(try training.waitForExit() == .code(0), "\(training.errors)")
            let result = try object(training)
            #expect(result["model"]?.asString == "plans/1")
            #expect(result["bundle"]?.asString == directory.path(of: "1"))
            #expect(result["rows"]?.asNumber == 300)
            #expect(result["grouped_by"] == .null)
            #expect(result["candidates"]?.asArray?.count == 2)
            #expect(result["warnings"]?.asArray?.isEmpty == true)
            let holdOut = try #require(result["hold_out"]?.asObject)
            #expect(holdOut["roc_auc_95_percent_interval"]?.asArray?.count == 2)
            #expect(training.errors.contains("3 of 3 folds"))

            let evaluating = try ChildProcess(
                BuiltProgram.churnctl,
                ["evaluate", "--model", directory.path(of: "1"), "--data", "-", "--json"],
                input: table)
            #expect(try evaluating.waitForExit() == .code(0), "\(evaluating.errors)")
            let evaluation = try object(evaluating)
            #expect(evaluation["table"]?.asString == "training")
            #expect(evaluation["is_as_stated"]?.asBool == true)
            #expect(evaluation["hold_out"]?.asObject == holdOut)

            let showing = try ChildProcess(
                BuiltProgram.churnctl, ["model", "show", directory.path(of: "1"), "--json"])
            #expect(try showing.waitForExit() == .code(0), "\(showing.errors)")
            let shown = try object(showing)
            #expect(shown["sha256"] == result["sha256"])
            #expect(shown["columns"]?.asArray?.count == 3)
            #expect(shown["provenance"]?.asObject?["rows"]?.asNumber == 300)
        }

        @Test func `a copy of the training table is not called new, and is compared on request`()
            throws
        {
            let child = try train("--folds", "2", "--repeats", "1", "--candidates", "stumps")
            #expect(try child.waitForExit() == .code(0), "\(child.errors)")
            let lines = TrainProgramTests.table(300).split(separator: "\n")
            let sorted = [lines[0]] + lines.dropFirst().reversed()
            try write(sorted.joined(separator: "\n"), to: "sorted.csv")
            func evaluate(_ arguments: String...) throws -> ChildProcess {
                try ChildProcess(
                    BuiltProgram.churnctl,
                    [
                        "evaluate", "--model", directory.path(of: "1"), "--data",
                        directory.path(of: "sorted.csv"),
                    ] + arguments)
            }
            let alone = try evaluate()
            #expect(try alone.waitForExit() == .code(0))
            #expect(alone.output.contains("probably the same rows"))
            #expect(!alone.output.contains("not learned from"))
            let compared = try evaluate("--training", directory.path(of: "table.csv"))
            #expect(try compared.waitForExit() == .code(0))
            #expect(
                compared.output.contains(
                    "240 have the values of rows that were learned from, 60 of rows that were held "
                        + "out, 0 are new"))
            let wrong = try evaluate("--training", directory.path(of: "sorted.csv"))
            #expect(try wrong.waitForExit() == .code(65))
            #expect(wrong.errors.contains("not the table the model was trained on"))
        }

        @Test func `a column that alone decides is warned of`() throws {
            let rows = (0..<300).map { "\($0 % 3 == 0 ? "plus,1,yes" : "basic,2,no")\n" }.joined()
            try write("plan,price,left\n" + rows, to: "leak.csv")
            let child = try train(
                "--folds", "2", "--repeats", "1", "--candidates", "stumps", table: "leak.csv")
            #expect(try child.waitForExit() == .code(0), "\(child.errors)")
            #expect(child.errors.contains("warning: plan alone ranks the rows"))
            let check = try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "data", "check", "--schema", directory.path(of: "schema.json"), "--data",
                    directory.path(of: "leak.csv"),
                ])
            #expect(try check.waitForExit() == .code(0))
            #expect(check.output.contains("columns that alone decide the outcome: 2"))
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
                (["--folds", "1"], "table.csv", 64, "--folds: expected 2 to 20"),
                (["--candidates", "magic"], "table.csv", 64, "magic"),
                (["--groups", "price"], "table.csv", 64, "price: makes no groups"),
                (
                    ["--groups", "pan"], "table.csv", 64,
                    "pan: no such field, expected one of plan, price; did you mean plan?"
                ),
                (
                    ["--group-by", "customer"], "table.csv", 64,
                    "customer: no such field, expected one of plan, price\n"
                ),
                ([], "short.csv", 65, "0 positive and 1 negative rows, expected at least 10"),
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
