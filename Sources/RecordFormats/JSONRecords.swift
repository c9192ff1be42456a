internal import Bytes

/// Records as JSON: in an array, or one in each line. Their ends are found by brackets and quotes
/// alone; whether each is a record is judged later, so that one that is not spoils no other.
package enum JSONRecords {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Texts with a line feed between each two, and maybe one after the last. Blank lines are
    /// skipped.
    package static func lines(
        _ body: Span<UInt8>, rowsMax: Int
    ) throws(RecordFormatError) -> RecordTexts {
        var texts = RecordTexts(in: Array(copying: body), rowsMax: rowsMax)
        var start = 0
        while start < body.count {
            var end = start
            while end < body.count, body[end] != ASCII.lineFeed { end += 1 }
            let text = body.trimmingSpace(start..<end)
            if !text.isEmpty { try texts.append(text) }
            start = end + 1
        }
        return texts
    }

    /// The elements of one array.
    package static func array(
        _ body: Span<UInt8>, rowsMax: Int
    ) throws(RecordFormatError) -> RecordTexts {
        let whole = body.trimmingSpace(0..<body.count)
        guard !whole.isEmpty, body[whole.lowerBound] == UInt8(ascii: "[") else {
            throw .malformed(detail: "The body must be a JSON array of records")
        }
        var texts = RecordTexts(in: Array(copying: body), rowsMax: rowsMax)
        var index = whole.lowerBound + 1
        while true {
            let end = try elementEnd(in: body, from: index, to: whole.upperBound)
            let element = body.trimmingSpace(index..<end)
            let isLast = body[end] == UInt8(ascii: "]")
            if element.isEmpty {
                // Of an empty array; else a comma has no element before or after it.
                guard isLast, texts.rows.isEmpty else {
                    throw .malformed(detail: "An element is missing at byte \(end) of the body")
                }
            } else {
                try texts.append(element)
            }
            index = end + 1
            if isLast { break }
        }
        guard index == whole.upperBound else {
            throw .malformed(detail: "Something follows the array, at byte \(index) of the body")
        }
        return texts
    }

    /// The comma or the bracket that ends an element.
    private static func elementEnd(
        in body: Span<UInt8>, from start: Int, to end: Int
    ) throws(RecordFormatError) -> Int {
        var depth = 0
        var index = start
        while index < end {
            switch body[index] {
            case quote:
                index += 1
                while index < end, body[index] != quote {
                    index += body[index] == backslash ? 2 : 1
                }
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 {
                    if body[index] == UInt8(ascii: "]") { return index }
                    throw .malformed(
                        detail: "A brace is closed at byte \(index) that was not opened")
                }
                depth -= 1
            case ASCII.comma where depth == 0: return index
            case _: break
            }
            index += 1
        }
        throw .malformed(detail: "The array does not end")
    }
}

extension Span<UInt8> {
    /// A range without the white space of JSON at its ends.
    fileprivate func trimmingSpace(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(self[start]) { start += 1 }
        while end > start, isSpace(self[end - 1]) { end -= 1 }
        return start..<end
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case ASCII.space, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn: true
        case _: false
        }
    }
}
