internal import JWT
internal import OpenSSL
internal import POSIX

/// Signs tokens for tests.
package struct TokenFactory: Sendable {
    private let secret: [UInt8]

    package init(secret: String = ChurndProcess.secret) { self.secret = Array(secret.utf8) }

    /// A token that is valid for an hour.
    ///
    /// - Parameter id: its `jti`; nil: one that nobody else has.
    package func token(
        _ subject: String, id: String? = nil, lifetimeSeconds: Int64 = 3600,
        scope: String? = nil, keyID: String? = nil
    ) throws -> String {
        try UnsignedToken(
            subject: subject, issuedAt: Clock.unixMilliseconds() / 1000,
            lifetimeSeconds: lifetimeSeconds, tokenID: id, scope: scope, keyID: keyID
        ).signed(with: secret)
    }

    /// A token of any header and claims, signed whether they are acceptable or not.
    package func token(header: String = #"{"alg":"HS256"}"#, claims: String) -> String {
        var mac = HMACSHA256(key: secret.span)
        let header = Array(header.utf8)
        let claims = Array(claims.utf8)
        return UnsignedToken.compact(header: header.span, claims: claims.span, signedWith: &mac)
    }
}
