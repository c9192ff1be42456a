/// Where the parts of a token stand in its text (RFC 7515 §3.1, the JWS Compact Serialization).
package struct TokenSegments: Equatable, Sendable {
    package let header: Range<Int>
    package let claims: Range<Int>
    package let signature: Range<Int>

    /// What the signature is made over: header, dot and claims as they were received.
    package var signed: Range<Int> { header.lowerBound..<claims.upperBound }

    /// Throws `malformed` unless there are exactly two dots; what is between them isn't looked at.
    package init(_ token: Span<UInt8>) throws(TokenError) {
        var first = 0
        var second = 0
        var dots = 0
        for i in 0..<token.count where token[i] == UInt8(ascii: ".") {
            dots += 1
            if dots == 1 { first = i } else { second = i }
        }
        guard dots == 2 else { throw .malformed }
        header = 0..<first
        claims = first + 1..<second
        signature = second + 1..<token.count
    }

    /// Whether `text` has the form of a token: three parts of base64url, none of them empty. Every
    /// token that is accepted has it; what the parts stand for isn't looked at.
    package static func isToken(_ text: Span<UInt8>) -> Bool {
        // What is wrong with it is not asked for.
        guard let parts = try? TokenSegments(text) else { return false }
        var bytes: [UInt8] = []
        for part in [parts.header, parts.claims, parts.signature] {
            guard !part.isEmpty, Base64URL.decode(text.extracting(part), into: &bytes) != nil
            else { return false }
        }
        return true
    }

    /// The bytes a part stands for.
    package static func decode(
        _ part: TokenPart, _ text: Span<UInt8>, into bytes: inout [UInt8]
    ) throws(TokenError) -> Int {
        guard let count = Base64URL.decode(text, into: &bytes) else {
            throw .invalidBase64URL(part)
        }
        return count
    }
}
