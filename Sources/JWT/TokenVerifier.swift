internal import Bytes
package import Identity
internal import OpenSSL

/// Judges tokens under a set of keys and rules. It keeps a context for each key, the tokens that
/// it has accepted, and the memory it decodes into, so it is not Sendable: each event loop makes
/// its own. Other keys take another verifier, so that it knows no token of theirs.
package final class TokenVerifier {
    private var keys: Keys
    /// Whether a `kid` that is not among them may be a key's of the issuer.
    private var isIncomplete: Bool
    private var rules: TokenRules
    // Decoded into and then read through a local reference, since a span cannot be had of a
    // property for longer than an expression; the reference is gone before the next token.
    private var headerBytes: [UInt8] = []
    private var claimsBytes: [UInt8] = []
    private var signatureBytes: [UInt8] = []
    private var recent = RecentTokens()

    private enum Keys {
        /// For every token, whatever its `kid`.
        case single(LocalKey)
        /// - Parameter unnamed: for a token without `kid`.
        case named([[UInt8]: LocalKey], unnamed: LocalKey?)
    }

    /// Classes, since a dictionary cannot hold what cannot be copied.
    private enum LocalKey {
        case secret(KeyedMAC)
        case published(KeyedSignature, TokenAlgorithm)

        init(_ key: SigningKeys.Key) {
            switch key {
            case .secret(let secret): self = .secret(KeyedMAC(secret: secret))
            case .published(let key):
                self = .published(KeyedSignature(key.numbers), key.algorithm)
            }
        }

        var algorithm: TokenAlgorithm {
            switch self {
            case .secret: .hs256
            case .published(_, let algorithm): algorithm
            }
        }

        func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
            switch self {
            case .secret(let key): key.mac.isValid(signature, for: message)
            case .published(let key, _): key.verifier.isValid(signature, for: message)
            }
        }
    }

    private final class KeyedMAC {
        var mac: HMACSHA256

        init(secret: SecretBytes) { mac = secret.withBytes { HMACSHA256(key: $0) } }
    }

    private final class KeyedSignature {
        var verifier: SignatureVerifier

        init(_ key: PublicKey) {
            do throws(PublicKeyError) { verifier = try SignatureVerifier(key) } catch {
                preconditionFailure("a key of a set was verified when the set was read")
            }
        }
    }

    package init(keys: SigningKeys, rules: TokenRules) {
        self.rules = rules
        isIncomplete = keys.isIncomplete
        self.keys =
            switch keys.choice {
            case .single(let secret): .single(LocalKey(.secret(secret)))
            case .named(let keys, let unnamed):
                .named(keys.mapValues { LocalKey($0) }, unnamed: unnamed.map { LocalKey($0) })
            case .secretsInUse: preconditionFailure("no verifier begins with what is left")
            }
    }

    /// Accepts from now on no token of an issuer, not even one that is remembered.
    package func dropPublished() {
        if case .named(let all, unnamed: _) = keys {
            keys = .named(all.filter { $0.value.algorithm == .hs256 }, unnamed: nil)
        }
        isIncomplete = true
        recent = RecentTokens()
    }

    /// Nil where roles are not configured.
    package var roles: Roles? { rules.roles }

    /// Goes by these roles from now on. What is remembered of tokens are the rights that the roles
    /// before gave them, so it is forgotten.
    package func adopt(_ roles: Roles) {
        rules.roles = roles
        recent = RecentTokens()
    }

    /// What `token` says, if it is signed with one of the keys and its claims hold at the time
    /// given. Whether its bearer has the certificate that it may be bound to is not asked: this is
    /// for those that only report on a token. The claims are not decoded before the signature is
    /// known to be good.
    package func verify(
        _ token: Span<UInt8>, nowUnixMilliseconds: Int64
    ) throws(TokenError) -> VerifiedToken {
        try judge(token, known: recall(token), nowUnixMilliseconds: nowUnixMilliseconds).accepted
    }

    /// The same, telling whose token it is also when its scope does not suffice, of a token that
    /// came over a connection.
    ///
    /// - Parameters:
    ///   - known: what `recall` has found.
    ///   - certificate: the SHA-256 of the verified certificate of the client; nil where it has
    ///     shown none.
    package func judge(
        _ token: Span<UInt8>, known: RecentTokens.Entry?, nowUnixMilliseconds: Int64,
        certificate: [UInt8]?
    ) throws(TokenError) -> TokenVerdict {
        let verdict = try judge(token, known: known, nowUnixMilliseconds: nowUnixMilliseconds)
        try verdict.token.checkBinding(to: certificate)
        return verdict
    }

    /// What is known of a token that was accepted before; its times may have passed since.
    package func recall(_ token: Span<UInt8>) -> RecentTokens.Entry? { recent.find(token) }

    private func judge(
        _ token: Span<UInt8>, known: RecentTokens.Entry?, nowUnixMilliseconds: Int64
    ) throws(TokenError) -> TokenVerdict {
        if let known {
            let now = Double(nowUnixMilliseconds) / 1000
            do throws(TokenError) {
                try known.times.check(now: now, leeway: Double(rules.leewaySeconds))
            } catch {
                if error == .expired { recent.remove(token) }
                throw error
            }
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
        let algorithm = try verifySignature(of: token, parts)
        let count = try TokenSegments.decode(
            .claims, token.extracting(parts.claims), into: &claimsBytes)
        let bytes = claimsBytes
        return try TokenClaims(
            bytes.span.extracting(0..<count), rules: rules,
            signedPart: algorithm.hasTwins
                ? Array(copying: token.extracting(parts.signed)) : nil)
    }

    /// Throws unless the header is supported and the signature is good; says nothing of the claims.
    package func verifySignature(_ token: Span<UInt8>) throws(TokenError) {
        _ = try verifySignature(of: token, TokenSegments(token))
    }

    private func verifySignature(
        of token: Span<UInt8>, _ parts: TokenSegments
    ) throws(TokenError) -> TokenAlgorithm {
        let headerCount = try TokenSegments.decode(
            .header, token.extracting(parts.header), into: &headerBytes)
        let headerText = headerBytes
        let header = try TokenHeader(headerText.span.extracting(0..<headerCount))
        let key = try key(for: header)
        // RFC 8725 §3.1: the algorithm is the key's, the header can only agree.
        guard key.algorithm == header.algorithm else { throw .wrongAlgorithm }
        let signatureCount = try TokenSegments.decode(
            .signature, token.extracting(parts.signature), into: &signatureBytes)
        let signature = signatureBytes
        let isValid = key.isValid(
            signature.span.extracting(0..<signatureCount), for: token.extracting(parts.signed))
        guard isValid else { throw .badSignature }
        return header.algorithm
    }

    private func key(for header: TokenHeader) throws(TokenError) -> LocalKey {
        switch keys {
        case .single(let key): return key
        case .named(let keys, let unnamed):
            let key = header.keyID.map { keys[$0] } ?? unnamed
            if let key { return key }
            // No issuer publishes the secret of HS256.
            if isIncomplete, header.algorithm != .hs256 { throw .keysUnavailable }
            throw header.keyID == nil ? .missingKeyID : .unknownKey
        }
    }
}
