/// The control characters of Unicode: U+0000 to U+001F and U+007F to U+009F.
package enum ControlCharacters {
    /// Whether one occurs in `text`, which is UTF-8.
    package static func occur(in text: Span<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for i in 0..<text.count {
            let byte = text[i]
            if byte < 0x20 || byte == 0x7F { return true }
            // U+0080 to U+009F are the two bytes C2 80 to C2 9F.
            if previous == 0xC2 && byte < 0xA0 { return true }
            previous = byte
        }
        return false
    }
}
