internal import Bytes

/// What the value of an Authorization field offers (RFC 6750 §2.1).
package enum BearerCredentials: Equatable, Sendable {
    /// Nothing, another scheme, or the scheme's name alone. RFC 6750 §3.1: a challenge to it says
    /// nothing of an error.
    case absent
    /// The scheme, and then something that is not spaces and a token.
    case malformed
    /// Where in the value the token stands.
    case token(Range<Int>)

    /// Judges a field value that has no white space around it (RFC 9110 §5.5).
    ///
    /// - Parameter isKnown: whether what stands in the token's place is known to be a token, which
    ///   spares it a look at every byte.
    package init(
        inAuthorization value: Span<UInt8>, isKnown: (Span<UInt8>) -> Bool = { _ in false }
    ) {
        let name = BearerCredentials.schemeName
        guard BearerCredentials.isScheme(value), value[name.count] == UInt8(ascii: " ") else {
            self = .absent
            return
        }
        // RFC 6750 §2.1: "Bearer" 1*SP b64token. A tab is not SP (RFC 5234, appendix B.1).
        var start = name.count + 1
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        let token = start..<value.count
        let text = value.extracting(token)
        self = isKnown(text) || BearerCredentials.isToken(text) ? .token(token) : .malformed
    }

    private static let schemeName = Array("bearer".utf8)

    /// Whether `value` is the scheme's name, in any case (RFC 9110 §11.1), and at least a byte
    /// more.
    private static func isScheme(_ value: Span<UInt8>) -> Bool {
        guard value.count > schemeName.count else { return false }
        for i in 0..<schemeName.count where value[i] | 0x20 != schemeName[i] { return false }
        return true
    }

    /// b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    private static func isToken(_ text: Span<UInt8>) -> Bool {
        var end = text.count
        while end > 0, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        guard end > 0 else { return false }
        for i in 0..<end where !ASCII.isBearerToken(text[i]) { return false }
        return true
    }
}
