internal import Bytes

extension JSONScanner {
    /// The string's value in UTF-8, escapes resolved.
    package func unescaped(_ string: JSONString) -> [UInt8] {
        JSONEscapes.resolve(string, in: bytes)
    }

    /// Whether the string's value is exactly these bytes.
    package func equals(_ string: JSONString, _ expected: Span<UInt8>) -> Bool {
        if string.hasEscapes { return unescaped(string).span.equals(expected) }
        return bytes.extracting(string.range).equals(expected)
    }

    /// Whether the string's value is exactly these bytes.
    package func equals(_ string: JSONString, _ expected: StaticString) -> Bool {
        equals(string, expected.bytes)
    }

    /// The string's value as a String.
    package func text(_ string: JSONString) -> String {
        if string.hasEscapes { return String(decoding: unescaped(string), as: UTF8.self) }
        return bytes.extracting(string.range).text
    }

    /// Reads the string whose opening quote is the next byte.
    mutating func scanString() throws(JSONError) -> JSONString {
        let bytes = self.bytes
        let start = offset + 1
        var index = start
        var hasEscapes = false
        while true {
            index = bytes.endOfPlainText(from: index)
            guard index < bytes.count else { throw .unexpectedEnd(offset: index) }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                offset = index + 1
                return JSONString(range: start..<index, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index = try JSONEscapes.end(in: bytes, at: index)
            case 0x00..<0x20:
                throw .controlCharacter(offset: index)
            default:
                let length = UTF8Sequence.length(in: bytes, at: index)
                guard length > 0 else { throw .invalidUTF8(offset: index) }
                index += length
            }
        }
    }
}

extension Span<UInt8> {
    /// Where the run of characters ends that stand for themselves in a string: printable ASCII but
    /// for the quote and the backslash.
    @inline(__always)
    func endOfPlainText(from start: Int) -> Int {
        var index = start
        // SAFETY: a UInt8 has no padding, and the bytes do not outlive this span.
        let bytes = unsafe self.bytes
        while count - index >= 8 {
            // SAFETY: any eight bytes are a UInt64, and that they are there has been checked.
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: index, as: UInt64.self)
            let special = UInt64(littleEndian: word).specialBytes
            if special != 0 { return index + special.trailingZeroBitCount / 8 }
            index += 8
        }
        for index in index..<count {
            let byte = self[index]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"")
                || byte == UInt8(ascii: "\\")
            {
                return index
            }
        }
        return count
    }
}

extension UInt64 {
    /// The highest bit of each byte that is a control character, a quote, a backslash or no ASCII.
    /// A borrow may set that of a byte above such a one too, but never of one below, so that the
    /// lowest is right.
    fileprivate var specialBytes: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = self ^ ones &* UInt64(UInt8(ascii: "\""))
        let backslashes = self ^ ones &* UInt64(UInt8(ascii: "\\"))
        let below = (self &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones)
        return (below | self) & (ones &* 0x80)
    }
}
