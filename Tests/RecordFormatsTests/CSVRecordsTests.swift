import Features
import JSON
import RecordFormats
import TestSupport
import Testing

@Suite struct CSVRecordsTests {
    private static let document = #"""
        {"type":"object","properties":{"id":{"type":"string","x-identifier":true},
        "plan":{"type":"string","enum":["A","B, b"]},
        "months":{"type":"integer","minimum":0,"maximum":9},
        "bill":{"type":"number","minimum":0,"maximum":99}},
        "required":["plan","months","bill"],"additionalProperties":false}
        """#

    private func read(
        _ table: String, mayLackNames: Bool = false, rowsMax: Int = 5
    ) throws(RecordFormatError) -> [String] {
        guard let schema = try? Schema(json: Array(Self.document.utf8).span) else {
            Issue.record("the schema is read")
            return []
        }
        let body = Array(table.utf8)
        let texts = try CSVRecords(schema).read(
            body.span, mayLackNames: mayLackNames, rowsMax: rowsMax)
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

    @Test(arguments: [
        (
            "A,1,2.5\r\n\"B, b\",,x\n",
            [#"{"plan":"A","months":1,"bill":2.5}"#, #"{"plan":"B, b","bill":"x"}"#]
        ),
        ("\u{FEFF}A,1,2", [#"{"plan":"A","months":1,"bill":2}"#]),
        ("7,A,1,2\n", ["cellCount(found: 4, wanted: 3)"]),
        ("bill,plan,months\n2,A,1\n", [#"{"bill":2,"plan":"A","months":1}"#]),
    ])
    func `a table may lack the line of names, and then has the schema's order`(
        table: String, rows: [String]
    ) throws {
        #expect(try read(table, mayLackNames: true) == rows)
    }

    @Test func `a first line with one name is the line of names, and lacks the others`() throws {
        let error = RecordFormatError.malformed(
            detail: "The line of names has 2 names that the model does not have, and not months, "
                + "bill")
        #expect(throws: error) { try read("plan,1,2\n", mayLackNames: true) }
    }

    @Test func `rows without names count from the first line`() throws {
        #expect(try read("A,1,2\nA,1,2\n", mayLackNames: true, rowsMax: 2).count == 2)
        #expect(throws: RecordFormatError.tooManyRows(max: 2)) {
            try read("A,1,2\nA,1,2\nA,1,2\n", mayLackNames: true, rowsMax: 2)
        }
    }

    @Test func `whatever the bytes, rows are few and each is JSON for the decoder to judge`() throws
    {
        let schema = try Schema(json: Array(Self.document.utf8).span)
        let records = CSVRecords(schema)
        var decoder = RecordDecoder(schema: schema)
        var random = SplitMix64(seed: 11)
        let alphabet = Array("\",\r\n1-.A \\".utf8) + [0x00, 0xC3, 0xFF]
        let good = Array("id,plan,months,bill\r\n7,\"B, b\",1,2.5\r\n8,A,,-1e3\n".utf8)
        var counts = (accepted: 0, refused: 0)
        for _ in 0..<4000 {
            var body = good
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<body.count, using: &random)
                let byte = alphabet.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: body.remove(at: place)
                case 1: body[place] = byte
                default: body.insert(byte, at: place)
                }
            }
            for mayLackNames in [false, true] {
                guard
                    let texts = try? records.read(
                        body.span, mayLackNames: mayLackNames, rowsMax: 3)
                else { continue }
                #expect(texts.rows.count <= 3)
                for case .text(let range) in texts.rows {
                    let text = texts.bytes.span.extracting(range)
                    do throws(BodyError) {
                        if try decoder.decode(text) {
                            counts.accepted += 1
                        } else {
                            counts.refused += 1
                        }
                    } catch {
                        guard case .malformed(.invalidUTF8(offset: _)) = error else {
                            Issue.record("\(error): \(texts.bytes[range])")
                            continue
                        }
                        counts.refused += 1
                    }
                }
            }
        }
        #expect(counts.accepted > 1000 && counts.refused > 1000, "\(counts)")
    }
}
