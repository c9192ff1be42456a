internal import JSON
internal import JWT

/// What a token is revoked by: its identifier, or the whole of it.
enum RevokedName {
    case tokenID(String)
    case token([UInt8])

    var bytes: [UInt8] {
        switch self {
        case .tokenID(let id): Array(id.utf8)
        case .token(let token): token
        }
    }

    /// Its key, fit for a terminal; the token itself is not shown.
    var shownKey: String {
        switch self {
        case .tokenID(let id): TerminalText.plain("blacklist:\(id)")
        case .token: "blacklist:<the token>"
        }
    }

    /// Whether churnd would look for such an identifier.
    static func isTokenID(_ text: String) -> Bool { Identifier.isAcceptable(Array(text.utf8).span) }
}

/// What a token says that matters to its revocation. Its signature is not looked at.
struct RevocableToken {
    let token: [UInt8]
    /// Nil where it has none, or one for which churnd takes no token.
    let tokenID: String?
    /// `exp`, in seconds since 1970.
    let expiresAt: Double?

    init(_ token: [UInt8]) throws(TokenError) {
        self.token = token
        let parts = try TokenParts(token.span)
        var bytes: [UInt8] = []
        // A token of another form would be looked for by nobody.
        for (part, range) in [(TokenPart.header, parts.header), (.signature, parts.signature)] {
            guard !range.isEmpty else { throw .malformed }
            _ = try TokenParts.decode(part, token.span.extracting(range), into: &bytes)
        }
        let count = try TokenParts.decode(
            .claims, token.span.extracting(parts.claims), into: &bytes)
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(
                parsing: bytes.span.extracting(0..<count), depthMax: TokenRules.depthMax)
        } catch {
            throw .malformedClaims(error)
        }
        let claims = json.asObject
        let id = claims?[TokenClaim.tokenID.rawValue]?.asString
        tokenID = id.flatMap { RevokedName.isTokenID($0) ? $0 : nil }
        expiresAt = claims?[TokenClaim.expiration.rawValue]?.asNumber
    }

    /// By each of which churnd would find it revoked, the usual one first.
    var names: [RevokedName] {
        (tokenID.map { [.tokenID($0)] } ?? []) + [.token(token)]
    }
}
