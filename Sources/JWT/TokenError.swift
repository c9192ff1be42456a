package import JSON

/// Why a token is refused. No case carries anything of the token.
package enum TokenError: Error, Equatable, Sendable {
    /// Other than three parts with a dot between each two.
    case malformed
    /// A part that is not base64url in its one spelling.
    case invalidBase64URL(TokenPart)
    /// A header that is not a JSON object without duplicate names.
    case malformedHeader(JSONError)
    /// `alg` is missing or names no `TokenAlgorithm`.
    case unsupportedAlgorithm
    /// The header has `crit`: its issuer demands what is not supported here.
    case criticalHeader
    /// `typ` says that this is something else than a JWT.
    case unsupportedType
    /// Keys are selected by `kid`, and it names none of them.
    case unknownKey
    /// The key may be one of the issuer's, which are not known: nothing can be said of the token.
    case keysUnavailable
    /// There are several keys, and `kid` is missing or not a string.
    case missingKeyID
    /// `alg` is not the one algorithm of the key.
    case wrongAlgorithm
    /// The signature is not that of header and claims under the key.
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
    /// The claim of this name, which `jwt.require` demands, is missing or has another value.
    case unmetRequirement(claim: String)
    /// `cnf`: the token is bound to a key that its bearer must prove to have (RFC 7800), in a way
    /// that is not checked here, so that it proves nothing.
    case boundToken
    /// `cnf`: the token is bound to a client certificate (RFC 8705), and the connection that it
    /// came over has shown another one or none.
    case wrongCertificate
    /// `exp` is further from `iat` than is accepted.
    case lifetimeTooLong(maxSeconds: Int)
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

/// The claims that are looked at; the raw value is the claim's name (RFC 7519 §4.1, RFC 8693 §4.2),
/// where `TokenClaimNames` does not give another.
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
    /// RFC 7800 §3.1.
    case confirmation = "cnf"
    /// OpenID Connect Core 1.0 §2.
    case authenticationContext = "acr"
    case authenticationMethods = "amr"
}

extension TokenError: CustomStringConvertible {
    /// What was found, then what was wanted.
    package var description: String {
        switch self {
        case .malformed: "not a token: expected three parts separated by dots"
        case .invalidBase64URL(let part):
            "\(part.rawValue): not base64url without padding and with its unused bits zero"
        case .malformedHeader(let error): "header: not a JSON object that can be read, \(error)"
        case .unsupportedAlgorithm: "alg: not supported, expected HS256, RS256, ES256 or EdDSA"
        case .criticalHeader: "crit: present, no extension is understood"
        case .unsupportedType: "typ: not supported, expected JWT or at+jwt"
        case .unknownKey: "kid: no key has this name"
        case .keysUnavailable: "kid: no key has this name, and the issuer's keys are not known"
        case .missingKeyID: "kid: missing, expected one, since there are several keys"
        case .wrongAlgorithm: "alg: not the one of the key"
        case .badSignature: "signature: does not match header, claims and key"
        case .malformedClaims(let error): "claims: not a JSON object that can be read, \(error)"
        case .missingClaim(let claim): "\(claim.title): missing, expected \(claim.form)"
        case .invalidClaim(let claim): "\(claim.title): not acceptable, expected \(claim.form)"
        case .wrongIssuer: "iss: missing or not the expected issuer"
        case .wrongAudience: "aud: missing or without the expected audience"
        case .unmetRequirement(let claim):
            "\(claim): missing or another value, expected what jwt.require demands"
        case .boundToken:
            "cnf: not the SHA-256 of a client certificate alone (x5t#S256), and tokens that are "
                + "bound to another key are not supported"
        case .wrongCertificate:
            "cnf: bound to a client certificate, and the connection has shown another one or none"
        case .lifetimeTooLong(let max): "exp: more than \(max) seconds after iat"
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
    /// Its name, and the key of the configuration that may give it another.
    var title: String {
        switch self {
        case .subject: "sub (jwt.claim.subject)"
        case .tokenID: "jti (jwt.claim.id)"
        case .scope: "scope (jwt.claim.scopes)"
        case .expiration, .notBefore, .issuedAt, .issuer, .audience, .authenticationTime,
            .confirmation, .authenticationContext, .authenticationMethods:
            rawValue
        }
    }

    /// What values are taken.
    var form: String {
        switch self {
        case .subject, .tokenID:
            "a string of 1 to \(TokenRules.identifierBytesMax) bytes without control characters"
        case .expiration, .notBefore, .issuedAt, .authenticationTime: "a number of seconds"
        case .issuer, .authenticationContext: "a string"
        case .authenticationMethods: "an array of strings"
        case .audience, .scope: "a string or an array of strings"
        case .confirmation: "an object with x5t#S256 alone"
        }
    }
}
