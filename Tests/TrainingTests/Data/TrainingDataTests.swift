import Features
import OpenSSL
import POSIX
import Tables
import Testing
import Training

struct TrainingDataTests {
    @Test func `a table is read by its schema`() throws {
        let table = try TrainingTable(rows: ["a,basic,12,9.5,no", "b,full,0,,yes"])
        let data = try table.read()
        #expect(data.records.map(\.values) == [[0, 12, 9.5], [2, 0, 0]])
        #expect(data.labels == [false, true])
        #expect(data.positiveCount == 1)
        let bytes = try Files.read(table.tablePath, bytesMax: 1000)
        #expect(data.sha256 == SHA256.hexDigest(bytes.span))
    }

    @Test func `every bad cell is told by line and column, up to the limit`() throws {
        let table = try TrainingTable(rows: [
            "a,basic,12,9.5,no", "b,none,61,9,yes", "c,plus,3,\"29,85\",maybe",
        ])
        let wanted = [
            "line 3, column plan: must be one of: basic, plus, all, found \"none\"",
            "line 3, column months: must be an integer from 0 to 60, found \"61\"",
            "line 4, column price: must be a number from 0 to 150, found \"29,85\": "
                + "a decimal comma, or one between thousands",
            "line 4, column left: must be one of: yes, no, found \"maybe\"",
        ]
        for (told, further) in [(5, []), (4, []), (3, ["and 1 more"])] {
            var limits = TrainingData.Limits()
            limits.violationsShownMax = told
            let lines = (wanted.prefix(told) + further).map { "\(table.tablePath): \($0)" }
            #expect {
                try table.read(limits: limits)
            } throws: { "\($0)" == lines.joined(separator: "\n") }
        }
    }

    @Test(arguments: [
        ("id,plan,months,left", "missing columns: price"),
        ("id,plan,months,price", "missing columns: left"),
        ("plan,months,price,left,colour", "unknown columns: colour"),
        ("plan,months,price,left,plan", "duplicate columns: plan"),
    ])
    func `a header that is not the schema's is refused`(header: String, text: String) throws {
        let cells = header.split(separator: ",").map { _ in "1" }.joined(separator: ",")
        let rows = header == "id,plan,months,price" ? ["a,basic,1,1"] : [cells]
        let table = try TrainingTable(rows: rows, header: header)
        #expect { try table.read() } throws: { "\($0)" == "\(table.tablePath): \(text)" }
    }

    @Test func `a ragged row, a broken quote and an empty file are refused`() throws {
        let ragged = try TrainingTable(rows: ["a,basic,12,9.5"])
        #expect {
            try ragged.read()
        } throws: { "\($0)" == "\(ragged.tablePath): line 2: 4 cells, expected 5" }

        let quoted = try TrainingTable(rows: ["\"a,basic,12,9.5,no"])
        #expect {
            try quoted.read()
        } throws: { "\($0)" == "\(quoted.tablePath): line 2: a quote that is never closed" }

        let empty = try TrainingTable(rows: [])
        try empty.write("", to: empty.tablePath)
        #expect(
            throws: DataError.columns(
                path: empty.tablePath,
                .wrongColumns(missing: ["left"], unknown: [], duplicate: []))
        ) { try empty.read() }
    }

    @Test(arguments: [
        ("id;plan;months;price;left\na;basic;12;9,5;no\n", "columns separated by semicolons and "),
        ("{\"plan\":\"basic\"}\n", "JSON, which score alone reads"),
        (",id,plan,months,price,left\n0,a,basic,12,9.5,no\n", "a first column without a name"),
        (
            "id,plan,months,price,left\na,basic,12,9.5,0\nb,plus,1,1,1\n",
            "column left: \"0\" and \"1\" in every row, expected \"yes\" and \"no\""
        ),
    ])
    func `a file that is no table of the schema is named`(text: String, words: String) throws {
        let table = try TrainingTable(rows: [])
        try table.write(text, to: table.tablePath)
        #expect {
            try table.read()
        } throws: { "\($0)".hasPrefix("\(table.tablePath): \(words)") }
    }

    @Test func `a table whose lines end in carriage returns alone is read`() throws {
        let table = try TrainingTable(rows: [])
        try table.write(
            "id,plan,months,price,left\ra,basic,12,9.5,no\rb,full,0,,yes\r", to: table.tablePath)
        #expect(try table.read().labels == [false, true])
    }

    @Test func `files that are not there are named`() throws {
        let table = try TrainingTable(rows: [])
        #expect {
            try TrainingData(table: "/nowhere/x.csv", schema: table.schemaPath)
        } throws: { "\($0)" == "/nowhere/x.csv: open: No such file or directory" }
        #expect {
            try TrainingData(table: table.tablePath, schema: "/nowhere/x.json")
        } throws: { "\($0)" == "/nowhere/x.json: open: No such file or directory" }
    }

    @Test func `a schema without an outcome trains nothing`() throws {
        let table = try TrainingTable(rows: [])
        let text = TrainingTable.schemaText.replacing(/,\s*"x-target":\{[^}]*\}/, with: "")
        try table.write(text, to: table.schemaPath)
        #expect(throws: DataError.noTarget(path: table.schemaPath)) { try table.read() }
    }

    @Test func `the limit of rows holds at the limit and not above`() throws {
        let table = try TrainingTable(rows: TrainingTable.rows(10))
        var limits = TrainingData.Limits()
        for (most, isRead) in [(11, true), (10, true), (9, false)] {
            limits.rowsMax = most
            if isRead {
                #expect(try table.read(limits: limits).records.count == 10)
            } else {
                let error = DataError.tooManyRows(path: table.tablePath, most: most)
                #expect(throws: error) { try table.read(limits: limits) }
            }
        }
    }
}
