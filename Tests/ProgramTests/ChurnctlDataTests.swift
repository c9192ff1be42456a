import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl data check`.
    @Suite struct ChurnctlDataTests {
        private static let schemaText = """
            {"type":"object","properties":{"id":{"type":"string","x-identifier":true},
            "plan":{"type":"string","enum":["Basic","Premium"]},
            "months":{"type":"integer","minimum":0,"maximum":120}},
            "required":["plan","months"],"additionalProperties":false,
            "x-implies":[{"if":{"plan":["Premium"]},"then":{"months":[12,24]}}],
            "x-target":{"column":"left","positive":"Yes","negative":"No"}}
            """

        private let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
            try Files.writeAtomically(
                Self.schemaText.utf8.span, to: directory.path(of: "schema.json"))
        }

        private func check(_ arguments: [String], input: String) throws -> ChildProcess {
            try ChildProcess(
                BuiltProgram.churnctl, ["data", "check", "--schema", "schema.json"] + arguments,
                workingDirectory: directory.path, input: input)
        }

        private static let table = """
            id,plan,months,left
            a,Basic,1,Yes
            b,Premium,24,No
            c,Basic,400,No
            b,Premium,13,No
            d,Gold,,No
            e,Basic,1,Yes
            f

            """

        @Test func `the report tells what columns hold and what is wrong with rows`() throws {
            let child = try check(["--data", "-"], input: Self.table)
            #expect(try child.waitForExit() == .code(65))
            #expect(child.errors == "")
            #expect(
                child.output == """
                    standard input: 7 rows, 3 unusable

                    column  type        blank  bad  values
                    id      identifier      0    0
                    plan    category        0    1  Basic 3, Premium 2
                    months  integer         1    2  1 to 400
                    left    target          0    0  No 4 (66.7 %), Yes 2 (33.3 %)

                    plan: unknown value "Gold", once, first in line 6

                    rows that repeat an identifier: 1
                    rows that repeat another but for the identifier: 1
                    contradictions: 1

                    line 4, column months: error: must be an integer from 0 to 120, found "400"
                    line 5, column id: warning: the same as in line 3
                    line 5, column months: warning: must be 12 or 24 where plan is Premium
                    line 6, column plan: error: must be one of: Basic, Premium, found "Gold"
                    line 6, column months: error: is required and must be an integer from 0 to 120
                    line 7: warning: the values of line 2
                    line 8: error: 1 cells, expected 4

                    """)
        }

        @Test func `the report is there for machines, with every problem in a file`() throws {
            let child = try check(
                ["--data", "-", "--json", "--errors", "problems"], input: Self.table)
            #expect(try child.waitForExit() == .code(65))
            let report = try JSONValue(parsing: Array(child.output.utf8).span).asObject
            #expect(report?["rows"] == .number(7))
            #expect(report?["unusable_rows"] == .number(3))
            #expect(report?["columns"]?.asArray?.count == 4)
            let path = directory.path(of: "problems")
            let lines = try Files.read(path, bytesMax: 1 << 20).split(separator: UInt8(ascii: "\n"))
            #expect(lines.count == 7)
            let first = try JSONValue(parsing: Array(lines[0]).span).asObject
            #expect(first?["severity"] == .string("error"))
            #expect(first?["line"] == .number(4))
            #expect(first?["column"] == .string("months"))
            #expect(first?["code"] == .string("out_of_range"))
        }

        @Test func `warnings do not fail, and only the first problems are told`() throws {
            let rows = String(repeating: "Basic,1,Yes\n", count: 24)
            let child = try check(["--data", "-"], input: "plan,months,left\n\(rows)Basic,2,No\n")
            #expect(try child.waitForExit() == .code(0))
            #expect(child.output.contains("standard input: 25 rows, all usable\n"))
            #expect(child.output.hasSuffix("\nand 4 more; --errors lists them all\n"))
        }

        @Test(arguments: [
            (["--data", "none"], "", 66, "none: open: No such file or directory"),
            (["--data", "."], "", 66, ".: open: Is a directory"),
            (["--data", "-"], "", 66, "standard input: nothing in it, expected a table"),
            (["--data", "-"], "plan,x\n", 65, "missing columns: months; unknown columns: x"),
            (["--data", "-"], "\"plan\n", 65, "line 1: a quote that is never closed"),
            (["--data", "-", "--schema", "none"], "", 66, "none: open: No such file"),
            (["--data", "schema.json", "--schema", "-"], "", 66, "-: open: No such file"),
            (["--data", "-", "--errors", "none/x"], "plan,months\n", 73, "none/x: open: No such"),
            ([], "", 64, "--data"),
        ])
        func `a table that cannot be checked fails with its reason`(
            arguments: [String], input: String, code: CInt, message: String
        ) throws {
            let child = try check(arguments, input: input)
            #expect(try child.waitForExit() == .code(code))
            #expect(child.errors.contains(message), "\(child.errors)")
            #expect(child.output == "")
        }

        @Test func `a schema that is none fails with its place`() throws {
            try Files.writeAtomically("{}".utf8.span, to: directory.path(of: "schema.json"))
            let child = try check(["--data", "-"], input: "")
            #expect(try child.waitForExit() == .code(65))
            #expect(
                child.errors == """
                    churnctl: schema.json: /type: missing
                    churnctl: schema.json: /additionalProperties: missing
                    churnctl: schema.json: /properties: missing

                    """)
        }
    }
}
