internal import JSON
package import JWT

/// What matters of a token to its revocation. Its signature is not checked.
package struct RevocableToken {
    private let token: [UInt8]
    /// Nil without one, or with one that churnd accepts in no token.
    private let tokenID: [UInt8]?
    /// Whether a second text of it has a good signature.
    package let hasTwin: Bool
    /// `exp`, in seconds since 1970.
    package let expiresAt: Double?
    /// `iat`, in seconds since 1970.
    package let issuedAt: Double?
    /// Nil as the identifier.
    package let subject: [UInt8]?

    /// - Parameters:
    ///   - idClaim: the claim of its identifier (`jwt.claim.id`).
    ///   - subjectClaim: the same of its subject (`jwt.claim.subject`).
    package init(
        _ token: [UInt8], idClaim: String, subjectClaim: String = TokenClaim.subject.rawValue
    ) throws(TokenError) {
        self.token = token
        let parts = try TokenSegments(token.span)
        // churnd would look for no token of another form.
        guard !parts.header.isEmpty, !parts.signature.isEmpty else { throw .malformed }
        var bytes: [UInt8] = []
        _ = try TokenSegments.decode(
            .signature, token.span.extracting(parts.signature), into: &bytes)
        let headerCount = try TokenSegments.decode(
            .header, token.span.extracting(parts.header), into: &bytes)
        // One that is no header is of no token that churnd accepts.
        let header = try? TokenHeader(bytes.span.extracting(0..<headerCount))
        hasTwin = header?.algorithm.hasTwins ?? false
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
        func identifier(_ claim: String) -> [UInt8]? {
            let bytes = claims?[claim]?.asString.map { Array($0.utf8) }
            return bytes.flatMap { RevokedName.isIdentifier($0) ? $0 : nil }
        }
        tokenID = identifier(idClaim)
        subject = identifier(subjectClaim)
        expiresAt = claims?[TokenClaim.expiration.rawValue]?.asNumber
        issuedAt = claims?[TokenClaim.issuedAt.rawValue]?.asNumber
    }

    /// By each of which churnd would find it revoked, the one that no other text of it escapes
    /// first.
    package var names: [RevokedName] {
        if let tokenID { return [.tokenID(tokenID), .token(token)] }
        return hasTwin ? [.signedPart(ofToken: token), .token(token)] : [.token(token)]
    }
}
