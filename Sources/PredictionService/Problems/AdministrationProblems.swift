internal import ModelRegistry

// Administrators' answers when a command is not carried out.

extension Problem {
    init(ofAdministration failure: ServiceFailure) {
        switch failure {
        case .invalidCommand(let wanted): self.init(.invalidCommand, "The body must be \(wanted)")
        case .commandUnrecorded:
            self.init(
                .unavailable,
                "Nothing was changed: the audit log cannot be written now; try again")
            fields = "Retry-After: 1\r\n"
        case .revocationsElsewhere:
            self.init(
                .conflict, "Revocations are in Redis: churnctl token revoke with REDIS_URL")
        case .tooManyRevocations(let max, let bytesMax):
            self.init(
                .conflict,
                "The limit of revoked tokens is reached: \(max), or \(bytesMax) bytes")
        case .model(.unrecorded): self.init(ofAdministration: .commandUnrecorded)
        case .model(let error): self.init(error)
        case .rejected, .unknownPath, .methodNotAllowed, .unsupportedContentType,
            .unsupportedContentEncoding, .bodyTooLarge, .lengthRequired, .repeatedAuthorization,
            .missingToken, .malformedCredentials, .token, .insufficientScope, .body,
            .invalidRecord, .revoked, .rateLimited, .undecided, .unrecorded:
            preconditionFailure("not about administration")
        }
    }

    private init(_ error: RegistryError) {
        switch error {
        case .busy, .stopped, .listing, .unrecorded:
            self.init(.unavailable, error.description)
            fields = "Retry-After: 1\r\n"
        case .pinned, .nothingToRollBackTo, .activeNotWritten:
            self.init(.conflict, error.description)
        case .notAVersion, .absent, .unreadable, .activeUnreadable, .active, .bundle, .version,
            .name, .digest:
            self.init(.modelRefused, error.description)
        }
    }
}
