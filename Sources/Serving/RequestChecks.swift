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
        try checkFraming()
        if isBodyTooLarge { throw .bodyTooLarge(bytesMax: bodyBytesMax) }
    }

    /// That the content has a length, and no encoding.
    func checkFraming() throws(ServiceFailure) {
        if head.contentEncodingCount > 1 { throw .unsupportedContentEncoding }
        if let range = head.contentEncoding, !MediaType.isIdentity(headBytes.extracting(range)) {
            throw .unsupportedContentEncoding
        }
        if case .none = head.framing { throw .lengthRequired }
    }
}

extension RequestHead {
    /// Where in the head the token stands.
    func bearerToken(
        in headBytes: Span<UInt8>, isKnown: (Span<UInt8>) -> Bool
    ) throws(ServiceFailure) -> Range<Int> {
        guard authorizationCount <= 1 else { throw .repeatedAuthorization }
        guard let field = authorization else { throw .missingToken }
        let value = headBytes.extracting(field)
        switch BearerCredentials(inAuthorization: value, isKnown: isKnown) {
        case .absent: throw .missingToken
        case .malformed: throw .malformedCredentials
        case .token(let range):
            return field.lowerBound + range.lowerBound..<field.lowerBound + range.upperBound
        }
    }
}
