/// One character's bytes in UTF-8, judged by the table of RFC 3629 §4.
enum UTF8Sequence {
    /// How many bytes the well-formed sequence that begins at `offset` has, 1 to 4; 0 when none
    /// begins there: a stray continuation byte, an overlong form, a surrogate, a character beyond
    /// U+10FFFF, or a sequence that `bytes` cuts short.
    static func length(in bytes: Span<UInt8>, at offset: Int) -> Int {
        let first = bytes[offset]
        let second: ClosedRange<UInt8>
        let length: Int
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE, 0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard bytes.count - offset >= length, second.contains(bytes[offset + 1]) else { return 0 }
        for index in offset + 2..<offset + max(length, 2) where bytes[index] & 0xC0 != 0x80 {
            return 0
        }
        return length
    }

    /// Appends a scalar value that is no surrogate.
    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        func continuation(_ shift: UInt32) -> UInt8 {
            0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3F
        }
        switch scalar {
        case 0..<0x80:
            bytes.append(UInt8(truncatingIfNeeded: scalar))
        case 0x80..<0x800:
            bytes.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
            bytes.append(continuation(0))
        case 0x800..<0x10000:
            bytes.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
            bytes.append(continuation(6))
            bytes.append(continuation(0))
        default:
            bytes.append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
            bytes.append(continuation(12))
            bytes.append(continuation(6))
            bytes.append(continuation(0))
        }
    }
}

extension Span<UInt8> {
    /// Whether all of it is well-formed UTF-8.
    package var isUTF8: Bool {
        var index = 0
        while index < count {
            let length = UTF8Sequence.length(in: self, at: index)
            if length == 0 { return false }
            index += length
        }
        return true
    }
}
