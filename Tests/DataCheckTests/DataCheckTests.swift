import DataCheck
import Features
import JSON
import Tables
import Testing

@Suite struct DataCheckTests {
    /// What a check has found of a table.
    private struct Outcome {
        let report: DataReport
        let problems: [DataProblem]

        /// For example `error 3 c not_allowed`.
        var lines: [String] {
            problems.map { problem in
                "\(problem.severity.rawValue) \(problem.line.map(String.init) ?? "-") "
                    + "\(problem.column ?? "-") \(problem.code)"
            }
        }
    }

    private static let schemaText = """
        {"type":"object","properties":{"id":{"type":"string","x-identifier":true},
        "c":{"type":"string","enum":["a","b c"],"x-aliases":{"A":"a"}},
        "i":{"type":"integer","minimum":-5,"maximum":9},
        "n":{"type":"number","minimum":-1,"maximum":1e9,"x-blank":0.5}},
        "required":["c","i","n"],"additionalProperties":false,
        "x-implies":[{"if":{"c":["a"],"i":[0]},"then":{"n":[0,0.5]}}],
        "x-target":{"column":"y","positive":"Yes","negative":"No"}}
        """

    private func check(
        _ text: String, limits: DataCheckLimits = DataCheckLimits(), chunk: Int = .max,
        schemaText: String = DataCheckTests.schemaText
    ) throws(TableInputError) -> Outcome {
        guard let schema = try? Schema(json: schemaText.utf8.span) else {
            preconditionFailure("the schema of the test is one")
        }
        var check = DataCheck(schema: schema, limits: limits)
        var problems: [DataProblem] = []
        let bytes = Array(text.utf8)
        for first in stride(from: 0, to: bytes.count, by: min(chunk, max(1, bytes.count))) {
            let end = chunk < bytes.count - first ? first + chunk : bytes.count
            try check.take(bytes.span.extracting(first..<end))
            problems += check.problems
        }
        try check.finish()
        return Outcome(report: check.report, problems: problems + check.problems)
    }

