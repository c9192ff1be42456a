internal import JSON

/// What the operations listener answered.
package struct OperationsAnswer: Equatable, Sendable {
    private static let jsonDepthMax = 16

    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// Whether the request was done (RFC 9110 §15.3).
    package var isSuccess: Bool { 200..<300 ~= status }

    /// What a problem says of itself in `detail`, else in `title` (RFC 9457 §3.1); nil when the
    /// body is no problem.
    package var problemDetail: String? {
        // A body that is not JSON is ignored; the status remains.
        guard
            let document = try? JSONValue(
                parsing: body.span, depthMax: OperationsAnswer.jsonDepthMax),
            let problem = document.asObject
        else { return nil }
        return problem["detail"]?.asString ?? problem["title"]?.asString
    }
}
