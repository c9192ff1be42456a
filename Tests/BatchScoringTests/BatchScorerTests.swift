import BatchScoring
import Bundle
import Features
import JSON
import Models
import Tables
import Testing

@Suite struct BatchScorerTests {
    @Test func `predictions are written as cells or as objects, in the order of the rows`() throws {
        let table = Rows.header + Rows.row(1) + Rows.row(2, id: "\"a,\"\"b\"\"\"")
        var options = ScoringOptions.table
        let cells = try score(table, options)
        #expect(
            cells.predictions == """
                customer_id,churn_probability,churn_prediction,risk_level,model_version,row
                id-1,0.3036,false,Low,telco-churn/1,1
                "a,""b\""",0.1132,false,Low,telco-churn/1,2

                """)
        #expect(cells.refusals == "")
        #expect(cells.counts.scored == 2)
        options.output = .ndjson
        let objects = try score(table, options)
        #expect(
            objects.predictions == #"""
                {"customer_id":"id-1","churn_probability":0.3036,"churn_prediction":false\#
                ,"risk_level":"Low","model_version":"telco-churn/1","row":1}
                {"customer_id":"a,\"b\"","churn_probability":0.1132,"churn_prediction":false\#
                ,"risk_level":"Low","model_version":"telco-churn/1","row":2}

