import Features
import Tables
import Testing

/// A record as a splitter gives it.
private struct Found: Equatable, CustomStringConvertible {
    let index: Int
    let line: Int
    /// Nil for a record that is too large.
    let text: String?

    init(_ index: Int, line: Int, _ text: String?) {
        self.index = index
        self.line = line
        self.text = text
    }

    var description: String { "\(index) line \(line) \(text?.debugDescription ?? "too large")" }
}

/// - Parameter batchBytes: how many bytes are gathered before whole records are taken out.
private func split(
    _ bytes: [UInt8], _ start: RecordSplitter, chunk: Int = .max, batchBytes: Int = 0
) -> [Found] {
    var splitter = start
    var batch = RecordBatch()
    var found: [Found] = []
    func collect() {
        splitter.handOver(to: &batch)
        for place in batch.places {
            let record = batch.record(place)
            var copy: [UInt8] = []
            for i in 0..<record.count { copy.append(record[i]) }
            let text = place.isTooLarge ? nil : String(decoding: copy, as: UTF8.self)
            found.append(Found(place.index, line: place.line, text))
        }
    }
    for first in stride(from: 0, to: bytes.count, by: min(chunk, max(1, bytes.count))) {
        let end = chunk < bytes.count - first ? first + chunk : bytes.count
        splitter.take(bytes.span.extracting(first..<end))
        if splitter.byteCount >= batchBytes { collect() }
    }
    splitter.finish()
    collect()
    return found
}

/// Cells of 4 bytes and records of 10: so at most 2 × 10 + 3 × 3 + 3 = 32 bytes a record, and a
/// quote that closes a cell is at most 9 bytes after the one that opens it.
private let small: CSVLimits = {
    var limits = CSVLimits()
    limits.cellBytesMax = 4
    limits.recordBytesMax = 10
    limits.cellsMax = 3
    return limits
}()

@Suite struct RecordSplitterTests {
    private static let tables: [(String, [Found])] = [
        ("", []),
        ("a,b", [Found(0, line: 1, "a,b")]),
        ("a\n\r\n\nb", [Found(0, line: 1, "a\n"), Found(1, line: 4, "b")]),
        (
            "\u{FEFF}a\r\nb\r\n",
            [Found(0, line: 1, "a\r\n"), Found(1, line: 2, "b\r\n")]
        ),
        ("\u{FEFF}\na", [Found(0, line: 2, "a")]),
        ("\u{FEFF}\"a\nb\"\nc", [Found(0, line: 1, "\"a\nb\"\n"), Found(1, line: 3, "c")]),
        (
            "a,\"b\nc\",d\n\"e\n\"",
            [Found(0, line: 1, "a,\"b\nc\",d\n"), Found(1, line: 3, "\"e\n\"")]
        ),
        ("\"a\"\"\nb\"\nc", [Found(0, line: 1, "\"a\"\"\nb\"\n"), Found(1, line: 3, "c")]),
        // A quote within a cell, or after one that has ended, opens nothing.
        ("a\"b\nc", [Found(0, line: 1, "a\"b\n"), Found(1, line: 2, "c")]),
        ("\"a\" \"b\nc", [Found(0, line: 1, "\"a\" \"b\n"), Found(1, line: 2, "c")]),
        ("\r", [Found(0, line: 1, "\r")]),
        // As far as a cell may reach, and one byte further: then the quote ends with its line.
        ("\"1\n345678\"\nc", [Found(0, line: 1, "\"1\n345678\"\n"), Found(1, line: 3, "c")]),
        (
            "\"1\n3456789\"\nc",
            [
                Found(0, line: 1, "\"1\n"), Found(1, line: 2, "3456789\"\n"),
                Found(2, line: 3, "c"),
            ]
        ),
        (
            "a,\"b\nc\nd",
            [
                Found(0, line: 1, "a,\"b\n"), Found(1, line: 2, "c\n"), Found(2, line: 3, "d"),
            ]
        ),
        ("a\n\"b", [Found(0, line: 1, "a\n"), Found(1, line: 2, "\"b")]),
        (
            "\"a\n\"\"b\n0123456789\nc,\"d\n0123456789\ne",
            [
                Found(0, line: 1, "\"a\n"), Found(1, line: 2, "\"\"b\n"),
                Found(2, line: 3, "0123456789\n"), Found(3, line: 4, "c,\"d\n"),
                Found(4, line: 5, "0123456789\n"), Found(5, line: 6, "e"),
            ]
        ),
    ]

    @Test(arguments: tables.indices, [Int.max, 1, 2, 3, 7])
    func `records end where those of a table do`(table: Int, chunk: Int) {
        let (text, expected) = Self.tables[table]
        let splitter = RecordSplitter(tableLimits: small)
        #expect(split(Array(text.utf8), splitter, chunk: chunk) == expected)
    }

