import Features
import RecordFormats
import Testing

@Suite struct CSVRecordsTests {
    private static let document = #"""
        {"type":"object","properties":{"id":{"type":"string","x-identifier":true},
        "plan":{"type":"string","enum":["A","B, b"]},
        "months":{"type":"integer","minimum":0,"maximum":9},
        "bill":{"type":"number","minimum":0,"maximum":99}},
        "required":["plan","months","bill"],"additionalProperties":false}
        """#

    private func read(_ table: String, rowsMax: Int = 5) throws(RecordFormatError) -> [String] {
        guard let schema = try? Schema(json: Array(Self.document.utf8).span) else {
            Issue.record("the schema is read")
            return []
        }
        let body = Array(table.utf8)
        let texts = try CSVRecords(schema).read(body.span, rowsMax: rowsMax)
        return texts.rows.map { row in
            switch row {
            case .text(let range): String(decoding: texts.bytes[range], as: UTF8.self)
            case .fault(let fault): "\(fault)"
            }
        }
    }

    @Test(arguments: [
        ("plan,months,bill\nA,1,2.5\n", [#"{"plan":"A","months":1,"bill":2.5}"#]),
        (
            "bill,id,months,plan\r\n1e1,7,0,\"B, b\"\r\n,,,",
            [#"{"bill":1e1,"id":"7","months":0,"plan":"B, b"}"#, "{}"]
        ),
        (
            "\u{FEFF}plan,months,bill\n\"a\"\"b\nc\",01,+1\n",
            [#"{"plan":"a\"b\nc","months":"01","bill":"+1"}"#]
        ),
        (
            "plan,months,bill\nA,1\nA,1,2,3\nA,1,2",
            [
                "cellCount(found: 2, wanted: 3)", "cellCount(found: 4, wanted: 3)",
                #"{"plan":"A","months":1,"bill":2}"#,
            ]
        ),
        ("plan,months,bill\n", []),
    ])
    func `a row is the object of its cells, numbers as they are`(
        table: String, rows: [String]
    ) throws {
        #expect(try read(table) == rows)
    }

    @Test(arguments: [
        ("", RecordFormatError.noRows),
        ("plan,months\n", .malformed(detail: "The line of names has not bill")),
        (
            "plan,months,bill,x,y\n",
            .malformed(detail: "The line of names has 2 names that the model does not have")
        ),
        ("plan,plan,months,bill\n", .malformed(detail: "The line of names has plan twice")),
        (
            "plan,months,bill\nA,1,2\nA,\"1,2\n",
            .malformed(detail: "Line 3 of the table: a quote that is never closed")
        ),
        ("plan,months,bill\nA,1,2\nA,1,2\nA,1,2\n", .tooManyRows(max: 2)),
    ])
    func `what is no table is refused, and nothing of its cells is repeated`(
        table: String, error: RecordFormatError
    ) throws {
        #expect(throws: error) { try read(table, rowsMax: 2) }
    }

    @Test(arguments: [
        ("0", true), ("-1.50e+07", true), ("12", true), ("1.", false), (".5", false), ("01", false),
        ("-", false), ("1e", false), ("0x1", false), ("1 ", false), ("NaN", false), ("--1", false),
    ])
    func `only what JSON takes as a number is written as one`(text: String, isNumber: Bool) throws {
        let row = try #require(read("plan,months,bill\nA,1,\(text)\n").first)
        #expect(row.hasSuffix(isNumber ? #""bill":\#(text)}"# : #""bill":"\#(text)"}"#))
    }
}
