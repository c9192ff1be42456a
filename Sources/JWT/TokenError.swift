package import JSON

/// Why a token is refused. No case carries anything of the token.
package enum TokenError: Error, Equatable, Sendable {
    /// Other than three parts with a dot between each two.
    case malformed
    /// A part that is not base64url in its one spelling.
    case invalidBase64URL(TokenPart)
    /// A header that is not a JSON object without duplicate names.
    case malformedHeader(JSONError)
    /// `alg` is missing or anything but `HS256`.
    case unsupportedAlgorithm
    /// The header has `crit`: its issuer demands what is not supported here.
    case criticalHeader
    /// `typ` says that this is something else than a JWT.
    case unsupportedType
    /// Keys are selected by `kid`, and it is missing, not a string, or names none of them.
    case unknownKey
    /// The signature is not the MAC over header and claims under the key.
    case badSignature
    /// Claims that are not a JSON object without duplicate names.
    case malformedClaims(JSONError)
    /// A claim that must be there is not.
    case missingClaim(TokenClaim)
    /// A claim of the wrong kind, length or range.
    case invalidClaim(TokenClaim)
    /// `iss` is not the configured issuer, or missing.
    case wrongIssuer
    /// `aud` does not hold the configured audience, or is missing.
    case wrongAudience
    /// `nbf` lies in the future.
    case notYetValid
    /// `iat` lies in the future.
    case issuedInFuture
    /// `exp` has passed.
    case expired
    /// A token that is valid in every other way lacks one of the scopes in `required`.
    case insufficientScope(required: String)
    /// The user was authenticated, or the token issued, longer ago than is accepted, or nobody says
    /// when (RFC 9470).
    case staleAuthentication(maxAgeSeconds: Int)
}

/// The three parts of a token, in their order (RFC 7515 §3.1).
package enum TokenPart: String, Sendable {
    case header, claims, signature
}

/// The claims that are looked at; the raw value is the claim's name (RFC 7519 §4.1, RFC 8693 §4.2).
package enum TokenClaim: String, Sendable {
    case subject = "sub"
    case tokenID = "jti"
    case expiration = "exp"
    case notBefore = "nbf"
    case issuedAt = "iat"
    case issuer = "iss"
    case audience = "aud"
    case scope
    /// OpenID Connect Core 1.0 §2.
    case authenticationTime = "auth_time"
}

extension TokenError: CustomStringConvertible {
    /// What was found, then what was wanted.
    package var description: String {
        switch self {
        case .malformed: "not a token: expected three parts separated by dots"
        case .invalidBase64URL(let part):
            "\(part.rawValue): not base64url without padding and with its unused bits zero"
        case .malformedHeader(let error): "header: not a JSON object that can be read, \(error)"
        case .unsupportedAlgorithm: "alg: not supported, expected HS256"
        case .criticalHeader: "crit: present, no extension is understood"
        case .unsupportedType: "typ: not supported, expected JWT or at+jwt"
        case .unknownKey: "kid: no key has this name"
        case .badSignature: "signature: does not match header, claims and key"
        case .malformedClaims(let error): "claims: not a JSON object that can be read, \(error)"
        case .missingClaim(let claim): "\(claim.rawValue): missing, expected \(claim.form)"
        case .invalidClaim(let claim): "\(claim.rawValue): not acceptable, expected \(claim.form)"
        case .wrongIssuer: "iss: missing or not the expected issuer"
        case .wrongAudience: "aud: missing or without the expected audience"
        case .notYetValid: "nbf: in the future"
        case .issuedInFuture: "iat: in the future"
        case .expired: "exp: in the past"
        case .insufficientScope(let required): "scope: insufficient, expected \(required)"
        case .staleAuthentication(let maxAge):
            "auth_time, iat: missing or too long ago, expected at most \(maxAge) seconds"
        }
    }
}

extension TokenClaim {
    /// What values are taken.
    var form: String {
        switch self {
        case .subject, .tokenID:
            "a string of 1 to \(TokenRules.identifierBytesMax) bytes without control characters"
        case .expiration, .notBefore, .issuedAt, .authenticationTime: "a number of seconds"
        case .issuer, .scope: "a string"
        case .audience: "a string or an array of strings"
        }
    }
}
