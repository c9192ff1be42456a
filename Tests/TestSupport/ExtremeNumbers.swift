/// What may be in the place of a number in a file that another program has written.
package enum ExtremeNumbers {
    /// Ends of ranges, numbers beyond them, and texts that are taken for numbers elsewhere.
    package static let spellings = [
        "0", "-0", "-0.0", "0.0", "1", "-1", "0.5", "1.0000001",
        // The least magnitudes of a double and of a float, and less than any.
        "5e-324", "-5e-324", "1.4e-45", "-1.4e-45", "1e-400", "-1e-400",
        "2.2250738585072014e-308", "1.17549435e-38",
        // The greatest of each, and more than any.
        "1.7976931348623157e308", "-1.7976931348623157e308", "1.8e308", "3.4028235e38",
        "-3.4028235e38", "3.4028236e38", "1e999", "-1e999", "1e400", "1E+400",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296",
        "16777216", "9007199254740992", "9007199254740993", "-9007199254740993",
        "NaN", "-nan", "Infinity", "-inf", "0x1p3", "00", "+1", "1e", "null", "",
        // Bits of floats as golden rows spell them: -0, NaN, infinite, the least.
        "0x80000000", "0x7fc00000", "0xffffffff", "0x7f800000", "0x00000001",
    ]

    /// Where the numbers of a JSON text are, also those that are written as strings.
    package static func places(in text: [UInt8]) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "\"") {
                let start = index + 1
                index = start
                while index < text.count, text[index] != UInt8(ascii: "\"") {
                    index += text[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                if isNumber(text[start..<min(index, text.count)]) { places.append(start..<index) }
                index += 1
            } else if isDigit(text[index]) || text[index] == UInt8(ascii: "-") {
                let start = index
                while index < text.count, isNumberByte(text[index]) { index += 1 }
                places.append(start..<index)
            } else {
                index += 1
            }
        }
        return places
    }

    /// Hands over the text with each of its numbers replaced by each spelling, one at a time.
    ///
    /// - Parameter step: how many numbers further the next one is that is replaced.
    package static func forEachVariant(
        of text: [UInt8], step: Int = 1, _ body: ([UInt8]) throws -> Void
    ) rethrows {
        let places = places(in: text)
        precondition(!places.isEmpty, "a text without numbers")
        for place in stride(from: 0, to: places.count, by: step) {
            for spelling in spellings {
                var variant = text
                variant.replaceSubrange(places[place], with: spelling.utf8)
                try body(variant)
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || Array("+-.eE".utf8).contains(byte)
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        if text.starts(with: "0x".utf8) { return true }
        guard let first = text.first, isDigit(first) || first == UInt8(ascii: "-") else {
            return false
        }
        return text.allSatisfy(isNumberByte)
    }
}
