package import Access
package import Features
package import HTTPServer
package import JWT
package import ModelRegistry
internal import Telemetry

/// Everything that keeps a request from its prediction: the errors of all parts, gathered here so
/// that one switch decides the answers.
package enum ServiceFailure: Error, Equatable {
    case rejected(Rejection)
    case unknownPath
    case methodNotAllowed(Route)
    case unsupportedContentType
    case unsupportedContentEncoding
    case bodyTooLarge(bytesMax: Int)
    case lengthRequired
    case repeatedAuthorization
    case missingToken
    /// An Authorization field that offers Bearer and holds no token.
    case malformedCredentials
    case token(TokenError)
    /// The token is good but for its scope.
    case insufficientScope(VerifiedToken, required: String)
    case body(BodyError)
    case invalidRecord([Violation])
    case revoked
    case rateLimited(retrySeconds: Int)
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
    /// No room for one more: so many, or names with so many bytes together, are revoked.
    case tooManyRevocations(max: Int, bytesMax: Int)
}

extension ServiceFailure {
    /// What the log says beside the answer; nothing that came from the caller.
    package var reason: String? {
        switch self {
        case .token(let error): error.description
        case .undecided(let failure): failure.description
        case .unrecorded, .commandUnrecorded: "the audit log does not take the record"
        case .model(let error): error.description
        case .rejected, .unknownPath, .methodNotAllowed, .unsupportedContentType,
            .unsupportedContentEncoding, .bodyTooLarge, .lengthRequired, .repeatedAuthorization,
            .missingToken, .malformedCredentials, .insufficientScope, .body, .invalidRecord,
            .revoked, .rateLimited, .invalidCommand, .revocationsElsewhere, .tooManyRevocations:
            nil
        }
    }
}

extension ServiceFailure {
    /// What it says of the request's token; nil where the token was not looked at, or is good.
    var tokenResult: TokenResult? {
        switch self {
        case .missingToken: .missing
        case .malformedCredentials, .repeatedAuthorization: .malformed
        case .token(let error): TokenResult(error)
        case .insufficientScope: .insufficientScope
        case .revoked: .revoked
        // Nobody was asked whether it is revoked.
        case .unrecorded, .commandUnrecorded: .undecided
        case .rejected, .unknownPath, .methodNotAllowed, .unsupportedContentType,
            .unsupportedContentEncoding, .bodyTooLarge, .lengthRequired, .body, .invalidRecord,
            .rateLimited, .undecided, .invalidCommand, .model,
            .revocationsElsewhere, .tooManyRevocations:
            nil
        }
    }
}

extension ReactorMetrics {
    /// Counts the fields of a record that was refused; other failures have none.
    func invalid(_ failure: ServiceFailure) {
        if case .invalidRecord(let violations) = failure { recordInvalid(violations) }
    }

    /// Counts a token that was refused before the store was asked; other failures are not counted.
    func refused(_ failure: ServiceFailure) {
        if let result = failure.tokenResult { tokenJudged(result) }
    }
}