    @Test func `columns are counted and ranged, blanks and unknown values among them`() throws {
        let text = """
            y,id,c,i,n
            Yes,1,a,-5,2.5
            No,2,A,9,
            No,3,b c,12,1e400
            Maybe,4,d,x,\u{20}
            No,5,d,1.5,7
            No,6,,,8
            """
        let found = try check(text)
        let report = found.report
        #expect(report.rowCount == 6)
        #expect(report.unusableCount == 4)
        #expect(report.columns.map(\.name) == ["y", "id", "c", "i", "n"])
        #expect(report.columns.map(\.blankCount) == [0, 0, 1, 1, 2])
        #expect(report.columns.map(\.badCount) == [1, 0, 3, 4, 1])
        #expect(report.columns.map(\.valueCounts) == [[1, 4], [], [2, 1], [], []])
        #expect(report.columns.map(\.range) == [nil, nil, nil, -5...12, 2.5...8])
        let unknown = report.columns.map { column in
            column.unknownValues.map { "\($0.text) \($0.count) from \($0.firstLine)" }
        }
        #expect(unknown == [["Maybe 1 from 5"], [], ["d 2 from 5"], [], []])
        #expect(report.outcomes.map { [$0.positive, $0.negative] } == [1, 4])
        #expect(
            found.lines == [
                "error 4 i out_of_range", "error 4 n out_of_range", "error 5 y not_allowed",
                "error 5 c not_allowed", "error 5 i wrong_type", "error 6 c not_allowed",
                "error 6 i not_an_integer", "error 7 c missing", "error 7 i missing",
            ])
    }

    @Test func `rows that repeat an identifier or another row are warned of`() throws {
        let text = """
            id,c,i,n,y
            1,a,1,2,Yes
            2,A,1.0,2e0,Yes
            1,a,1,3,Yes
            3,a,1,2,No
            2,a,1,2,Yes
            1,d,1,3,No

            """
        let found = try check(text)
        #expect(
            found.lines == [
                "warning 3 - repeated_row", "warning 4 id repeated_identifier",
                "warning 6 id repeated_identifier", "warning 6 - repeated_row",
                "error 7 c not_allowed", "warning - c constant_column",
                "warning - i constant_column",
            ])
        #expect(found.problems[0].detail == "the values of line 2")
        #expect(found.problems[2].detail == "the same as in line 3")
        #expect(found.report.oddityCounts[.repeatedRow] == 2)
        #expect(found.report.oddityCounts[.repeatedIdentifier] == 2)
        #expect(!found.report.hasForgotten)
    }

    @Test(arguments: [2, 3, 4])
    func `what is not remembered is said to be so`(remembered: Int) throws {
        var limits = DataCheckLimits()
        limits.rowsRememberedMax = remembered
        let text = "c,i,n,y\na,1,1,Yes\na,2,1,No\nb c,3,2,No\nb c,3,2,No\na,1,1,Yes\n"
        let found = try check(text, limits: limits)
        #expect(found.report.hasForgotten == (remembered < 3))
        let wanted = ["warning 5 - repeated_row", "warning 6 - repeated_row"]
        #expect(found.lines == (remembered < 3 ? [wanted[1]] : wanted))
    }

    @Test func `a row that breaks a rule of the schema is a contradiction`() throws {
        let found = try check("c,i,n,y\na,0,0,Yes\na,0,,No\na,0,1,No\nb c,0,1,No\na,0,z,No\n")
        #expect(
            found.lines == [
                "warning 4 n contradiction", "error 6 n wrong_type", "warning - i constant_column",
            ])
        #expect(found.problems[0].detail == "must be 0 or 0.5 where c is a and i is 0")
        #expect(found.report.unusableCount == 1)
    }

    @Test(arguments: [
        ("c,i,n,y\n", ["warning - - no_rows"]),
        ("c,i,n\n", ["warning - y missing_target", "warning - - no_rows"]),
        ("c,i,n\na,1,2\nb c,2,3\n", ["warning - y missing_target"]),
        ("c,i,n,y\na,1,2,No\nb c,2,3,No\n", ["warning - y one_class"]),
        ("c,i,n,y\na,1,2,No\n", []),
        (
            "c,i,n,y\na,1,2,No\na,2,2,Yes\n",
            ["warning - c constant_column", "warning - n constant_column"]
        ),
    ])
    func `what only the whole table shows is warned of`(text: String, lines: [String]) throws {
        #expect(try check(text).lines == lines)
    }

    private static let brokenRows = [
        ("a,1\n", "ragged"), ("\"a\"b,1,1,No\n", "malformed"), ("a,1,1,\"No\n", "malformed"),
        ("a\"b,1,1,No\n", "malformed"), ("a,1\r,1,No\n", "malformed"),
        (String(repeating: "x", count: 200_000) + "\n", "too_large"),
        ("\(String(repeating: "x", count: 1025)),1,1,No\n", "too_large"),
    ]

    @Test(arguments: brokenRows.indices)
    func `a row that is no record is an error, and the others are checked`(index: Int) throws {
        let (row, code) = Self.brokenRows[index]
        let rest = (1...300).map { "a,\($0 % 9),\($0),Yes\n" }.joined()
        for chunk in [.max, 1000] {
            let found = try check("c,i,n,y\nb c,1,1,No\n\(row)\(rest)", chunk: chunk)
            let errors = found.lines.filter { $0.hasPrefix("error") }
            #expect(errors == ["error 3 - \(code)"], "chunks of \(chunk)")
            #expect(found.report.rowCount == 302)
            #expect(found.report.unusableCount == 1)
        }
    }

    @Test(arguments: [
        ("", TableInputError.empty), ("\n\n", .empty),
        ("\"c", .malformedHeader(.unterminatedQuote(line: 1))),
        (
            "id,c,q,c\n",
            .columns(.wrongColumns(missing: ["i", "n"], unknown: ["q"], duplicate: ["c"]))
        ),
    ])
    func `a table without a header of the schema is refused`(text: String, error: TableInputError) {
        #expect(throws: error) { try check(text) }
    }

    @Test(arguments: [-1, 0, 1])
    func `as many unknown values are told as the limit allows`(excess: Int) throws {
        var limits = DataCheckLimits()
        limits.unknownValuesMax = 4
        let count = 4 + excess
        let rows = (0..<count).map { "\(String(repeating: "z", count: 64))\($0),1,1,Yes\n" }
        #expect(try check("c,i,n,y\n" + rows.joined()).report.columns[0].unknownValues.count == 1)
        let others = (0..<count).map { "z\($0),1,1,Yes\nz\($0),1,1,Yes\n" }
        let found = try check("c,i,n,y\n" + others.joined(), limits: limits)
        let column = found.report.columns[0]
        #expect(column.unknownValues.map(\.text) == (0..<min(count, 4)).map { "z\($0)" })
        #expect(column.unknownValues.allSatisfy { $0.count == 2 })
        #expect(column.furtherUnknownCount == max(0, excess) * 2)
    }

    @Test func `problems repeat no cell`() throws {
        let found = try check(
            "id,c,i,n,y\n\"secret\n\",secret,secret,secret,secret\nsecret\nsecret\",a,1,1,No\n")
        #expect(found.report.unusableCount == 3)
        #expect(!found.problems.contains { $0.detail.contains("secret") })
    }

    @Test func `the report is one JSON object`() throws {
        let schema = try Schema(json: Self.schemaText.utf8.span)
        let found = try check("c,i,n,y\na,1,,Yes\nd,2,3,No\n")
        let text = String(decoding: found.report.json(schema: schema), as: UTF8.self)
        #expect(
            text == #"""
                {"rows":2,"unusable_rows":1,"warnings":{"repeated_identifier":0,\#
                "repeated_row":0,"contradiction":0,"out_of_range":0,"constant_column":2,\#
                "deciding_column":0,"missing_target":0,"one_class":0,"no_rows":0},\#
                "remembered_all_rows":true,"columns":[{"name":"c",\#
                "type":"category","blank":0,"bad":1,"values":{"a":1,"b c":0},\#
                "unknown_values":[{"text":"d","count":1,"first_line":3}],"further_unknown":0},\#
                {"name":"i","type":"integer","blank":0,"bad":0,"minimum":1,"maximum":2},\#
                {"name":"n","type":"number","blank":1,"bad":0,"minimum":3,"maximum":3},\#
                {"name":"y","type":"target","blank":0,"bad":0,"values":{"Yes":1,"No":1},\#
                "unknown_values":[],"further_unknown":0}]}

                """#)
    }

    @Test(arguments: [
        ("clamp", "beyond -5 to 9, taken as the nearest of them"),
        ("flag", "beyond -5 to 9, taken as it is"),
    ])
    func `a number beyond its bounds that is taken is a warning, and in the range`(
        choice: String, detail: String
    ) throws {
        let schema = Self.schemaText.replacing(
            "\"maximum\":9}", with: "\"maximum\":9,\"x-out-of-range\":\"\(choice)\"}")
        let found = try check("c,i,n,y\na,10,1,Yes\nb c,9,2,No\na,-6,x,No\n", schemaText: schema)
        #expect(
            found.lines == [
                "warning 2 i out_of_range", "warning 4 i out_of_range", "error 4 n wrong_type",
            ])
        #expect(found.problems[0].detail == detail)
        #expect(found.report.columns[1].range == -6...10)
        #expect(found.report.oddityCounts[.outOfRange] == 2)
    }

    @Test(arguments: [1, 7, Int.max])
    func `a file that is no table of the schema is named`(chunk: Int) throws {
        let cases: [(String, TableForm)] = [
            ("c;i;n\na;1;2.5\n", .separated(by: .semicolon, decimalComma: false)),
            ("[{\"c\": \"a\"}]", .jsonArray), (",c,i,n\n0,a,1,2\n", .unnamedColumn(name: "")),
        ]
        for (text, form) in cases {
            #expect(throws: TableInputError.form(form)) { try check(text, chunk: chunk) }
        }
    }

    @Test(arguments: [1, 7, Int.max])
    func `lines may end in carriage returns alone`(chunk: Int) throws {
        let found = try check("c,i,n,y\ra,1,2,Yes\rd,1,1,No\r", chunk: chunk)
        #expect(found.report.rowCount == 2)
        #expect(found.lines.first == "error 3 c not_allowed")
        #expect(found.lines.count == 3)
    }

    @Test func `outcomes in another spelling are told once for the table`() throws {
        let found = try check("c,i,n,y\na,1,2,0\na,2,2,1\n")
        #expect(found.report.otherOutcomes?.texts == ["0", "1"])
        #expect(try check("c,i,n,y\na,1,2,0\na,2,2,Yes\n").report.otherOutcomes == nil)
    }

    @Test func `a problem is one JSON object`() throws {
        let found = try check("c,i,n,y\nd,1,1,Yes\n")
        var writer = JSONWriter()
        try #require(found.problems.first).write(to: &writer)
        #expect(
            String(decoding: writer.finish(), as: UTF8.self) == """
                {"severity":"error","line":2,"column":"c","code":"not_allowed",\
                "detail":"must be one of: a, b c","found":"d"}
                """)
    }

    @Test func `a column that alone decides the outcome is warned of`() throws {
        func table(_ cells: (Int) -> String, rows: Int = 200) -> String {
            "c,i,n,y\n"
                + (0..<rows).map { "\(cells($0)),\($0.isMultiple(of: 4) ? "Yes" : "No")\n" }
                .joined()
        }
        func deciding(_ text: String) throws -> [String?] {
            try check(text).problems.filter { $0.code == "deciding_column" }.map(\.column)
        }
        // Each column decides in turn, from either end and but for one row in a hundred.
        func isYes(_ row: Int) -> Bool { row.isMultiple(of: 4) }
        #expect(try deciding(table { "\(isYes($0) ? "a" : "b c"),\($0 % 9),\($0 % 7)" }) == ["c"])
        #expect(try deciding(table { "a,\(isYes($0) ? 1 : 2),\($0 % 7)" }) == ["i"])
        #expect(
            try deciding(table { "a,\($0 % 9),\(isYes($0) == ($0 != 8) ? 500 : $0)" }) == ["n"])
        // None does: one row in ten is wrong, all columns are noise, or there are too few rows.
        #expect(try deciding(table { "a,\(isYes($0) == ($0 % 10 != 0) ? 1 : 2),3" }) == [])
        #expect(try deciding(table { "a,\($0 % 9),\($0 % 7)" }) == [])
        let few = table({ "\(isYes($0) ? "a" : "b c"),1,\($0)" }, rows: 36)
        #expect(try deciding(few) == [])
        let enough = table({ "\(isYes($0) ? "a" : "b c"),1,\($0)" }, rows: 37)
        #expect(try deciding(enough) == ["c"])
    }

    @Test func `values of one row each do not decide, and the sample is spread over the table`()
        throws
    {
        let values = (0..<200).map { "\"v\($0)\"" }.joined(separator: ",")
        let schema = try Schema(
            json: """
                {"type":"object","properties":{"c":{"type":"string","enum":[\(values)]},
                "n":{"type":"number","minimum":0,"maximum":1e9}},
                "required":["c","n"],"additionalProperties":false,
                "x-target":{"column":"y","positive":"Yes","negative":"No"}}
                """.utf8.span)
        var limits = DecidingColumns.Limits()
        limits.rowsMax = 300
        var columns = DecidingColumns(schema, limits: limits)
        // The number decides in the first half alone.
        for row in 0..<2000 {
            let label = row.isMultiple(of: 2)
            let number = row < 1000 && label ? 1_000_000 : Double(row % 97)
            columns.take(Record(values: [Double(row * 7919 % 200), number]), label: label)
        }
        #expect(columns.findings == [])
        var single = DecidingColumns(schema, limits: limits)
        for row in 0..<200 {
            single.take(
                Record(values: [Double(row), Double(row % 97)]), label: row.isMultiple(of: 3))
        }
        #expect(single.findings == [])
    }
}
