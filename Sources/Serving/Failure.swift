package import Access
package import AuditLog
package import FeatureStore
package import Features
package import HTTPServer
package import Identity
package import JWT
package import ModelRegistry
package import Redis
package import RecordFormats
package import Telemetry

/// Everything that keeps a request from what it asks for: the errors of all parts. A new one is a
/// case here and a row in `row`.
package enum ServiceFailure: Error, Equatable {
    case rejected(Rejection)
    case unknownPath
    /// A path of a model, or of a version of it, that is not `active`.
    case unknownModel(active: String)
    case methodNotAllowed(allowed: String)
    case unsupportedContentType
    /// The same, on a route that takes other types than JSON.
    case unsupportedRecordsType(wanted: String)
    case unsupportedContentEncoding
    case bodyTooLarge(bytesMax: Int)
    /// As many large bodies as there may be are under way.
    case noRoom
    case lengthRequired
    /// A trusted proxy got the request, and with it the token, over plain HTTP.
    case plainHTTPAtProxy
    case repeatedAuthorization
    /// Too many requests of this address have failed lately.
    case tooManyFailures(retrySeconds: Int)
    case missingToken
    /// An Authorization field that offers Bearer and holds no token.
    case malformedCredentials
    case token(TokenError)
    /// The token is good but for its scope.
    case insufficientScope(VerifiedToken, required: String)
    /// The token is good, and its user has logged in too long ago or in another way.
    case insufficientLogin(needed: StepUp)
    /// A parameter of the query holds something else.
    case invalidParameter(name: String, wanted: String)
    /// The active model has no means that contributions are measured against.
    case noReasons
    case body(BodyError)
    case invalidRecord([Violation])
    /// The body holds no records.
    case recordFormat(RecordFormatError)
    /// What has a record's place in a body is no record.
    case recordFault(RecordFault)
    /// Of several records that are answered together.
    case invalidRow(InvalidRow)
    case invalidCustomerID(CustomerIDError)
    /// By `customers.readable`.
    case customerNotReadable
    case features(FeatureProblem)
    /// The Redis that holds features does not answer.
    case featuresUnavailable(RedisFailure)
    case revoked
    case rateLimited(retrySeconds: Int)
    /// More records than the quota ever admits together.
    case beyondQuota(count: Int, limit: Int)
    case undecided(AdmissionFailure)
    /// The audit log does not take the record of what would be answered.
    case unrecorded
    /// What an administrator sent is not what the route takes.
    case invalidCommand(wanted: String)
    /// The audit log does not take the record of what an administrator wants done.
    case commandUnrecorded
    case model(RegistryError)
    /// Revocations are in Redis, where operators change them.
    case revocationsElsewhere
    /// Subjects have no baselines.
    case behaviourIsOff
    /// There is one secret, which is read at the start alone.
    case keysAtStart
    /// Other keys cannot be used. The reason holds nothing of a secret.
    case keysRefused(reason: String)
    /// No room for one more: so many, or names with so many bytes together, are revoked.
    case tooManyRevocations(max: Int, bytesMax: Int)
}

/// What a failure means to everyone that it concerns.
package struct FailureRow {
    package let problem: ProblemType
    /// What callers read.
    package var detail: String
    /// Field lines beside those that every answer has, each with its CRLF.
    package var fields = ""
    /// What the log says in place of the detail; nothing that came from the caller.
    package var reason: String?
    /// What became of the request's token; nil where it was not looked at, or is good.
    package var token: TokenResult?
    /// Why a caller who is known was refused, where the audit log holds it.
    package var recorded: AuditedRefusal.Reason?
    /// The same for callers of whom nothing is known, who are only counted.
    package var counted: AuditRefusalReason?
    /// It is taken from the budget of the caller's address.
    package var isAbuse = false
    package var violations: [Violation] = []

    init(_ problem: ProblemType, _ detail: String) {
        self.problem = problem
        self.detail = detail
    }

    func with(_ change: (inout FailureRow) -> Void) -> FailureRow {
        var row = self
        change(&row)
        return row
    }
}

