internal import Access
internal import JSON
internal import JWT
internal import OperationsAPI

extension RevokedName {
    /// Its key, fit for a terminal; the token itself is not shown.
    var shownKey: String {
        switch self {
        case .tokenID(let id):
            TerminalText.plain(
                "\(AdmissionKeys.revocation)\(String(decoding: id, as: UTF8.self))")
        case .token: "\(AdmissionKeys.revocation)<the token>"
        case .subject(let subject):
            TerminalText.plain(
                "\(AdmissionKeys.revokedBefore)\(String(decoding: subject, as: UTF8.self))")
        }
    }
}

/// What matters of a token to its revocation. Its signature is not checked.
struct RevocableToken {
    let token: [UInt8]
    /// Nil without one, or with one that churnd accepts in no token.
    let tokenID: [UInt8]?
    /// `exp`, in seconds since 1970.
    let expiresAt: Double?
    /// `iat`, in seconds since 1970.
    let issuedAt: Double?
    /// `sub`; nil as `tokenID`.
    let subject: [UInt8]?

    init(_ token: [UInt8]) throws(TokenError) {
        self.token = token
        let parts = try TokenSegments(token.span)
        var bytes: [UInt8] = []
        // churnd would look for no token of another form.
        for (part, range) in [(TokenPart.header, parts.header), (.signature, parts.signature)] {
            guard !range.isEmpty else { throw .malformed }
            _ = try TokenSegments.decode(part, token.span.extracting(range), into: &bytes)
        }
        let count = try TokenSegments.decode(
            .claims, token.span.extracting(parts.claims), into: &bytes)
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(
                parsing: bytes.span.extracting(0..<count), depthMax: TokenRules.depthMax)
        } catch {
            throw .malformedClaims(error)
        }
        let claims = json.asObject
        func identifier(_ claim: TokenClaim) -> [UInt8]? {
            let bytes = claims?[claim.rawValue]?.asString.map { Array($0.utf8) }
            return bytes.flatMap { RevokedName.isIdentifier($0) ? $0 : nil }
        }
        tokenID = identifier(.tokenID)
        subject = identifier(.subject)
        expiresAt = claims?[TokenClaim.expiration.rawValue]?.asNumber
        issuedAt = claims?[TokenClaim.issuedAt.rawValue]?.asNumber
    }

    /// By each of which churnd would find it revoked, the usual one first.
    var names: [RevokedName] {
        (tokenID.map { [.tokenID($0)] } ?? []) + [.token(token)]
    }
}