                """#)
    }

    @Test func `a file that is no table of the schema is named`() {
        let cases: [(String, TableForm)] = [
            ("[{\"tenure\": 1}]", .jsonArray),
            // Longer than any record: what it is shows in the beginning, which is kept.
            ("[" + String(repeating: "1,", count: 200_000), .jsonArray),
            ("," + Rows.header, .unnamedColumn(name: "")),
            (
                Rows.header.replacing(",", with: ";"),
                .separated(by: .semicolon, decimalComma: false)
            ),
            ("PK\u{3}\u{4}docProps/app.xml", .workbook),
        ]
        for (text, form) in cases {
            #expect(throws: TableInputError.form(form)) { try score(text, .table) }
        }
    }

    @Test(arguments: [1, 7, 65_536])
    func `a table whose lines end in carriage returns alone is scored`(chunk: Int) throws {
        let table = Rows.header + Rows.row(1) + Rows.row(2)
        let returns = table.replacing("\n", with: "\r")
        #expect(!returns.contains("\n"))
        #expect(
            try score(Array(returns.utf8), .table, chunk: chunk).predictions
                == score(table, .table).predictions)
    }

    @Test func `a customer without an identifier has none in the prediction`() throws {
        let table =
            Rows.header.replacing("customerID,", with: "")
            + Rows.row(1).replacing("id-1,", with: "")
        var options = ScoringOptions.table
        #expect(try score(table, options).lines.last?.hasPrefix(",0.3036,false,") == true)
        options.output = .ndjson
        #expect(
            try score(table, options).predictions.hasPrefix(
                #"{"customer_id":null,"churn_probability":0.3036,"#))
    }

    @Test(arguments: [1, 7, 65_536], [1, 3])
    func `chunks, batches and threads change nothing`(chunk: Int, threads: Int) throws {
        var table = Rows.header
        for number in 0..<900 {
            let tenure = number % 100 == 7 ? "seven" : nil
            table += Rows.row(number, tenure: tenure)
            if number % 500 == 3 { table += "\n" }
            if number % 700 == 5 { table += "ragged\n" }
            if number % 900 == 1 { table += "\"unclosed,\n" }
        }
        let bytes = Array(table.utf8)
        let whole = try score(bytes, .table)
        #expect(whole.counts.scored == 891)
        #expect(whole.counts.refused == 9 + 2 + 1)
        var options = ScoringOptions.table
        options.threads = threads
        options.batchBytes = 10_000
        #expect(try score(bytes, options, chunk: chunk) == whole)
    }

    @Test func `memory does not grow with the file`() throws {
        let rows = Array((0..<1000).map { Rows.row($0) }.joined().utf8)
        let garbage = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        var scorer = BatchScorer(model: bundle, options: .table)
        try scorer.take(Rows.header.utf8.span)
        var largest = 0
        for number in 0..<40 {
            if number % 10 == 5 { try scorer.take(garbage.span) }
            if number % 10 == 6 { try scorer.take("\n".utf8.span) }
            try scorer.take(rows.span)
            let sizes = scorer.scored.map { $0.predictions.count + $0.refusals.count }
            largest = max(largest, sizes.reduce(0, +))
        }
        try scorer.finish()
        #expect(scorer.counts.scored + scorer.counts.refused == 40_000)
        // The rest of a line that was begun by garbage belongs to it.
        #expect(scorer.counts.refused == 4)
        #expect(largest < 600_000)
    }

    @Test(arguments: [
        ("1/1", 1, 1), ("1/3", 1, 3), ("3/3", 3, 3), ("100000/100000", 100_000, 100_000),
    ])
    func `a shard is spelled as a part of a whole`(text: String, number: Int, count: Int) {
        #expect(Shard(text) == Shard(number: number, count: count))
        #expect(Shard(text) != nil)
    }

    @Test(arguments: [
        "", "1", "/", "1/", "/1", "0/1", "2/1", "1/0", "-1/2", "+1/2", "1/2/3", " 1/2", "1/100001",
        "1/99999999999999999999", "a/b", "1.0/2",
    ])
    func `another text is no shard`(text: String) {
        #expect(Shard(text) == nil)
    }

    @Test func `shards hold each row once, in turn, and refuse their own`() throws {
        let table = Rows.table(10) + "ragged\n" + Rows.row(11)
        let whole = try score(table, .table)
        for count in [1, 2, 3, 20] {
            var parts: [Scored] = []
            for number in 1...count {
                var options = ScoringOptions.table
                options.shard = try #require(Shard(number: number, count: count))
                parts.append(try score(table, options))
            }
            let rows = parts.flatMap { $0.lines.dropFirst() }
            #expect(Set(rows) == Set(whole.lines.dropFirst()))
            #expect(rows.count == 11)
            #expect(parts.map(\.refusals).joined() == whole.refusals)
            if count == 3 {
                #expect(
                    parts[1].lines.dropFirst().map { $0.split(separator: ",").last } == [
                        "2", "5", "8",
                    ])
            }
        }
    }

    @Test(arguments: [
        ("", TableInputError.empty), ("\n\r\n", .empty), ("\u{FEFF}", .empty),
        ("\"a\"b\n", .malformedHeader(.textAfterQuote(line: 1))),
        ("\n\"a\n", .malformedHeader(.unterminatedQuote(line: 2))),
        (
            "customerID,wrong,tenure,tenure\n",
            .columns(
                .wrongColumns(
                    missing: bundle.schema.fields.map(\.name).filter { $0 != "tenure" },
                    unknown: ["wrong"], duplicate: ["tenure"]))
        ),
        (
            String(repeating: "x", count: 200_000),
            .malformedHeader(.recordTooLarge(line: 1, bytesMax: 65_536))
        ),
    ])
    func `a table without a header of the schema is refused`(text: String, error: TableInputError) {
        #expect(throws: error) { try score(text, .table) }
    }

    @Test func `a header alone is a table without rows`() throws {
        let scored = try score(Rows.header, .table)
        #expect(scored.counts == ScoringCounts())
        #expect(scored.lines.count == 1)
    }

    @Test func `the form of a file is told from its first byte`() {
        for (text, form) in [
            ("{}", RecordForm.ndjson), (" \r\n\t{", .ndjson), ("\u{FEFF}{", .ndjson), ("a{", .csv),
            ("[", .csv), ("", .csv), ("  ", .csv), ("\"", .csv),
        ] {
            #expect(RecordForm(beginning: text.utf8.span) == form, "\(text)")
        }
    }
}