extension ServiceFailure {
    private static let nothingChanged =
        "Nothing was changed: the audit log cannot be written now; try again"

    package var row: FailureRow {
        switch self {
        case .rejected(let rejection): FailureRow(rejection)
        case .unknownPath: FailureRow(.notFound, "No such path")
        case .unknownModel(let active):
            FailureRow(.notFound, "No such model; the active one is \(active)")
        case .methodNotAllowed(let allowed):
            FailureRow(.methodNotAllowed, "Allowed here: \(allowed)")
                .with { $0.fields = "Allow: \(allowed)\r\n" }
        case .unsupportedContentType:
            FailureRow(.unsupportedMediaType, "The Content-Type must be application/json")
        case .unsupportedRecordsType(let wanted):
            FailureRow(.unsupportedMediaType, "The Content-Type must be \(wanted)")
        case .noRoom:
            FailureRow(unavailable: "Too many large requests are under way; try again")
        case .unsupportedContentEncoding:
            FailureRow(.unsupportedMediaType, "The Content-Encoding must be identity or absent")
                .with { $0.fields = "Accept-Encoding: identity\r\n" }
        case .bodyTooLarge(let bytesMax):
            FailureRow(.contentTooLarge, "The body must be at most \(bytesMax) bytes")
        case .invalidParameter(let name, let wanted):
            FailureRow(.invalidParameter, "\(name) must be \(wanted)")
        case .noReasons:
            FailureRow(.conflict, "The active model gives no reasons")
        case .lengthRequired:
            FailureRow(.lengthRequired, "Content-Length or Transfer-Encoding is needed")
        case .plainHTTPAtProxy:
            FailureRow(
                .httpsRequired,
                "The request came to the proxy over plain HTTP, and the token with it")
        case .repeatedAuthorization:
            FailureRow(.malformedRequest, "There must be one Authorization field").with {
                $0.token = .malformed
                $0.isAbuse = true
            }
        case .tooManyFailures(let retrySeconds):
            FailureRow(.tooManyFailures, "Too many requests of this address have failed")
                .with { $0.fields = "Retry-After: \(retrySeconds)\r\n" }
        case .missingToken:
            FailureRow(.missingToken, "Missing token").with {
                $0.fields = "WWW-Authenticate: Bearer realm=\"churnd\"\r\n"
                $0.token = .missing
                $0.counted = .missingToken
                $0.isAbuse = true
            }
        case .malformedCredentials:
            FailureRow(unauthorized: .invalidToken, "Invalid token").with {
                $0.token = .malformed
                $0.counted = .invalidToken
                $0.isAbuse = true
            }
        case .token(let error): FailureRow(error)
        case .insufficientScope(_, let required):
            FailureRow(lacking: required).with {
                $0.token = .insufficientScope
                $0.recorded = .insufficientScope
            }
        case .insufficientLogin(let needed):
            FailureRow(needed).with { $0.recorded = .staleAuthentication }
        case .body(let error): FailureRow(error).with { $0.isAbuse = true }
        case .invalidRecord(let violations):
            FailureRow(
                .invalidRecord,
                "\(violations.count) \(violations.count == 1 ? "field is" : "fields are") "
                    + "not acceptable"
            ).with {
                $0.violations = violations
                $0.isAbuse = true
            }
        case .recordFormat(let error): FailureRow(error).with { $0.isAbuse = true }
        case .recordFault(let fault): FailureRow(fault).with { $0.isAbuse = true }
        case .invalidRow(let row): row.failureRow
        case .beyondQuota(let count, let limit):
            FailureRow(
                .rateLimited, "\(count) records are more than the quota ever allows: \(limit)"
            )
            .with { $0.recorded = .rateLimited }
        case .invalidCustomerID(let error): FailureRow(error)
        case .customerNotReadable:
            FailureRow(.customerNotReadable, "The subject may not read this customer").with {
                $0.recorded = .customerNotReadable
            }
        case .features(let problem): FailureRow(problem)
        case .featuresUnavailable(let failure):
            FailureRow(unavailable: "The customer's features cannot be read now; try again")
                .with { $0.reason = "Redis with features: \(failure)" }
        case .revoked:
            FailureRow(unauthorized: .tokenRevoked, "Token revoked").with {
                $0.token = .revoked
                $0.isAbuse = true
                $0.recorded = .tokenRevoked
            }
        case .rateLimited(let retrySeconds):
            FailureRow(.rateLimited, "Rate limit exceeded").with {
                $0.fields = "Retry-After: \(retrySeconds)\r\n"
                $0.recorded = .rateLimited
            }
        case .undecided(let failure):
            // Why is for the log: callers can only try again.
            FailureRow(unavailable: "Revocation and quota cannot be checked now; try again")
                .with { $0.reason = failure.description }
        case .unrecorded:
            FailureRow(unrecorded: "The answer cannot be recorded now; try again")
        case .invalidCommand(let wanted):
            FailureRow(.invalidCommand, "The body must be \(wanted)")
                .with { $0.recorded = .invalidCommand }
        case .commandUnrecorded: FailureRow(unrecorded: ServiceFailure.nothingChanged)
        case .model(.unrecorded):
            FailureRow(unavailable: ServiceFailure.nothingChanged)
                .with { $0.reason = RegistryError.unrecorded.description }
        case .model(let error): FailureRow(error)
        case .revocationsElsewhere:
            FailureRow(.conflict, "Revocations are in Redis: churnctl token revoke with REDIS_URL")
                .with { $0.recorded = .conflict }
        case .behaviourIsOff:
            FailureRow(.conflict, "Subjects have no baselines: behaviour is off")
                .with { $0.recorded = .conflict }
        case .keysAtStart:
            FailureRow(.conflict, "The key is one secret, which is read at a start")
                .with { $0.recorded = .conflict }
        case .keysRefused(let reason):
            FailureRow(.conflict, "The previous keys stay in use: \(reason)")
                .with { $0.recorded = .conflict }
        case .tooManyRevocations(let max, let bytesMax):
            FailureRow(
                .conflict,
                "The limit of revoked tokens is reached: \(max), or \(bytesMax) bytes"
            ).with { $0.recorded = .conflict }
        }
    }
}

