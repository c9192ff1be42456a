internal import OpenSSL

/// Judges tokens under a set of keys and rules. It keeps a keyed MAC for each key, the tokens that
/// it has accepted, and the memory it decodes into, so it is not Sendable: each event loop makes
/// its own. Other keys take another verifier, so that it knows no token of theirs.
package final class TokenVerifier {
    private let keys: Keys
    private let rules: TokenRules
    // Decoded into and then read through a local reference, since a span cannot be had of a
    // property for longer than an expression; the reference is gone before the next token.
    private var headerBytes: [UInt8] = []
    private var claimsBytes: [UInt8] = []
    private var signatureBytes: [UInt8] = []
    private var recent = RecentTokens()

    private enum Keys {
        case single(KeyedMAC)
        case named([[UInt8]: KeyedMAC])
    }

    /// A class, since a dictionary cannot hold what cannot be copied.
    private final class KeyedMAC {
        var mac: HMACSHA256

        init(secret: SecretBytes) { mac = secret.withBytes { HMACSHA256(key: $0) } }
    }

    package init(keys: SigningKeys, rules: TokenRules) {
        self.rules = rules
        self.keys =
            switch keys.choice {
            case .single(let secret): .single(KeyedMAC(secret: secret))
            case .named(let secrets): .named(secrets.mapValues(KeyedMAC.init))
            }
    }

    /// What `token` says, if it is signed with one of the keys and its claims hold at the time
    /// given. The claims are not decoded before the signature is known to be good.
    package func verify(
        _ token: Span<UInt8>, nowUnixMilliseconds: Int64
    ) throws(TokenError) -> VerifiedToken {
        try judge(token, known: recall(token), nowUnixMilliseconds: nowUnixMilliseconds).accepted
    }

    /// What is known of a token that was accepted before; its times may have passed since.
    package func recall(_ token: Span<UInt8>) -> RecentTokens.Entry? { recent.find(token) }

    /// The same as `verify`, telling whose token it is also when its scope does not suffice.
    ///
    /// - Parameter known: what `recall` has found.
    package func judge(
        _ token: Span<UInt8>, known: RecentTokens.Entry?, nowUnixMilliseconds: Int64
    ) throws(TokenError) -> TokenVerdict {
        if let known {
            let now = Double(nowUnixMilliseconds) / 1000
            try known.times.check(now: now, leeway: Double(rules.leewaySeconds))
            try known.times.checkAge(now: now, secondsMax: rules.authenticationAgeSecondsMax)
            return .accepted(known.token)
        }
        let claims = try claims(of: token)
        let verdict = try claims.judged(nowUnixMilliseconds: nowUnixMilliseconds)
        if case .accepted(let verified) = verdict { recent.insert(token, verified, claims.times) }
        return verdict
    }

    private func claims(of token: Span<UInt8>) throws(TokenError) -> TokenClaims {
        let parts = try TokenSegments(token)
        try verifySignature(of: token, parts)
        let count = try TokenSegments.decode(
            .claims, token.extracting(parts.claims), into: &claimsBytes)
        let bytes = claimsBytes
        return try TokenClaims(bytes.span.extracting(0..<count), rules: rules)
    }

    /// Throws unless the header is supported and the signature is good; says nothing of the claims.
    package func verifySignature(_ token: Span<UInt8>) throws(TokenError) {
        try verifySignature(of: token, TokenSegments(token))
    }

    private func verifySignature(
        of token: Span<UInt8>, _ parts: TokenSegments
    ) throws(TokenError) {
        let headerCount = try TokenSegments.decode(
            .header, token.extracting(parts.header), into: &headerBytes)
        let header = headerBytes
        let keyID = try TokenHeader(header.span.extracting(0..<headerCount)).keyID
        let key = try key(named: keyID)
        let signatureCount = try TokenSegments.decode(
            .signature, token.extracting(parts.signature), into: &signatureBytes)
        let signature = signatureBytes
        let isValid = key.mac.isValid(
            signature.span.extracting(0..<signatureCount), for: token.extracting(parts.signed))
        guard isValid else { throw .badSignature }
    }

    private func key(named keyID: [UInt8]?) throws(TokenError) -> KeyedMAC {
        switch keys {
        case .single(let key): return key
        case .named(let keys):
            guard let keyID, let key = keys[keyID] else { throw .unknownKey }
            return key
        }
    }
}
