package import Identity

/// What a token must say beyond its signature.
package struct TokenRules: Sendable {
    /// More leeway than this would keep a token alive long after its end.
    package static let leewaySecondsMax = 60
    /// The longest `sub` and `jti`; both become parts of keys in the store.
    package static let identifierBytesMax = 256
    /// How deep objects and arrays of header and claims may be nested.
    package static let depthMax = 16

    /// By how much the issuer's clock may differ.
    package let leewaySeconds: Int
    /// What `iss` must be; nil when it is not looked at.
    package let issuer: String?
    /// What `aud` must be or hold; nil when it is not looked at.
    package let audience: String?
    /// The scopes that `scope` must hold, with a space between each two; nil when it is not looked
    /// at.
    package let scope: String?
    /// How long ago the user may have been authenticated (`auth_time`) or, where the token does not
    /// say that, the token issued (`iat`); nil when it is not looked at (RFC 9470).
    package let authenticationAgeSecondsMax: Int?

    /// Where identifier, subject and scopes stand.
    package let claims: TokenClaimNames
    /// What `jwt.require` demands beside that.
    package let requirements: [RequiredClaim]
    /// How much later than `iat` `exp` may be; nil when it is not looked at.
    package let lifetimeSecondsMax: Int?

    /// What the token's scopes are the names of, beside scopes; nil where roles are not configured.
    package var roles: Roles?

    /// The same as bytes: equality of strings is canonical equivalence, that of names is not
    /// (RFC 7519 §7.3).
    let issuerBytes: [UInt8]?
    let audienceBytes: [UInt8]?
    let scopeTokens: [[UInt8]]

    package init(
        leewaySeconds: Int, issuer: String? = nil, audience: String? = nil, scope: String? = nil,
        authenticationAgeSecondsMax: Int? = nil, claims: TokenClaimNames = TokenClaimNames(),
        requirements: [RequiredClaim] = [], lifetimeSecondsMax: Int? = nil, roles: Roles? = nil
    ) throws(TokenRulesError) {
        guard 0...TokenRules.leewaySecondsMax ~= leewaySeconds else {
            throw .leewayOutOfRange(seconds: leewaySeconds, max: TokenRules.leewaySecondsMax)
        }
        guard issuer != "" else { throw .emptyIssuer }
        guard audience != "" else { throw .emptyAudience }
        self.leewaySeconds = leewaySeconds
        self.issuer = issuer
        self.audience = audience
        self.scope = scope
        self.authenticationAgeSecondsMax = authenticationAgeSecondsMax
        self.claims = claims
        self.requirements = requirements
        self.lifetimeSecondsMax = lifetimeSecondsMax
        self.roles = roles
        issuerBytes = issuer.map { Array($0.utf8) }
        audienceBytes = audience.map { Array($0.utf8) }
        scopeTokens = TokenRules.scopeTokens(in: Array((scope ?? "").utf8))
        if let scope {
            let joined = scopeTokens.joined(separator: [UInt8(ascii: " ")])
            guard !scopeTokens.isEmpty, Array(joined) == Array(scope.utf8),
                scopeTokens.allSatisfy({ $0.allSatisfy(TokenRules.isScopeByte) })
            else { throw .malformedScope }
        }
    }

    /// The parts between spaces; empty ones are left out.
    static func scopeTokens(in scope: [UInt8]) -> [[UInt8]] {
        scope.split(separator: UInt8(ascii: " ")).map(Array.init)
    }

    /// RFC 6749 §3.3: a scope-token has neither a quotation mark nor a backslash, so that a
    /// challenge can quote it as it is.
    private static func isScopeByte(_ byte: UInt8) -> Bool {
        0x21...0x7E ~= byte && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}

/// Why rules for tokens cannot be what was configured.
package enum TokenRulesError: Error, Equatable, Sendable, CustomStringConvertible {
    case leewayOutOfRange(seconds: Int, max: Int)
    case emptyIssuer
    case emptyAudience
    /// Not one or more scope-tokens of RFC 6749 §3.3 with one space between each two.
    case malformedScope
    /// A claim's name that is not 1 to `TokenClaimNames.nameBytesMax` bytes of visible ASCII
    /// without a dot, or that has a meaning of its own.
    case claimName(String)
    /// The claim of this name for two purposes.
    case claimTwice(String)
    /// More paths or requirements than there may be, or none.
    case claimCount(max: Int)

    package var description: String {
        switch self {
        case .leewayOutOfRange(let seconds, let max):
            "leeway: \(seconds) seconds, expected 0 to \(max)"
        case .emptyIssuer: "issuer: empty, expected a name"
        case .emptyAudience: "audience: empty, expected a name"
        case .malformedScope:
            "scope: malformed, expected printable ASCII names with one space between each two"
        case .claimName(let name):
            "claim \(name): expected a name of 1 to \(TokenClaimNames.nameBytesMax) visible ASCII "
                + "characters without a dot, and none of \(TokenClaimNames.reservedText)"
        case .claimTwice(let name): "claim \(name): for two purposes, expected it for one"
        case .claimCount(let max): "claims: none or too many, expected 1 to \(max)"
        }
    }
}