// Rows that several failures have.
extension FailureRow {
    /// RFC 6750 §3.
    fileprivate init(unauthorized problem: ProblemType, _ detail: String) {
        self.init(problem, detail)
        fields =
            "WWW-Authenticate: Bearer realm=\"churnd\", error=\"invalid_token\", "
            + "error_description=\"\(detail)\"\r\n"
    }

    fileprivate init(lacking scope: String) {
        self.init(.insufficientScope, "Scope needed: \(scope)")
        fields = "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"\(scope)\"\r\n"
    }

    /// RFC 9470 §3.
    fileprivate init(_ needed: StepUp) {
        func list(_ names: [[UInt8]]) -> String {
            names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        }
        let age = needed.ageSecondsMax
        var detail = "A login at most \(age) seconds old is needed"
        if !needed.methods.isEmpty { detail += ", with amr \(list(needed.methods))" }
        self.init(.staleAuthentication, detail)
        let contexts =
            needed.contexts.isEmpty ? "" : ", acr_values=\"\(list(needed.contexts))\""
        fields =
            "WWW-Authenticate: Bearer realm=\"churnd\", "
            + "error=\"insufficient_user_authentication\", "
            + "error_description=\"\(detail)\", max_age=\(age)\(contexts)\r\n"
        token = .stale
    }

    fileprivate init(unavailable detail: String) {
        self.init(.unavailable, detail)
        fields = "Retry-After: 1\r\n"
    }

