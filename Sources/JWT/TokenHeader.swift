internal import JSON

/// What a token's header says, once it is one that is supported. Anything it says about where a key
/// could be had (`jwk`, `jku`, `x5u`, `x5c`) is ignored: RFC 8725 §3.10.
package struct TokenHeader: Equatable, Sendable {
    /// The value of `kid`, where it is a string.
    package let keyID: [UInt8]?

    /// Throws for a header that is no JSON object or asks for anything but HS256 over a JWT.
    package init(_ json: Span<UInt8>) throws(TokenError) {
        let members: Members
        do throws(JSONError) { members = try Members(json) } catch { throw .malformedHeader(error) }
        // RFC 8725 §3.1: the algorithm is ours to choose, the header can only agree.
        guard members.algorithmIsSupported else { throw .unsupportedAlgorithm }
        // RFC 7515 §4.1.11: an extension that is not understood makes the token invalid.
        guard !members.isCritical else { throw .criticalHeader }
        guard members.typeIsSupported else { throw .unsupportedType }
        keyID = members.keyID
    }

    private struct Members {
        var algorithmIsSupported = false
        var typeIsSupported = true
        var isCritical = false
        var keyID: [UInt8]?

        init(_ json: Span<UInt8>) throws(JSONError) {
            var scanner = JSONScanner(json, depthMax: TokenRules.depthMax)
            try scanner.beginObject()
            while let name = try scanner.nextName() {
                guard try scanner.peek() == .string else {
                    try scanner.skipValue()
                    if scanner.equals(name, "typ") { typeIsSupported = false }
                    if scanner.equals(name, "crit") { isCritical = true }
                    continue
                }
                let value = try scanner.string()
                if scanner.equals(name, "alg") {
                    algorithmIsSupported = scanner.equals(value, "HS256")
                } else if scanner.equals(name, "typ") {
                    // The usual spelling first: the others cost two arrays (measured: 75 ns).
                    typeIsSupported =
                        scanner.equals(value, "JWT")
                        || TokenHeader.isSupportedType(scanner.unescaped(value))
                } else if scanner.equals(name, "kid") {
                    keyID = scanner.unescaped(value)
                } else if scanner.equals(name, "crit") {
                    isCritical = true
                }
            }
            try scanner.finish()
        }
    }

    /// RFC 7515 §4.1.9, RFC 9068 §2.1: media types, in any case, where `application/` may be left
    /// out.
    private static func isSupportedType(_ type: [UInt8]) -> Bool {
        let lowered = type.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
        return supportedTypes.contains(lowered)
    }

    private static let supportedTypes = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]
        .map { Array($0.utf8) }
}
