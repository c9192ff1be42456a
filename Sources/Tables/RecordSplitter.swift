internal import Bytes
internal import Features

/// How records stand in a file.
package enum RecordForm: String, CaseIterable, Sendable {
    /// A table by RFC 4180; its header is a record too.
    case csv
    /// A JSON text a line.
    case ndjson
}

/// Finds where records end while the bytes of a file arrive, and nothing more, so that the records
/// can be read on several threads, and what is wrong with one does no harm to the next.
///
/// A record ends with a line feed; one of a table with the first that is outside quotes, where a
/// quote counts at the beginning of a cell only, as `CSVReader` has it. A quote that is not closed
/// within the longest cell never counts beyond its line, so that it costs one row and not all that
/// follow. Lines without a byte are skipped, and so is a byte order mark at the beginning of
/// the file. Of a record that is too large nothing is kept.
package struct RecordSplitter {
    /// The longest record, its line end not counted.
    package let recordBytesMax: Int

    private let form: RecordForm
    /// Bytes from the quote that opens the longest cell to the one that closes it.
    private let quotedBytesMax: Int
    /// Whole records, and after them the beginning of the next one.
    private var current = RecordBatch()
    private var recordStart = 0
    /// Where in the file `current` would begin, had nothing been dropped from it.
    private var base = 0
    /// Where in the file the record begins.
    private var recordOffset = 0
    /// Where in the file the last quote was that opened a cell, and the last that closed one.
    private var openingOffset = 0
    private var closingOffset = -2
    private var isQuoted = false
    /// Where in the file the first line feed after the opening quote was, if there was one, and
    /// the number of the line it ended.
    private var quotedLineEnd: (offset: Int, line: Int)?
    /// The byte before those that have not been looked at.
    private var previous: UInt8 = 0
    private var index = 0
    private var line = 1
    private var recordLine = 1

    /// Of a table, with records up to the longest that `CSVReader` takes.
    package init(tableLimits limits: CSVLimits = CSVLimits()) {
        form = .csv
        // Every byte a quote, which is written twice; around each cell two quotes, after it a
        // comma; a byte order mark.
        recordBytesMax = 2 * limits.recordBytesMax + 3 * limits.cellsMax + 3
        quotedBytesMax = 2 * limits.cellBytesMax + 1
    }

    /// Of JSON texts, a line each.
    package init(lineBytesMax: Int) {
        form = .ndjson
        recordBytesMax = lineBytesMax
        quotedBytesMax = 0
    }

    /// Bytes that are kept, at most those of one `take` and of one record.
    package var byteCount: Int { current.bytes.count }

    /// Takes the next bytes of the file.
    package mutating func take(_ chunk: Span<UInt8>) {
        let start = current.bytes.count
        current.bytes.appendBytes(chunk)
        scan(from: start)
        previous = current.bytes.last ?? previous
        dropTooLarge()
    }

    /// Ends the file, whose last record needs no line end.
    package mutating func finish() {
        while let offset = unclosedLineEnd(before: .max) { scan(from: offset) }
        endRecord(before: current.bytes.count, lineEndBytes: 0)
    }

    /// Swaps the whole records with those of `batch`, which are let go.
    package mutating func handOver(to batch: inout RecordBatch) {
        batch.removeAll()
        batch.bytes.appendBytes(current.bytes.span.extracting(recordStart...))
        current.bytes.removeLast(current.bytes.count - recordStart)
        swap(&batch, &current)
        base += recordStart
        recordStart = 0
    }

    /// Drops the bytes of a record that is too large already.
    private mutating func dropTooLarge() {
        var end = current.bytes.count
        // Where the open cell may prove to be unclosed, the record may end with its line. The quote
        // that came last may be the first of two.
        let isOpen = isQuoted || closingOffset == base + end - 1
        if isOpen, let quotedLineEnd { end = quotedLineEnd.offset - base }
        // A line end may have come in part.
        guard base + end - recordOffset > recordBytesMax + 2 else { return }
        base += end - recordStart
        current.bytes.removeSubrange(recordStart..<end)
    }

    private mutating func scan(from start: Int) {
        var start = start
        var offset = start
        while true {
            offset = current.bytes.span.endOfPlainRecord(from: offset)
            if let unclosed = unclosedLineEnd(before: offset) {
                start = unclosed
                offset = unclosed
                continue
            }
            guard offset < current.bytes.count else { return }
            let before = offset == start ? previous : current.bytes[offset - 1]
            if current.bytes[offset] == UInt8(ascii: "\n") {
                takeLineFeed(at: offset, after: before)
            } else if form == .csv {
                takeQuote(at: offset, after: before)
            }
            offset += 1
        }
    }

    private mutating func takeLineFeed(at offset: Int, after before: UInt8) {
        line += 1
        guard isQuoted else {
            let hasReturn = before == UInt8(ascii: "\r") && base + offset > recordOffset
            return endRecord(before: offset + 1, lineEndBytes: hasReturn ? 2 : 1)
        }
        if quotedLineEnd == nil { quotedLineEnd = (base + offset, line - 1) }
    }

    private mutating func takeQuote(at offset: Int, after before: UInt8) {
        if isQuoted {
            isQuoted = false
            closingOffset = base + offset
            return
        }
        // RFC 4180 §2.7: two quotes in a quoted cell are one, and do not end it.
        let isSecond = closingOffset == base + offset - 1
        let isFirst =
            before == UInt8(ascii: ",") || base + offset == recordOffset + markBytes
        guard isSecond || isFirst else { return }
        isQuoted = true
        if isFirst {
            openingOffset = base + offset
            quotedLineEnd = nil
        }
    }

    /// Where to continue when the cell that is open before `offset` is longer than any: after the
    /// line feed that followed its quote, and there its record has been ended. Nil when it may go
    /// on.
    private mutating func unclosedLineEnd(before offset: Int) -> Int? {
        guard isQuoted, let (lineEnd, endedLine) = quotedLineEnd,
            offset > quotedBytesMax + openingOffset - base
        else { return nil }
        line = endedLine + 1
        endRecord(before: lineEnd + 1 - base, lineEndBytes: 1)
        previous = UInt8(ascii: "\n")
        return lineEnd + 1 - base
    }

    /// Ends the record before `end`, if it has a byte beside its line end.
    private mutating func endRecord(before end: Int, lineEndBytes: Int) {
        recordStart += markBytes
        let count = base + end - recordOffset - markBytes - lineEndBytes
        if count > 0 {
            let isTooLarge = count > recordBytesMax
            current.places.append(
                RecordBatch.Place(
                    index: index, line: recordLine,
                    range: recordStart..<(isTooLarge ? recordStart : end),
                    isTooLarge: isTooLarge))
            index += 1
        }
        recordStart = end
        recordOffset = base + end
        recordLine = line
        isQuoted = false
        quotedLineEnd = nil
    }

    /// The bytes of the byte order mark that the record begins with.
    private var markBytes: Int {
        let bytes = current.bytes
        guard recordOffset == 0, base == 0, bytes.count >= 3 else { return 0 }
        return bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    }
}

