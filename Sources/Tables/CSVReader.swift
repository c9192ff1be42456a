internal import Bytes
internal import Features

/// Why bytes are not a table. Lines count from 1, as editors count them.
package enum CSVError: Error, Equatable, Sendable {
    /// A cell that began without a quote holds one.
    case quoteInUnquotedCell(line: Int)
    /// Something other than a comma or the end of the line follows a closing quote.
    case textAfterQuote(line: Int)
    /// The table ends inside a quoted cell; the line is that of the record's beginning.
    case unterminatedQuote(line: Int)
    /// A carriage return that no line feed follows, outside quotes.
    case bareCarriageReturn(line: Int)
    case cellTooLarge(line: Int, bytesMax: Int)
    case recordTooLarge(line: Int, bytesMax: Int)
    case tooManyCells(line: Int, limit: Int)
}

/// What one record of a table may hold at most.
package struct CSVLimits: Equatable, Sendable {
    /// Bytes of one cell, quotes not counted.
    package var cellBytesMax = 1024
    /// Bytes of all cells of one record.
    package var recordBytesMax = 65_536
    /// Cells of one record.
    package var cellsMax = 1024

    package init() {}
}

/// One record of a table: the bytes of its cells, quotes taken off.
package struct CSVRecord: Sendable {
    /// The line the record begins on.
    package internal(set) var line = 1
    /// The cells, and commas between those that were taken in one run.
    fileprivate var bytes: [UInt8] = []
    /// Where each cell stands in `bytes`.
    fileprivate var cells: [(start: Int, end: Int)] = []

    /// How many cells there are; at least 1.
    package var count: Int { cells.count }

    /// The bytes of one cell.
    package subscript(_ index: Int) -> Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            let cell = cells[index]
            return bytes.span.extracting(cell.start..<cell.end)
        }
    }
}

