internal import JSON

/// How a token is signed; the raw value is its `alg` (RFC 7518 §3.1, RFC 8037 §3.1).
package enum TokenAlgorithm: String, Sendable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
    /// With Ed25519, also under the name `Ed25519` (RFC 9864 §2.2).
    case edDSA = "EdDSA"

    /// Whether anyone can make a second good signature of one that is good: with ECDSA, (r, n − s)
    /// of (r, s).
    package var hasTwins: Bool { self == .es256 }
}

/// What a token's header says, once it is one that is supported. Anything it says about where a key
/// could be had (`jwk`, `jku`, `x5u`, `x5c`) is ignored: RFC 8725 §3.10.
package struct TokenHeader: Equatable, Sendable {
    /// What the token claims to be signed with; the key decides whether that is so.
    package let algorithm: TokenAlgorithm
    /// The value of `kid`, where it is a string.
    package let keyID: [UInt8]?

    /// Throws for a header that is no JSON object or asks for anything but a supported algorithm
    /// over a JWT.
    package init(_ json: Span<UInt8>) throws(TokenError) {
        let members: Members
        do throws(JSONError) { members = try Members(json) } catch { throw .malformedHeader(error) }
        guard let algorithm = members.algorithm else { throw .unsupportedAlgorithm }
        // RFC 7515 §4.1.11: an extension that is not understood makes the token invalid.
        guard !members.isCritical else { throw .criticalHeader }
        guard members.typeIsSupported else { throw .unsupportedType }
        self.algorithm = algorithm
        keyID = members.keyID
    }

    private struct Members {
        var algorithm: TokenAlgorithm?
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
                    algorithm = Members.algorithm(value, in: scanner)
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

        private static func algorithm(
            _ value: JSONString, in scanner: borrowing JSONScanner
        ) -> TokenAlgorithm? {
            if scanner.equals(value, "HS256") { return .hs256 }
            if scanner.equals(value, "RS256") { return .rs256 }
            if scanner.equals(value, "ES256") { return .es256 }
            if scanner.equals(value, "EdDSA") || scanner.equals(value, "Ed25519") { return .edDSA }
            return nil
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