extension Span<UInt8> {
    /// Where the next line feed or quote stands, from `start` on; the end if there is none. Eight
    /// bytes at a time: byte by byte, a row of 21 cells costs 0.07 µs more.
    fileprivate func endOfPlainRecord(from start: Int) -> Int {
        var index = start
        // SAFETY: a UInt8 has no padding, and the bytes do not outlive this span.
        let bytes = unsafe self.bytes
        while count - index >= 8 {
            // SAFETY: any eight bytes are a UInt64, and that they are there has been checked.
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: index, as: UInt64.self)
            let found = UInt64(littleEndian: word).lineFeedsAndQuotes
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, self[index] != UInt8(ascii: "\n"), self[index] != UInt8(ascii: "\"") {
            index += 1
        }
        return index
    }
}

extension UInt64 {
    /// The highest bit of each byte that is a line feed or a quote; above the lowest of them,
    /// others may be set too (Warren, Hacker's Delight, §6-1).
    fileprivate var lineFeedsAndQuotes: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let lineFeeds = self ^ ones &* UInt64(UInt8(ascii: "\n"))
        let quotes = self ^ ones &* UInt64(UInt8(ascii: "\""))
        let below = ((lineFeeds &- ones) & ~lineFeeds) | ((quotes &- ones) & ~quotes)
        return below & (ones &* 0x80)
    }
}
