package import JWT

/// What came of a failed request, or of one from an address whose budget of failures is used up.
package enum AbuseResult: Int, MetricLabel {
    /// Taken from its address's budget.
    case counted
    /// Failed, of an address that there was no room to follow.
    case uncounted
    /// Refused unread.
    case refused

    package var label: String {
        switch self {
        case .counted: "counted"
        case .uncounted: "uncounted"
        case .refused: "refused"
        }
    }
}

/// What became of a request's token: one of these for each request that has to have one.
package enum TokenResult: Int, MetricLabel {
    /// Good, and the store knows of no revocation.
    case accepted
    case missing
    /// No token by its form, or more than one Authorization field.
    case malformed
    /// A token that asks for what is not done here, such as another algorithm than its key's.
    case unsupported
    case unknownKey
    case badSignature
    /// A claim that is missing or of the wrong kind, length or range.
    case invalidClaim
    case wrongIssuer
    case wrongAudience
    /// Bound to a certificate that the connection has not shown.
    case wrongCertificate
    /// From the future, by `nbf` or `iat`.
    case notYetValid
    case expired
    case revoked
    case insufficientScope
    /// Too old for what is asked for.
    case stale
    /// Good, but the store could not say whether it is revoked; or signed with a key that may be
    /// the issuer's, which are not known.
    case undecided

    package init(_ error: TokenError) {
        self =
            switch error {
            case .malformed, .invalidBase64URL, .malformedHeader, .malformedClaims: .malformed
            case .unsupportedAlgorithm, .wrongAlgorithm, .criticalHeader, .unsupportedType,
                .boundToken:
                .unsupported
            case .unknownKey, .missingKeyID: .unknownKey
            case .keysUnavailable: .undecided
            case .badSignature: .badSignature
            case .missingClaim, .invalidClaim, .unmetRequirement, .lifetimeTooLong: .invalidClaim
            case .wrongIssuer: .wrongIssuer
            case .wrongAudience: .wrongAudience
            case .wrongCertificate: .wrongCertificate
            case .notYetValid, .issuedInFuture: .notYetValid
            case .expired: .expired
            case .insufficientScope: .insufficientScope
            case .staleAuthentication: .stale
            }
    }

    package var label: String {
        switch self {
        case .accepted: "accepted"
        case .missing: "missing"
        case .malformed: "malformed"
        case .unsupported: "unsupported"
        case .unknownKey: "unknown_key"
        case .badSignature: "bad_signature"
        case .invalidClaim: "invalid_claim"
        case .wrongIssuer: "wrong_issuer"
        case .wrongAudience: "wrong_audience"
        case .wrongCertificate: "wrong_certificate"
        case .notYetValid: "not_yet_valid"
        case .expired: "expired"
        case .revoked: "revoked"
        case .insufficientScope: "insufficient_scope"
        case .stale: "stale"
        case .undecided: "undecided"
        }
    }
}