    fileprivate init(unrecorded detail: String) {
        self.init(unavailable: detail)
        reason = "the audit log does not take the record"
        // It was not looked up whether the token is revoked.
        token = .undecided
    }
}

// Rows of the errors of other parts.
extension FailureRow {
    fileprivate init(_ error: CustomerIDError) {
        let wanted =
            error == .notAnInteger
            ? "an integer of 64 bits in its shortest form"
            : "1 to \(CustomerID.bytesMax) bytes of UTF-8 without control characters"
        self.init(.invalidCustomerID, "The customer's id must be \(wanted)")
    }

    fileprivate init(_ problem: FeatureProblem) {
        switch problem {
        case .unknownCustomer:
            self.init(.customerNotFound, "No features are stored for this customer")
        case .missing(let names):
            self.init(
                .featuresMissing,
                "Not stored for this customer: "
                    + names.joined(separator: ", "))
        case .stale(let age):
            self.init(
                .featuresStale,
                age.map { "The features were written \($0 / 1000) seconds ago" }
                    ?? "The features have no time at which they were written")
        case .unreadable(let name, let fault):
            self.init(.featuresUnreadable, "The stored value of \(name) cannot be read")
            reason = "stored \(name): \(fault)"
        case .foreignAnswer:
            self.init(unavailable: "The customer's features cannot be read now; try again")
            reason = "Redis answered HMGET in another form"
        }
    }

    fileprivate init(_ error: TokenError) {
        switch error {
        case .malformed, .invalidBase64URL, .malformedHeader, .unsupportedAlgorithm,
            .criticalHeader, .unsupportedType, .unknownKey, .missingKeyID, .wrongAlgorithm,
            .badSignature, .malformedClaims, .missingClaim, .invalidClaim, .wrongIssuer,
            .wrongAudience, .unmetRequirement, .boundToken, .lifetimeTooLong, .notYetValid,
            .issuedInFuture:
            // Which check failed would help only an attacker that guesses tokens.
            self.init(unauthorized: .invalidToken, "Invalid token")
            counted = .invalidToken
            isAbuse = true
        case .wrongCertificate:
            self.init(
                unauthorized: .invalidToken,
                "The token is bound to a client certificate that this connection has not shown")
            counted = .invalidToken
            isAbuse = true
        case .keysUnavailable:
            self.init(unavailable: "The issuer's keys are not known now; try again")
        case .expired:
            self.init(unauthorized: .tokenExpired, "Token expired")
            counted = .tokenExpired
            isAbuse = true
        case .insufficientScope(let required):
            self.init(lacking: required)
            counted = .invalidToken
        case .staleAuthentication(let maxAge):
            self.init(.staleAuthentication, "A token at most \(maxAge) seconds old is needed")
            // RFC 9470 §3.
            fields =
                "WWW-Authenticate: Bearer realm=\"churnd\", "
                + "error=\"insufficient_user_authentication\", "
                + "error_description=\"\(detail)\", max_age=\(maxAge)\r\n"
            counted = .invalidToken
        }
        reason = error.description
        token = TokenResult(error)
    }

    fileprivate init(_ error: RegistryError) {
        switch error {
        case .busy, .stopped, .listing, .unrecorded: self.init(unavailable: error.description)
        case .pinned, .nothingToRollBackTo, .activeNotWritten:
            self.init(.conflict, error.description)
            recorded = .conflict
        case .notAVersion, .absent, .unreadable, .activeUnreadable, .active, .bundle, .version,
            .name, .digest:
            self.init(.modelRefused, error.description)
            recorded = .modelRefused
        }
        reason = error.description
    }

    fileprivate init(_ rejection: Rejection) {
        switch rejection {
        case .malformed(let error): self.init(error)
        case .headTimeout: self.init(.requestTimeout, "The head did not end in time")
        case .bodyTimeout: self.init(.requestTimeout, "The body did not end in time")
        case .plainHTTP: self.init(.malformedRequest, "Plain HTTP on a port for HTTPS")
        }
    }
}
