/// The methods that routes tell apart. A method is case-sensitive (RFC 9110 §9.1): `get` is
/// `.other`.
package enum HTTPMethod: Equatable, Sendable {
    case get, head, post
    /// Any other well-formed token; `RequestHead.methodRange` says which.
    case other
}

/// How the end of a request's content is found (RFC 9112 §6.3).
package enum BodyFraming: Equatable, Sendable {
    /// Neither Content-Length nor Transfer-Encoding: there is no content.
    case none
    /// Content-Length; a number beyond Int is given as `Int.max`. Not yet held against the limit,
    /// because the route is judged before the size.
    case length(Int)
    case chunked
}

/// The head of one request, validated. Ranges are offsets into the bytes given to the parser;
/// of a field they hold the value without the white space around it.
package struct RequestHead: Equatable, Sendable {
    package internal(set) var method = HTTPMethod.other
    package internal(set) var methodRange = 0..<0
    /// The target as it was sent.
    package internal(set) var target = 0..<0
    /// The target's path, never empty, without scheme, authority and query: it begins with `/`, or
    /// is the `*` of OPTIONS. An absolute-form without a path has `/`. Nothing is decoded.
    package internal(set) var path = 0..<0
    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    package internal(set) var versionMinor = 1

    /// The first Authorization field. Where there are two (`authorizationCount`), neither may be
    /// used.
    package internal(set) var authorization: Range<Int>?
    package internal(set) var authorizationCount = 0
    package internal(set) var contentType: Range<Int>?
    package internal(set) var contentTypeCount = 0
    package internal(set) var contentEncoding: Range<Int>?
    package internal(set) var contentEncodingCount = 0
    /// The first X-Request-Id field, of any content.
    package internal(set) var requestID: Range<Int>?
    package internal(set) var requestIDCount = 0
    /// The first Accept field. A request may have several that mean the same as one list; whatever
    /// sends them gets what the first asks for.
    package internal(set) var accept: Range<Int>?
    /// The first traceparent field (W3C Trace Context), of any content.
    package internal(set) var traceParent: Range<Int>?
    package internal(set) var traceParentCount = 0

    package internal(set) var framing = BodyFraming.none
    /// Whether the client waits for `100 Continue` before it sends the content; false where there
    /// is nothing to wait for, and for HTTP/1.0, whose Expect is ignored (RFC 9110 §10.1.1).
    package internal(set) var expectsContinue = false
    /// Whether the client would use the connection again (RFC 9112 §9.3).
    package internal(set) var keepAlive = true
    /// The length of the head with an empty line before it and the blank line after it: the offset
    /// at which the content begins.
    package internal(set) var byteCount = 0

    init() {}
}
