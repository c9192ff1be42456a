import JSON
import JWT
import OpenSSL

/// Tokens of any header and claims, and what a verifier makes of them.
enum TokenFixture {
    static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    static let otherSecret = Array("fedcba9876543210fedcba9876543210".utf8)
    /// The time of judgement, in seconds since 1970.
    static let now: Int64 = 1_800_000_000
    static let leewaySeconds = 30

    static let header = #"{"alg":"HS256","typ":"JWT"}"#
    static let claims = #"{"sub":"alice","exp":1800000600}"#

    /// A token with these texts as header and claims, under a good signature.
    static func token(
        header: String = header, claims: String = claims, secret: [UInt8] = secret
    ) -> [UInt8] {
        token(header: header, claims: Array(claims.utf8), secret: secret)
    }

    /// The same with claims that need not be a text.
    static func token(
        header: String = header, claims: [UInt8], secret: [UInt8] = secret
    ) -> [UInt8] {
        var mac = HMACSHA256(key: secret.span)
        let token = UnsignedToken.compact(
            header: Array(header.utf8).span, claims: claims.span, signedWith: &mac)
        return Array(token.utf8)
    }

    /// Claims that hold, with `members` after them.
    static func claims(_ members: String) -> String {
        #"{"sub":"alice","exp":1800000600,"# + members + "}"
    }

    static func rules(
        leewaySeconds: Int = leewaySeconds, issuer: String? = nil, audience: String? = nil,
        scope: String? = nil
    ) throws -> TokenRules {
        try TokenRules(
            leewaySeconds: leewaySeconds, issuer: issuer, audience: audience, scope: scope)
    }

    static func verifier(rules: TokenRules? = nil) throws -> TokenVerifier {
        TokenVerifier(
            keys: try SigningKeys(secret: secret), rules: try rules ?? TokenFixture.rules())
    }

    /// Why `token` is refused; nil when it is accepted.
    static func refusal(
        of token: [UInt8], by verifier: TokenVerifier, nowUnixMilliseconds: Int64 = now * 1000
    ) -> TokenError? {
        do throws(TokenError) {
            _ = try verifier.verify(token.span, nowUnixMilliseconds: nowUnixMilliseconds)
            return nil
        } catch {
            return error
        }
    }

    /// Why a token with these claims is refused under `rules`; nil when it is accepted.
    static func refusal(
        ofClaims claims: String, rules: TokenRules? = nil, nowUnixMilliseconds: Int64 = now * 1000
    ) throws -> TokenError? {
        refusal(
            of: token(claims: claims), by: try verifier(rules: rules),
            nowUnixMilliseconds: nowUnixMilliseconds)
    }

    /// Why a token with this header is refused; nil when it is accepted.
    static func refusal(ofHeader header: String) throws -> TokenError? {
        refusal(of: token(header: header), by: try verifier())
    }
}
