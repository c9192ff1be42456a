internal import Bytes

/// Names that come from outside, cut before they are repeated.
package enum NamePrefix {
    /// As much of `name` as fits into `bytesMax` bytes without cutting a character of UTF-8 in two.
    /// Bytes that are not UTF-8 are replaced, which may make the text longer than that.
    package static func text(of name: Span<UInt8>, bytesMax: Int) -> String {
        var end = min(name.count, bytesMax)
        if end < name.count {
            // RFC 3629 §3: 10xxxxxx continues a character, so the cut goes before its first byte.
            while end > 0 && name[end] & 0xC0 == 0x80 { end -= 1 }
        }
        return name.extracting(0..<end).text
    }
}
