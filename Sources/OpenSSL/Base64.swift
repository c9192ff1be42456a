internal import COpenSSL

/// Base64 with the common alphabet and with padding (RFC 4648 §4), in one line.
package enum Base64 {
    /// The bytes that `text` stands for; nil for anything but their one spelling: other characters,
    /// white space, missing padding, or bits of the last character that stand for nothing and are
    /// not zero.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0, !text.isEmpty, text.count <= Int(CInt.max) else { return nil }
        // Three bytes for each four characters, those that the padding stands for included.
        var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3)
        // SAFETY: libcrypto reads `text` during the call and writes as many bytes as there is room
        // for.
        let written = unsafe text.withUnsafeBufferPointer { text in
            unsafe EVP_DecodeBlock(&bytes, text.baseAddress, CInt(text.count))
        }
        guard Int(written) == bytes.count else { return nil }
        let padding = (0..<2).count { text[text.count - 1 - $0] == UInt8(ascii: "=") }
        bytes.removeLast(padding)
        // libcrypto takes white space at both ends and bits that stand for nothing.
        return isSpelling(text, of: bytes) ? bytes : nil
    }

    private static func isSpelling(_ text: Span<UInt8>, of bytes: [UInt8]) -> Bool {
        // libcrypto writes a zero byte behind.
        var spelling = [UInt8](repeating: 0, count: text.count + 1)
        // SAFETY: libcrypto reads `bytes` and writes four characters for each three of them, begun
        // ones included, which is as many as `text` has, and a zero byte.
        guard bytes.count <= text.count / 4 * 3,
            unsafe EVP_EncodeBlock(&spelling, bytes, CInt(bytes.count)) == CInt(text.count)
        else { return false }
        return (0..<text.count).allSatisfy { text[$0] == spelling[$0] }
    }
}
