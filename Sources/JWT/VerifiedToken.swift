package import Identity
package import OpenSSL

/// A token all of whose claims hold. A class, since each request with a remembered token has it.
package final class VerifiedToken: Equatable, Sendable {
    /// `sub`: 1 to 256 bytes of UTF-8 without control characters.
    package let subject: [UInt8]
    /// `jti`, of the same form as `sub`; nil when the token has none.
    package let tokenID: [UInt8]?
    /// `exp`, in seconds since 1970; any finite number.
    package let expiresAt: Double
    /// `iat` in whole seconds since 1970, 0 for what lies before; nil when the token has none.
    package let issuedAt: Int64?
    /// The text without its signature, where it is another name of a token without `tokenID`: a
    /// token that is signed with ES256 has two signatures, (r, s) and (r, n − s), and so two texts.
    package let signedPart: [UInt8]?
    /// The SHA-256 of the client certificate without which it proves nothing (RFC 8705 §3.1); nil
    /// where its bearer needs none.
    package let boundCertificate: [UInt8]?
    /// What its roles allow; nil where roles are not configured.
    package let rights: TokenRights?
    /// What log and audit log know the subject by; nil for a token that is not remembered.
    package let subjectNames: SubjectNames?

    package init(
        subject: [UInt8], tokenID: [UInt8]?, expiresAt: Double, issuedAt: Int64?,
        signedPart: [UInt8]? = nil, boundCertificate: [UInt8]? = nil, rights: TokenRights? = nil,
        subjectNames: SubjectNames? = nil
    ) {
        self.subject = subject
        self.tokenID = tokenID
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
        self.signedPart = signedPart
        self.boundCertificate = boundCertificate
        self.rights = rights
        self.subjectNames = subjectNames
    }

    /// The same with names for its subject.
    convenience init(remembering token: VerifiedToken) {
        self.init(
            subject: token.subject, tokenID: token.tokenID, expiresAt: token.expiresAt,
            issuedAt: token.issuedAt, signedPart: token.signedPart,
            boundCertificate: token.boundCertificate, rights: token.rights,
            subjectNames: SubjectNames())
    }

    /// Throws where it is bound to another certificate than that of the connection it came over.
    ///
    /// - Parameter certificate: the SHA-256 of the verified certificate of the client; nil where it
    ///   has shown none.
    package func checkBinding(to certificate: [UInt8]?) throws(TokenError) {
        guard boundCertificate == nil || boundCertificate == certificate else {
            throw .wrongCertificate
        }
    }

    package static func == (one: VerifiedToken, other: VerifiedToken) -> Bool {
        one.subject == other.subject && one.tokenID == other.tokenID
            && one.expiresAt == other.expiresAt && one.issuedAt == other.issuedAt
            && one.signedPart == other.signedPart
            && one.boundCertificate == other.boundCertificate && one.rights == other.rights
    }
}

/// What the roles of a token allow.
package struct TokenRights: Equatable, Sendable {
    package let scopes: ScopeSet
    package let login: Login
    /// Predictions that its subject gets in `quota.window`; nil: `quota.limit`.
    package let quotaLimit: Int?
}

/// The MACs of a remembered token's subject, each computed when it is first asked for. The loop
/// that remembers the token always asks for them under the same keys.
package final class SubjectNames: Sendable {
    package let log = KeptMAC()
    package let audit = KeptMAC()
}

/// The times that a token claims, in seconds since 1970. Doubles, since a claim may be 1e300, which
/// no integer holds.
package struct TokenTimes: Equatable, Sendable {
    package var expiration: Double
    package var notBefore: Double?
    package var issuedAt: Double?
    package var authenticatedAt: Double?

    package init(expiration: Double) { self.expiration = expiration }

    /// `issuedAt` in whole seconds, rounded down, so that it is not after a revocation that was.
    var issuedSecond: Int64? {
        issuedAt.map { Int64(exactly: max(0, $0).rounded(.down)) ?? .max }
    }

    /// Throws unless the token is in force at `now`.
    func check(now: Double, leeway: Double) throws(TokenError) {
        if let notBefore, notBefore > now + leeway { throw .notYetValid }
        if let issuedAt, issuedAt > now + leeway { throw .issuedInFuture }
        if let authenticatedAt, authenticatedAt > now + leeway { throw .issuedInFuture }
        // RFC 7519 §4.1.4: not accepted on or after the time of `exp`.
        guard now < expiration + leeway else { throw .expired }
    }

    /// Throws where the user was authenticated too long ago.
    func checkAge(now: Double, secondsMax: Int?) throws(TokenError) {
        guard let secondsMax else { return }
        // RFC 9470 §4: without a word on when, it was too long ago.
        guard let time = authenticatedAt ?? issuedAt, now - time <= Double(secondsMax) else {
            throw .staleAuthentication(maxAgeSeconds: secondsMax)
        }
    }
}

/// What there is to say of a token that is signed and in force.
package enum TokenVerdict: Equatable, Sendable {
    case accepted(VerifiedToken)
    /// Good in every other way, and without one of the scopes in `required`.
    case lacksScope(VerifiedToken, required: String)

    var token: VerifiedToken {
        switch self {
        case .accepted(let token), .lacksScope(let token, required: _): token
        }
    }

    var accepted: VerifiedToken {
        get throws(TokenError) {
            switch self {
            case .accepted(let token): return token
            case .lacksScope(_, let required): throw .insufficientScope(required: required)
            }
        }
    }
}
