internal import HTTP
internal import HTTPServer
internal import JWT

// What is judged of a request before its token and its body are read.
extension Request {
    /// Media type and size: what is judged before the caller is known.
    func checkContent(bodyBytesMax: Int) throws(ServiceFailure) {
        if head.contentTypeCount > 1 { throw .unsupportedContentType }
        if let range = head.contentType, !MediaType.isJSON(headBytes.extracting(range)) {
            throw .unsupportedContentType
        }
        if head.contentEncodingCount > 1 { throw .unsupportedContentEncoding }
        if let range = head.contentEncoding, !MediaType.isIdentity(headBytes.extracting(range)) {
            throw .unsupportedContentEncoding
        }
        if case .none = head.framing { throw .lengthRequired }
        if isBodyTooLarge { throw .bodyTooLarge(bytesMax: bodyBytesMax) }
    }

    /// Where in the head the token stands.
    func bearerToken(isKnown: (Span<UInt8>) -> Bool) throws(ServiceFailure) -> Range<Int> {
        guard head.authorizationCount <= 1 else { throw .repeatedAuthorization }
        guard let field = head.authorization else { throw .missingToken }
        let value = headBytes.extracting(field)
        switch BearerCredentials(inAuthorization: value, isKnown: isKnown) {
        case .absent: throw .missingToken
        case .malformed: throw .malformedCredentials
        case .token(let range):
            return field.lowerBound + range.lowerBound..<field.lowerBound + range.upperBound
        }
    }
}

extension TokenVerifier {
    /// The token, where it is good and has the scope, or where that does not matter.
    func admitted(
        _ token: Span<UInt8>, known: RecentTokens.Entry?, nowUnixMilliseconds: Int64,
        anyScope: Bool
    ) throws(ServiceFailure) -> VerifiedToken {
        let verdict: TokenVerdict
        do throws(TokenError) {
            verdict = try judge(
                token, known: known, nowUnixMilliseconds: nowUnixMilliseconds)
        } catch {
            throw .token(error)
        }
        switch verdict {
        case .accepted(let token): return token
        case .lacksScope(let token, _) where anyScope: return token
        case .lacksScope(let token, let required):
            throw .insufficientScope(token, required: required)
        }
    }
}
