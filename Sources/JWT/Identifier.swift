/// The form of `sub` and `jti`.
package enum Identifier {
    /// Whether `bytes`, which are UTF-8, are 1 to 256 bytes without control characters: U+0000 to
    /// U+001F, U+007F, and U+0080 to U+009F, which is Unicode's category Cc. They would let a
    /// subject write lines of its own into logs and terminals.
    package static func isAcceptable(_ bytes: Span<UInt8>) -> Bool {
        guard 1...TokenRules.identifierBytesMax ~= bytes.count else { return false }
        var previous: UInt8 = 0
        for i in 0..<bytes.count {
            let byte = bytes[i]
            if byte < 0x20 || byte == 0x7F { return false }
            // U+0080 to U+009F are C2 80 to C2 9F, and C2 begins no other of these.
            if previous == 0xC2 && byte < 0xA0 { return false }
            previous = byte
        }
        return true
    }
}