/// Splits a table (RFC 4180) into records while its bytes arrive; it keeps no more than one record.
///
/// Lines end with CRLF or LF. A UTF-8 byte order mark at the beginning is skipped, and so are
/// lines without a byte. That all records have the same number of cells is the caller's to check.
/// After an error the reader is of no further use until `begin` elsewhere.
package struct CSVReader {
    /// The record that was completed last; it stays until the next call.
    package private(set) var record = CSVRecord()

    private enum State {
        case cellStart, unquoted, quoted, afterQuote, afterCarriageReturn
    }

    private let limits: CSVLimits
    private var state = State.cellStart
    private var line = 1
    private var cellStart = 0
    /// Bytes of the record's cells that have ended.
    private var endedBytes = 0
    private var isComplete = false
    /// Whether a byte of the record was seen, so that it is not an empty line.
    private var hasBegun = false
    /// Whether a byte order mark may still come.
    private var isAtBeginning = true

    package init(limits: CSVLimits = CSVLimits()) { self.limits = limits }

    /// Reads `chunk` from `offset` on to the end of the next record: true, and it is in `record`.
    /// False when the chunk ends before; then the next chunk is wanted, or `finish`.
    package mutating func next(
        in chunk: Span<UInt8>, from offset: inout Int
    ) throws(CSVError) -> Bool {
        if isComplete { beginRecord() }
        while offset < chunk.count {
            if !isAtBeginning && (state == .cellStart || state == .unquoted) {
                offset = try takePlain(chunk, from: offset)
                guard offset < chunk.count else { break }
            }
            let byte = chunk[offset]
            offset += 1
            if try take(byte) { return true }
        }
        return false
    }

    /// Reads the one record that `bytes` are, and that begins on line `line`; it is in `record`
    /// then. Bytes without a record leave none.
    package mutating func read(_ bytes: Span<UInt8>, atLine line: Int) throws(CSVError) {
        begin(atLine: line)
        var offset = 0
        if try !next(in: bytes, from: &offset) { _ = try finish() }
    }

    /// Drops what was begun: what comes next is the beginning of a record, on line `line`, and not
    /// that of the table.
    package mutating func begin(atLine line: Int) {
        self.line = line
        isAtBeginning = false
        beginRecord()
    }

    /// Ends the table: true when a last record had no line end, and it is in `record`.
    package mutating func finish() throws(CSVError) -> Bool {
        if isComplete { beginRecord() }
        switch state {
        case .quoted: throw .unterminatedQuote(line: record.line)
        case .afterCarriageReturn: throw .bareCarriageReturn(line: line)
        case .cellStart, .unquoted, .afterQuote: break
        }
        guard hasBegun else { return false }
        try endCell(at: record.bytes.count)
        isComplete = true
        return true
    }

    private mutating func beginRecord() {
        isComplete = false
        hasBegun = false
        cellStart = 0
        endedBytes = 0
        state = .cellStart
        record.bytes.removeAll(keepingCapacity: true)
        record.cells.removeAll(keepingCapacity: true)
        record.line = line
    }

    /// Takes text and commas up to the next quote or line end, of which there need be none, and
    /// returns where that is. A run is copied as a whole: byte by byte, a row of 21 cells costs
    /// 0.7 µs more.
    private mutating func takePlain(
        _ chunk: Span<UInt8>, from start: Int
    ) throws(CSVError) -> Int {
        let shift = record.bytes.count - start
        var end = chunk.count
        scan: for index in start..<chunk.count {
            let byte = chunk[index]
            // What ends plain text is not above the comma.
            guard byte <= UInt8(ascii: ",") else { continue }
            switch byte {
            case UInt8(ascii: ","):
                try endCell(at: index + shift)
                cellStart = index + shift + 1
            case UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                end = index
                break scan
            default: continue
            }
        }
        guard end > start else { return end }
        try check(cellBytes: end + shift - cellStart)
        hasBegun = true
        state = cellStart == end + shift ? .cellStart : .unquoted
        record.bytes.appendBytes(chunk.extracting(start..<end))
        return end
    }

    /// Whether the byte completes a record.
    private mutating func take(_ byte: UInt8) throws(CSVError) -> Bool {
        switch state {
        case .quoted:
            if byte == UInt8(ascii: "\"") {
                state = .afterQuote
            } else {
                if byte == UInt8(ascii: "\n") { line += 1 }
                try append(byte)
            }
            return false
        case .afterCarriageReturn:
            guard byte == UInt8(ascii: "\n") else { throw .bareCarriageReturn(line: line) }
            return try endLine()
        case .cellStart, .unquoted, .afterQuote:
            break
        }
        switch byte {
        case UInt8(ascii: ","):
            hasBegun = true
            try endCell(at: record.bytes.count)
            state = .cellStart
        case UInt8(ascii: "\r"):
            state = .afterCarriageReturn
        case UInt8(ascii: "\n"):
            return try endLine()
        default:
            hasBegun = true
            try takeText(byte)
        }
        return false
    }

    private mutating func takeText(_ byte: UInt8) throws(CSVError) {
        if byte == UInt8(ascii: "\"") {
            switch state {
            case .cellStart:
                state = .quoted
            case .afterQuote:
                // RFC 4180 §2.7: two quotes inside a quoted cell are one.
                try append(byte)
                state = .quoted
            case .unquoted, .quoted, .afterCarriageReturn:
                throw .quoteInUnquotedCell(line: line)
            }
            return
        }
        if state == .afterQuote { throw .textAfterQuote(line: line) }
        state = .unquoted
        try append(byte)
        if isAtBeginning && record.bytes.count == 3 { dropByteOrderMark() }
    }

    private mutating func dropByteOrderMark() {
        isAtBeginning = false
        guard record.cells.isEmpty && record.bytes == [0xEF, 0xBB, 0xBF] else { return }
        record.bytes.removeAll(keepingCapacity: true)
        state = .cellStart
        hasBegun = false
    }

    private mutating func append(_ byte: UInt8) throws(CSVError) {
        try check(cellBytes: record.bytes.count - cellStart + 1)
        record.bytes.append(byte)
    }

    /// That the cell which is being read may hold so many bytes.
    private func check(cellBytes: Int) throws(CSVError) {
        guard cellBytes <= limits.cellBytesMax else {
            throw .cellTooLarge(line: line, bytesMax: limits.cellBytesMax)
        }
        guard endedBytes + cellBytes <= limits.recordBytesMax else {
            throw .recordTooLarge(line: line, bytesMax: limits.recordBytesMax)
        }
    }

    /// Ends the cell before `end`, a place in the record's bytes.
    private mutating func endCell(at end: Int) throws(CSVError) {
        try check(cellBytes: end - cellStart)
        guard record.cells.count < limits.cellsMax else {
            throw .tooManyCells(line: line, limit: limits.cellsMax)
        }
        record.cells.append((cellStart, end))
        endedBytes += end - cellStart
        cellStart = end
    }

    /// Whether the line that ends was a record.
    private mutating func endLine() throws(CSVError) -> Bool {
        isAtBeginning = false
        if hasBegun { try endCell(at: record.bytes.count) }
        line += 1
        isComplete = hasBegun
        if !hasBegun {
            state = .cellStart
            record.line = line
        }
        return isComplete
    }
}
