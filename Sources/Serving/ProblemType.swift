/// The kinds of error a caller can get; the raw value ends the `type` of RFC 9457.
package enum ProblemType: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case malformedBody = "malformed-body"
    case invalidParameter = "invalid-parameter"
    case invalidCustomerID = "invalid-customer-id"
    case missingToken = "missing-token"
    case invalidToken = "invalid-token"
    case tokenExpired = "token-expired"
    case tokenRevoked = "token-revoked"
    case staleAuthentication = "stale-authentication"
    case insufficientScope = "insufficient-scope"
    case customerNotReadable = "customer-not-readable"
    case httpsRequired = "https-required"
    case notFound = "not-found"
    case customerNotFound = "customer-not-found"
    case methodNotAllowed = "method-not-allowed"
    case requestTimeout = "request-timeout"
    case conflict
    case featuresStale = "features-stale"
    case lengthRequired = "length-required"
    case contentTooLarge = "content-too-large"
    case targetTooLong = "target-too-long"
    case unsupportedMediaType = "unsupported-media-type"
    case expectationFailed = "expectation-failed"
    case invalidRecord = "invalid-record"
    case featuresMissing = "features-missing"
    case featuresUnreadable = "features-unreadable"
    case invalidCommand = "invalid-command"
    case modelRefused = "model-refused"
    case rateLimited = "rate-limited"
    case tooManyFailures = "too-many-failures"
    case headTooLarge = "head-too-large"
    case transferCodingNotSupported = "transfer-coding-not-supported"
    case unavailable
    case versionNotSupported = "version-not-supported"

    /// A name rather than an address: it says which problem it is wherever churnd runs.
    package var uri: String { "urn:churnd:problem:\(rawValue)" }

    package var status: UInt16 {
        switch self {
        case .malformedRequest, .malformedBody, .invalidParameter, .invalidCustomerID: 400
        case .missingToken, .invalidToken, .tokenExpired, .tokenRevoked, .staleAuthentication:
            401
        case .insufficientScope, .customerNotReadable, .httpsRequired: 403
        case .notFound, .customerNotFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .conflict, .featuresStale: 409
        case .lengthRequired: 411
        case .contentTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedMediaType: 415
        case .expectationFailed: 417
        case .featuresMissing, .featuresUnreadable: 422
        case .invalidRecord, .invalidCommand, .modelRefused: 422
        case .rateLimited, .tooManyFailures: 429
        case .headTooLarge: 431
        case .transferCodingNotSupported: 501
        case .unavailable: 503
        case .versionNotSupported: 505
        }
    }

    /// The same for every occurrence of the problem.
    package var title: String {
        switch self {
        case .malformedRequest: "The request is not well-formed HTTP"
        case .malformedBody: "The body is not a well-formed JSON object"
        case .invalidParameter: "Invalid parameter of the query"
        case .missingToken: "Bearer token required"
        case .invalidToken: "The token is not valid"
        case .tokenExpired: "The token has expired"
        case .tokenRevoked: "The token has been revoked"
        case .staleAuthentication: "Recent authentication required"
        case .insufficientScope: "Insufficient scope"
        case .customerNotReadable: "Not a customer that the caller may read"
        case .httpsRequired: "HTTPS required"
        case .notFound: "Not found"
        case .methodNotAllowed: "The method is not allowed here"
        case .requestTimeout: "The request did not arrive in time"
        case .conflict: "Conflict with the current state"
        case .lengthRequired: "Content-Length or chunked encoding required"
        case .contentTooLarge: "The body is too large"
        case .targetTooLong: "The request line is too long"
        case .unsupportedMediaType: "Unsupported media type"
        case .expectationFailed: "The expectation cannot be met"
        case .invalidCustomerID: "Invalid identifier of a customer"
        case .customerNotFound: "Customer not found"
        case .featuresMissing: "The customer's features are not complete"
        case .featuresStale: "The customer's features are too old"
        case .featuresUnreadable: "The customer's features cannot be read"
        case .invalidRecord: "Invalid customer record"
        case .invalidCommand: "Invalid command"
        case .modelRefused: "Model rejected; the active model is unchanged"
        case .rateLimited: "Quota exceeded"
        case .tooManyFailures: "Too many failed requests"
        case .headTooLarge: "The head of the request is too large"
        case .transferCodingNotSupported: "The transfer coding is not supported"
        case .unavailable: "Service temporarily unavailable"
        case .versionNotSupported: "The version of HTTP is not supported"
        }
    }
}
