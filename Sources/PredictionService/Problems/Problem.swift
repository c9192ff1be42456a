internal import Bytes
internal import Features
internal import HTTP
internal import HTTPServer
package import JSON
internal import JWT

/// One answer of the form of RFC 9457, without the request id.
package struct Problem {
    package let type: ProblemType
    package let detail: String
    /// Field lines beside those that every answer has, each with its CRLF.
    package internal(set) var fields = ""
    private(set) var violations: [Violation] = []

    init(_ type: ProblemType, _ detail: String) {
        self.type = type
        self.detail = detail
    }

    /// The answer to each failure; the one place that decides it.
    package init(_ failure: ServiceFailure) {
        switch failure {
        case .rejected(let rejection): self.init(rejection)
        case .unknownPath: self.init(.notFound, "No such path")
        case .methodNotAllowed(let route):
            self.init(.methodNotAllowed, "Allowed here: \(route.allowedMethods)")
            fields = "Allow: \(route.allowedMethods)\r\n"
        case .unsupportedContentType:
            self.init(.unsupportedMediaType, "The Content-Type must be application/json")
        case .unsupportedContentEncoding:
            self.init(.unsupportedMediaType, "The Content-Encoding must be identity or absent")
            fields = "Accept-Encoding: identity\r\n"
        case .bodyTooLarge(let bytesMax):
            self.init(.contentTooLarge, "The body must be at most \(bytesMax) bytes")
        case .lengthRequired:
            self.init(.lengthRequired, "Content-Length or Transfer-Encoding is needed")
        case .repeatedAuthorization:
            self.init(.malformedRequest, "There must be one Authorization field")
        case .missingToken:
            self.init(.missingToken, "Missing token")
            fields = "WWW-Authenticate: Bearer realm=\"churnd\"\r\n"
        case .malformedCredentials: self = .unauthorized(.invalidToken, "Invalid token")
        case .token(let error): self.init(error)
        case .insufficientScope(_, let required): self = .insufficientScope(required)
        case .body(let error): self.init(error)
        case .invalidRecord(let violations):
            let noun = violations.count == 1 ? "field is" : "fields are"
            self.init(.invalidRecord, "\(violations.count) \(noun) not acceptable")
            self.violations = violations
        case .revoked: self = .unauthorized(.tokenRevoked, "Token revoked")
        case .rateLimited(let retrySeconds):
            self.init(.rateLimited, "Rate limit exceeded")
            fields = "Retry-After: \(retrySeconds)\r\n"
        case .undecided:
            // Why is for the log: callers can only try again.
            self.init(.unavailable, "Revocation and quota cannot be checked now; try again")
            fields = "Retry-After: 1\r\n"
        case .unrecorded:
            self.init(.unavailable, "The answer cannot be recorded now; try again")
            fields = "Retry-After: 1\r\n"
        case .invalidCommand, .commandUnrecorded, .model, .revocationsElsewhere,
            .tooManyRevocations:
            self.init(ofAdministration: failure)
        }
    }

    private init(_ rejection: Rejection) {
        switch rejection {
        case .malformed(let error): self.init(error)
        case .headTimeout: self.init(.requestTimeout, "The head did not end in time")
        case .bodyTimeout: self.init(.requestTimeout, "The body did not end in time")
        }
    }

    private init(_ error: TokenError) {
        switch error {
        case .malformed, .invalidBase64URL, .malformedHeader, .unsupportedAlgorithm,
            .criticalHeader, .unsupportedType, .unknownKey, .badSignature, .malformedClaims,
            .missingClaim, .invalidClaim, .wrongIssuer, .wrongAudience, .notYetValid,
            .issuedInFuture:
            // Which check failed would help only who guesses tokens.
            self = .unauthorized(.invalidToken, "Invalid token")
        case .expired: self = .unauthorized(.tokenExpired, "Token expired")
        case .insufficientScope(let required): self = .insufficientScope(required)
        case .staleAuthentication(let maxAge):
            self.init(
                .staleAuthentication, "A token at most \(maxAge) seconds old is needed")
            // RFC 9470 §3.
            fields =
                "WWW-Authenticate: Bearer realm=\"churnd\", "
                + "error=\"insufficient_user_authentication\", "
                + "error_description=\"\(detail)\", max_age=\(maxAge)\r\n"
        }
    }

    private static func insufficientScope(_ required: String) -> Problem {
        var problem = Problem(.insufficientScope, "Scope needed: \(required)")
        problem.fields =
            "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"\(required)\"\r\n"
        return problem
    }

    /// RFC 6750 §3.
    private static func unauthorized(_ type: ProblemType, _ detail: String) -> Problem {
        var problem = Problem(type, detail)
        problem.fields =
            "WWW-Authenticate: Bearer realm=\"churnd\", error=\"invalid_token\", "
            + "error_description=\"\(detail)\"\r\n"
        return problem
    }

    /// Writes the content.
    package func append(requestID: Span<UInt8>, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("type")
        writer.string(type.uri)
        writer.name("title")
        writer.string(type.title)
        writer.name("status")
        writer.number(Int(type.status))
        writer.name("detail")
        writer.string(detail)
        writer.name("request_id")
        writer.string(requestID)
        if !violations.isEmpty {
            writer.name("errors")
            writer.beginArray()
            for violation in violations { violation.append(to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }
}

/// The content of a problem in which nothing is the request's own but its id: writing one again
/// copies some bytes, where making it takes half a microsecond.
struct ProblemDocument {
    let detail: String
    /// All but the id and what ends the document.
    private let beginning: [UInt8]
    private static let end = Array("\"}".utf8)

    /// Nil for a problem that lists what is wrong with a record.
    init?(of problem: Problem) {
        guard problem.violations.isEmpty else { return nil }
        detail = problem.detail
        var json = JSONWriter()
        let noID: [UInt8] = []
        problem.append(requestID: noID.span, to: &json)
        beginning = json.finish().dropLast(ProblemDocument.end.count)
    }

    /// - Parameter requestID: only bytes that JSON takes as they are, as every request id has.
    func append(requestID: Span<UInt8>, to content: inout [UInt8]) {
        content.append(contentsOf: beginning)
        content.appendBytes(requestID)
        content.append(contentsOf: ProblemDocument.end)
    }
}

extension Violation {
    fileprivate func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("field")
        writer.string(field)
        writer.name("pointer")
        writer.string(pointer)
        writer.name("code")
        writer.string(code.rawValue)
        writer.name("detail")
        writer.string(detail)
        writer.endObject()
    }
}
