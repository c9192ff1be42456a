internal import Bytes
internal import HTTP

/// What pages of other origins may do (CORS, in the Fetch standard): the field lines of answers,
/// made once. A request's own Origin is compared and never repeated.
package struct CrossOrigin: Sendable {
    /// How long a browser may keep the answer to a preflight, in seconds.
    package static let ageSecondsMax = 600

    /// With the field lines of answers to requests of it.
    private let origins: [(name: [UInt8], fields: [UInt8])]
    /// Of answers to any other request.
    private let otherFields: [UInt8]
    private let takesAny: Bool

    /// - Parameter origins: as browsers spell them; `*` alone is any.
    package init(_ origins: [String]) {
        takesAny = origins == ["*"]
        let variation = takesAny ? "" : "Vary: Origin\r\n"
        self.origins = origins.map { origin in
            let fields =
                "Access-Control-Allow-Origin: \(origin)\r\n"
                + "Access-Control-Expose-Headers: RateLimit, RateLimit-Policy, Retry-After, "
                + "WWW-Authenticate, X-Request-Id, traceparent\r\n" + variation
            return (Array(origin.utf8), Array(fields.utf8))
        }
        otherFields = takesAny ? self.origins[0].fields : Array(variation.utf8)
    }

    /// The place of a request's origin among those that are allowed; nil without one, or two.
    func place(ofRequestWith headBytes: Span<UInt8>) -> Int? {
        guard let field = headBytes.headField("origin"), field.count == 1 else { return nil }
        if takesAny { return 0 }
        let origin = headBytes.extracting(field.value)
        return origins.firstIndex { $0.name.span.equals(origin) }
    }

    /// Appends the field lines of an answer.
    func append(forOriginAt place: Int?, to fields: inout [UInt8]) {
        let lines = place.map { origins[$0].fields } ?? otherFields
        fields.appendBytes(lines.span)
    }

    /// Whether a browser asks what it may send.
    static func isPreflight(_ head: RequestHead, _ headBytes: Span<UInt8>) -> Bool {
        head.method == .other && headBytes.extracting(head.methodRange).equals("OPTIONS")
            && headBytes.headField("access-control-request-method") != nil
    }

    /// The field lines of the answer to a preflight, beside those of every answer.
    static func preflightFields(allowed: String) -> [UInt8] {
        Array(
            ("Access-Control-Allow-Methods: \(allowed)\r\n"
                + "Access-Control-Allow-Headers: Authorization, Content-Type, X-Request-Id, "
                + "traceparent\r\nAccess-Control-Max-Age: \(ageSecondsMax)\r\n").utf8)
    }
}

/// `OPTIONS` of a known path, for a page of an origin that is allowed: no row of the table, but
/// what takes the place of one.
enum PreflightRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        guard let route = call.route else { preconditionFailure("it was identified") }
        let fields = CrossOrigin.preflightFields(allowed: route.preflightMethods)
        calls.answer(call) { $0.answerWithoutContent(call, status: 204, fields: fields) }
    }
}
