import JSON
import RecordFormats
import Testing

struct RecordTextsTests {
    @Test func `parts of a body, written texts and faults keep their order`() throws {
        var texts = RecordTexts(in: Array(#"[{"a":1}]"#.utf8), rowsMax: 3)
        try texts.append(1..<8)
        try texts.append(.cellCount(found: 1, wanted: 2))
        try texts.append { json throws(RecordFormatError) in
            json.beginObject()
            json.name("b")
            json.number(2)
            json.endObject()
        }
        let shown = texts.rows.map { row in
            switch row {
            case .text(let range): String(decoding: texts.bytes[range], as: UTF8.self)
            case .fault(let fault): "\(fault)"
            }
        }
        #expect(shown == [#"{"a":1}"#, "cellCount(found: 1, wanted: 2)", #"{"b":2}"#])
    }

    @Test(arguments: [1, 3])
    func `as many rows as are allowed are taken, and one more is refused`(max: Int) throws {
        var texts = RecordTexts(in: [0x7B, 0x7D], rowsMax: max)
        for _ in 0..<max { try texts.append(0..<2) }
        #expect(throws: RecordFormatError.tooManyRows(max: max)) { try texts.append(0..<2) }
        #expect(throws: RecordFormatError.tooManyRows(max: max)) {
            try texts.append(.cellCount(found: 0, wanted: 2))
        }
        #expect(texts.rows.count == max)
    }
}
