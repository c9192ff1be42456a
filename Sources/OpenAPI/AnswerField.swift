/// A field of answers, by the name that it has there.
package enum AnswerField: String, CaseIterable, Sendable {
    case requestID = "X-Request-Id"
    case traceParent = "traceparent"
    case retryAfter = "Retry-After"
    case rateLimit = "RateLimit"
    case rateLimitPolicy = "RateLimit-Policy"
    case challenge = "WWW-Authenticate"
    case acceptEncoding = "Accept-Encoding"
    case allow = "Allow"
    case entityTag = "ETag"

    /// What it says.
    var meaning: StaticString {
        switch self {
        case .requestID: "The request's id: its own, or a new one"
        case .traceParent: "W3C Trace Context: the trace, and this answer's part of it"
        case .retryAfter: "Seconds after which to try again"
        case .rateLimit: "What is left of the quota (r), and seconds until more is (t)"
        case .rateLimitPolicy: "The quota (q) and its window in seconds (w)"
        case .challenge: "RFC 6750: why the token is not accepted"
        case .acceptEncoding: "The content codings that are read"
        case .allow: "The methods of this path"
        case .entityTag: "Changes with the content"
        }
    }

    /// The form of its value, as JSON Schema.
    var schema: StaticString {
        switch self {
        case .requestID: #"{"type":"string","pattern":"^[A-Za-z0-9._-]{1,64}$"}"#
        case .traceParent:
            #"{"type":"string","pattern":"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"}"#
        case .retryAfter: #"{"type":"integer","minimum":0}"#
        case .rateLimit: #"{"type":"string","pattern":"^\"hourly\";r=[0-9]+;t=[0-9]+$"}"#
        case .rateLimitPolicy: #"{"type":"string","pattern":"^\"hourly\";q=[0-9]+;w=[0-9]+$"}"#
        case .challenge, .acceptEncoding, .allow, .entityTag: #"{"type":"string"}"#
        }
    }
}
