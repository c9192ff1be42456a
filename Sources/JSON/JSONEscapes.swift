internal import Bytes

/// The escapes of RFC 8259 §7.
enum JSONEscapes {
    /// The offset after the escape whose backslash stands at `start`, a pair of surrogates being
    /// one.
    static func end(in bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
        guard start + 1 < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
        guard bytes[start + 1] == UInt8(ascii: "u") else {
            guard byte(for: bytes[start + 1]) != nil else { throw .invalidEscape(offset: start) }
            return start + 2
        }
        switch try codeUnit(in: bytes, at: start) {
        case 0xDC00...0xDFFF:
            throw .invalidEscape(offset: start)
        case 0xD800...0xDBFF:
            // RFC 8259 §8.2: a lone surrogate is no character, and what readers make of it differs.
            guard start + 7 < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
            guard bytes[start + 6] == UInt8(ascii: "\\"), bytes[start + 7] == UInt8(ascii: "u"),
                case 0xDC00...0xDFFF = try codeUnit(in: bytes, at: start + 6)
            else { throw .invalidEscape(offset: start) }
            return start + 12
        default:
            return start + 6
        }
    }

    /// The value of a string that has been scanned, in UTF-8.
    static func resolve(_ string: JSONString, in bytes: Span<UInt8>) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(string.range.count)
        var index = string.range.lowerBound
        while index < string.range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                value.append(bytes[index])
                index += 1
                continue
            }
            if let byte = byte(for: bytes[index + 1]) {
                value.append(byte)
                index += 2
                continue
            }
            let unit = hexadecimal(in: bytes, at: index + 2)
            if case 0xD800...0xDBFF = unit {
                let low = hexadecimal(in: bytes, at: index + 8)
                UTF8Sequence.append(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &value)
                index += 12
            } else {
                UTF8Sequence.append(unit, to: &value)
                index += 6
            }
        }
        return value
    }

    /// What a backslash and `letter` stand for; nil for `u` and for what is no escape.
    private static func byte(for letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The UTF-16 code unit of the `\u` escape whose backslash stands at `start`.
    private static func codeUnit(in bytes: Span<UInt8>, at start: Int) throws(JSONError) -> UInt32 {
        for index in start + 2..<start + 6 {
            guard index < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
            guard ASCII.hexadecimalValue(bytes[index]) != nil else {
                throw .invalidEscape(offset: start)
            }
        }
        return hexadecimal(in: bytes, at: start + 2)
    }

    /// Four digits that have been checked.
    private static func hexadecimal(in bytes: Span<UInt8>, at start: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in start..<start + 4 {
            value = value << 4 | UInt32(ASCII.hexadecimalValue(bytes[index]) ?? 0)
        }
        return value
    }
}
