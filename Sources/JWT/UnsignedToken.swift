internal import JSON
package import OpenSSL

/// What a new token will claim.
package struct UnsignedToken: Sendable {
    /// How many random bytes the `jti` is made of when none is given.
    package static let tokenIDBytes = 16

    package var subject: String
    /// Seconds since 1970.
    package var issuedAt: Int64
    /// From `issuedAt` to `exp`; zero or less makes a token that has expired.
    package var lifetimeSeconds: Int64
    /// Random where nil: every token has one, so that it can be revoked by it.
    package var tokenID: String?
    package var issuer: String?
    package var audience: String?
    package var scope: String?
    package var keyID: String?
    /// Under which names identifier, subject and scopes are claimed; of several claims for scopes
    /// the first.
    package var claims = TokenClaimNames()
    /// `auth_time`, in seconds since 1970; nil: the token does not say it.
    package var authenticatedAt: Int64?

    package init(
        subject: String, issuedAt: Int64, lifetimeSeconds: Int64, tokenID: String? = nil,
        issuer: String? = nil, audience: String? = nil, scope: String? = nil, keyID: String? = nil
    ) {
        self.subject = subject
        self.issuedAt = issuedAt
        self.lifetimeSeconds = lifetimeSeconds
        self.tokenID = tokenID
        self.issuer = issuer
        self.audience = audience
        self.scope = scope
        self.keyID = keyID
    }

    /// The token, signed. Throws for claims or a key that `TokenVerifier` would not take.
    package func signed(with secret: [UInt8]) throws(SigningError) -> String {
        do throws(SigningKeyError) {
            try SigningKeys.checkLength(secret.count, id: keyID)
        } catch {
            throw .key(error)
        }
        guard Identifier.isAcceptable(Array(subject.utf8).span) else {
            throw .unacceptableClaim(.subject)
        }
        let tokenID =
            self.tokenID ?? RandomBytes.hexadecimalText(UnsignedToken.tokenIDBytes)
        guard Identifier.isAcceptable(Array(tokenID.utf8).span) else {
            throw .unacceptableClaim(.tokenID)
        }
        let (expiration, overflow) = issuedAt.addingReportingOverflow(lifetimeSeconds)
        guard !overflow else { throw .unacceptableClaim(.expiration) }

        var header = JSONWriter()
        header.beginObject()
        header.name("alg")
        header.string("HS256")
        header.name("typ")
        header.string("JWT")
        UnsignedToken.write("kid", keyID, to: &header)
        header.endObject()

        var claims = JSONWriter()
        claims.beginObject()
        claims.name(self.claims.subject.span)
        claims.string(subject)
        claims.name("iat")
        claims.number(Int(issuedAt))
        claims.name("exp")
        claims.number(Int(expiration))
        if let authenticatedAt {
            claims.name("auth_time")
            claims.number(Int(authenticatedAt))
        }
        claims.name(self.claims.tokenID.span)
        claims.string(tokenID)
        UnsignedToken.write("iss", issuer, to: &claims)
        UnsignedToken.write("aud", audience, to: &claims)
        if let scope { UnsignedToken.write(scope, at: self.claims.scopes[0], to: &claims) }
        claims.endObject()

        let headerBytes = header.finish()
        let claimsBytes = claims.finish()
        var mac = HMACSHA256(key: secret.span)
        return UnsignedToken.compact(
            header: headerBytes.span, claims: claimsBytes.span, signedWith: &mac)
    }

    /// The JWS Compact Serialization (RFC 7515 §3.1) of any header and claims, whether a verifier
    /// would take them or not.
    package static func compact(
        header: Span<UInt8>, claims: Span<UInt8>, signedWith mac: inout HMACSHA256
    ) -> String {
        var text: [UInt8] = []
        Base64URL.encode(header, appendingTo: &text)
        text.append(UInt8(ascii: "."))
        Base64URL.encode(claims, appendingTo: &text)
        let signature = mac.authenticate(text.span)
        text.append(UInt8(ascii: "."))
        Base64URL.encode(signature.span, appendingTo: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// - Parameter path: the names from the outermost object inwards.
    private static func write(
        _ value: String, at path: [[UInt8]], to writer: inout JSONWriter
    ) {
        for (index, name) in path.enumerated() {
            if index > 0 { writer.beginObject() }
            writer.name(name.span)
        }
        writer.string(value)
        for _ in path.dropFirst() { writer.endObject() }
    }

    private static func write(
        _ name: StaticString, _ value: String?, to writer: inout JSONWriter
    ) {
        guard let value else { return }
        writer.name(name)
        writer.string(value)
    }
}

/// Why a token was not signed.
package enum SigningError: Error, Equatable, Sendable, CustomStringConvertible {
    case key(SigningKeyError)
    case unacceptableClaim(TokenClaim)

    package var description: String {
        switch self {
        case .key(let error): error.description
        case .unacceptableClaim(let claim): "\(claim.rawValue): expected \(claim.form)"
        }
    }
}