    @Test(arguments: [Int.max, 1, 5])
    func `a text ends with its line, quotes or not`(chunk: Int) {
        let text = "\u{FEFF}{\"a\n\r\n\n1\r\n\"\n"
        #expect(
            split(Array(text.utf8), RecordSplitter(lineBytesMax: 100), chunk: chunk) == [
                Found(0, line: 1, "{\"a\n"), Found(1, line: 4, "1\r\n"), Found(2, line: 5, "\"\n"),
            ])
    }

    @Test(arguments: ["\n", "\r\n", ""], [-1, 0, 1, 2, 3, 1000])
    func `a record is kept up to its limit, its line end not counted`(
        lineEnd: String, excess: Int
    ) {
        for (splitter, limit) in [
            (RecordSplitter(lineBytesMax: 40), 40), (RecordSplitter(tableLimits: small), 32),
        ] {
            #expect(splitter.recordBytesMax == limit)
            let long = String(repeating: "x", count: limit + excess) + lineEnd
            let bytes = Array("a\n\(long)".utf8) + (lineEnd.isEmpty ? [] : Array("b".utf8))
            var expected = [
                Found(0, line: 1, "a\n"), Found(1, line: 2, excess > 0 ? nil : long),
            ]
            if !lineEnd.isEmpty { expected.append(Found(2, line: 3, "b")) }
            for chunk in [.max, 1, 7] {
                #expect(split(bytes, splitter, chunk: chunk) == expected, "chunks of \(chunk)")
            }
        }
    }

    @Test func `a long line is dropped while it arrives`() {
        var splitter = RecordSplitter(lineBytesMax: 1000)
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 500)
        var bytesMax = 0
        for _ in 0..<10_000 {
            splitter.take(block.span)
            bytesMax = max(bytesMax, splitter.byteCount)
        }
        #expect(bytesMax <= 1002)
        splitter.take("\ny\n".utf8.span)
        splitter.finish()
        var batch = RecordBatch()
        splitter.handOver(to: &batch)
        #expect(batch.places.map(\.isTooLarge) == [true, false])
        #expect(batch.places.map(\.line) == [1, 2])
    }

    @Test func `any bytes are split the same however they arrive`() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("aaaa,,\"\"\n\r".utf8)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...120, using: &random)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            for splitter in [RecordSplitter(tableLimits: small), RecordSplitter(lineBytesMax: 9)] {
                let whole = split(bytes, splitter)
                for (chunk, batchBytes) in [(1, 0), (1, 20), (3, 0), (10, 40), (64, 0)] {
                    #expect(
                        split(bytes, splitter, chunk: chunk, batchBytes: batchBytes) == whole,
                        "\(String(decoding: bytes, as: UTF8.self).debugDescription), \(chunk)")
                }
                let kept = whole.compactMap(\.text).joined()
                #expect(kept.utf8.count <= bytes.count)
            }
        }
    }

    @Test func `a table splits into the records that its reader finds`() throws {
        var random = SystemRandomNumberGenerator()
        let cells = ["", "a", "b c", "\"\"", "\"d,e\"", "\"f\ng\"", "\"h\"\"\ni\"", "\"\"\"\""]
        for _ in 0..<500 {
            var text = ""
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let row = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    cells.randomElement(using: &random) ?? ""
                }
                text += row.joined(separator: ",")
                text += ["\n", "\r\n", "\n\n"].randomElement(using: &random) ?? ""
            }
            let bytes = Array(text.utf8)
            var whole = CSVReader()
            var rows: [(line: Int, cells: [String])] = []
            var offset = 0
            while try whole.next(in: bytes.span, from: &offset) {
                rows.append((whole.record.line, texts(whole.record)))
            }
            var reader = CSVReader()
            let found = split(bytes, RecordSplitter(), chunk: 5)
            #expect(found.map(\.line) == rows.map(\.line), "\(text.debugDescription)")
            for (record, row) in zip(found, rows) {
                try reader.read(Array((record.text ?? "").utf8).span, atLine: record.line)
                #expect(reader.record.line == row.line)
                #expect(texts(reader.record) == row.cells, "\(text.debugDescription)")
            }
        }
    }

    private func texts(_ record: borrowing CSVRecord) -> [String] {
        var texts: [String] = []
        for index in 0..<record.count {
            var bytes: [UInt8] = []
            for i in 0..<record[index].count { bytes.append(record[index][i]) }
            texts.append(String(decoding: bytes, as: UTF8.self))
        }
        return texts
    }
}
