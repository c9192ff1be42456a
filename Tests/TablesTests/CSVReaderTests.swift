import Features
import Tables
import Testing

@Suite struct CSVReaderTests {
    /// The cells of every record, with the line it begins on.
    struct Row: Equatable {
        let line: Int
        let cells: [String]
    }

    private func rows(
        _ text: String, chunk: Int = .max, limits: CSVLimits = CSVLimits()
    ) throws(CSVError) -> [Row] {
        var reader = CSVReader(limits: limits)
        var rows: [Row] = []
        func take(_ record: borrowing CSVRecord) {
            var cells: [String] = []
            for index in 0..<record.count {
                var bytes: [UInt8] = []
                for i in 0..<record[index].count { bytes.append(record[index][i]) }
                cells.append(String(decoding: bytes, as: UTF8.self))
            }
            rows.append(Row(line: record.line, cells: cells))
        }
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: min(chunk, max(1, bytes.count))) {
            let end = chunk < bytes.count - start ? start + chunk : bytes.count
            var offset = 0
            while try reader.next(in: bytes.span.extracting(start..<end), from: &offset) {
                take(reader.record)
            }
            if offset != end - start { Issue.record("a chunk was left before its end") }
        }
        if try reader.finish() { take(reader.record) }
        if try reader.finish() { Issue.record("the last record came twice") }
        return rows
    }

    private static let tables: [(String, [Row])] = [
        ("", []),
        ("a", [Row(line: 1, cells: ["a"])]),
        ("a,b\nc,d\n", [Row(line: 1, cells: ["a", "b"]), Row(line: 2, cells: ["c", "d"])]),
        ("a,b\r\nc,d\r\n", [Row(line: 1, cells: ["a", "b"]), Row(line: 2, cells: ["c", "d"])]),
        ("a,b\nc,d", [Row(line: 1, cells: ["a", "b"]), Row(line: 2, cells: ["c", "d"])]),
        (",", [Row(line: 1, cells: ["", ""])]),
        ("a,\n,b\n", [Row(line: 1, cells: ["a", ""]), Row(line: 2, cells: ["", "b"])]),
        ("a\n\n\r\nb\n\n", [Row(line: 1, cells: ["a"]), Row(line: 4, cells: ["b"])]),
        ("\n\na", [Row(line: 3, cells: ["a"])]),
        (" a , b ", [Row(line: 1, cells: [" a ", " b "])]),
        (#""a,b","c""d""#, [Row(line: 1, cells: ["a,b", #"c"d"#])]),
        (#""""#, [Row(line: 1, cells: [""])]),
        (#""""""#, [Row(line: 1, cells: ["\""])]),
        (
            "\"a\nb\",c\nd,e\n",
            [Row(line: 1, cells: ["a\nb", "c"]), Row(line: 3, cells: ["d", "e"])]
        ),
        ("\"a\r\nb\r\"\r\nc", [Row(line: 1, cells: ["a\r\nb\r"]), Row(line: 3, cells: ["c"])]),
        ("\u{FEFF}a,b\nc,d", [Row(line: 1, cells: ["a", "b"]), Row(line: 2, cells: ["c", "d"])]),
        ("\u{FEFF}\"a\",b", [Row(line: 1, cells: ["a", "b"])]),
        ("\u{FEFF}", []),
        ("\u{FEFF}\na", [Row(line: 2, cells: ["a"])]),
        ("a\n\u{FEFF}b", [Row(line: 1, cells: ["a"]), Row(line: 2, cells: ["\u{FEFF}b"])]),
        ("a,\u{FEFF}b", [Row(line: 1, cells: ["a", "\u{FEFF}b"])]),
        ("é,€,𝄞", [Row(line: 1, cells: ["é", "€", "𝄞"])]),
        ("1,22,333\n4", [Row(line: 1, cells: ["1", "22", "333"]), Row(line: 2, cells: ["4"])]),
    ]

    @Test(arguments: tables.indices)
    func `a table splits into the same records however its bytes arrive`(table: Int) throws {
        let (text, expected) = Self.tables[table]
        for chunk in [.max, 1, 2, 3, 5] {
            #expect(try rows(text, chunk: chunk) == expected, "chunks of \(chunk)")
        }
    }

    @Test(arguments: [
        ("a\nb\"c\n", CSVError.quoteInUnquotedCell(line: 2)),
        ("a \"b\"", .quoteInUnquotedCell(line: 1)),
        ("\"a\"b", .textAfterQuote(line: 1)),
        ("\"a\nb\" ,c", .textAfterQuote(line: 2)),
        ("a\n\"b\nc", .unterminatedQuote(line: 2)),
        ("\"", .unterminatedQuote(line: 1)),
        ("a\rb", .bareCarriageReturn(line: 1)),
        ("a\n\r\rb", .bareCarriageReturn(line: 2)),
        ("a\nb\r", .bareCarriageReturn(line: 2)),
        ("\"a\"\r,", .bareCarriageReturn(line: 1)),
    ])
    func `what is not a table is refused with its line`(text: String, error: CSVError) {
        for chunk in [Int.max, 1, 2] {
            #expect(throws: error, "chunks of \(chunk)") { try rows(text, chunk: chunk) }
        }
    }

    @Test(arguments: [-1, 0, 1])
    func `a cell is taken up to its limit`(excess: Int) throws {
        var limits = CSVLimits()
        limits.cellBytesMax = 8
        let cell = String(repeating: "c", count: 8 + excess)
        for text in ["\(cell)\n", "a,\(cell),b\n", "\"\(cell)\"\n"] {
            if excess > 0 {
                #expect(throws: CSVError.cellTooLarge(line: 1, bytesMax: 8)) {
                    try rows(text, limits: limits)
                }
            } else {
                #expect(try rows(text, limits: limits).first?.cells.contains(cell) == true)
            }
        }
    }

    @Test(arguments: [-1, 0, 1])
    func `a record is taken up to its limit`(excess: Int) throws {
        var limits = CSVLimits()
        limits.recordBytesMax = 8
        let text = "first\nabcd,\(String(repeating: "e", count: 4 + excess))\n"
        if excess > 0 {
            #expect(throws: CSVError.recordTooLarge(line: 2, bytesMax: 8)) {
                try rows(text, limits: limits)
            }
        } else {
            #expect(try rows(text, limits: limits).count == 2)
        }
    }

    @Test(arguments: [-1, 0, 1])
    func `a record has as many cells as the limit allows`(excess: Int) throws {
        var limits = CSVLimits()
        limits.cellsMax = 8
        for end in ["", "\n"] {
            let text = "a\n" + String(repeating: ",", count: 7 + excess) + end
            if excess > 0 {
                #expect(throws: CSVError.tooManyCells(line: 2, limit: 8)) {
                    try rows(text, limits: limits)
                }
            } else {
                #expect(try rows(text, limits: limits).last?.cells.count == 8 + excess)
            }
        }
    }
}
