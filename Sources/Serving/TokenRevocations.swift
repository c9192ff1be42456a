package import Access
internal import AuditLog
internal import OperationsAPI

/// Revokes tokens and what subjects have, where revocations are in this process' memory.
package struct TokenRevocations: Sendable {
    /// What an administrator wants changed.
    enum Change: Sendable {
        case revoke(RevokedName, seconds: Int)
        case restore(RevokedName)

        /// As the audit log words it.
        func note(by actor: AuditedOperator) -> AuditNote {
            switch self {
            case .revoke(let name, seconds: _):
                .revocation(
                    name.isSubject ? .revokeSubject : .revoke, token: name.bytes, by: actor)
            case .restore(let name):
                .revocation(
                    name.isSubject ? .unrevokeSubject : .unrevoke, token: name.bytes, by: actor)
            }
        }
    }

    /// Nil where they are in Redis.
    let admissions: InMemoryAdmissions?
    private let tokenIDClaim: String

    /// - Parameter tokenIDClaim: `jwt.claim.id`.
    package init(admissions: InMemoryAdmissions?, tokenIDClaim: String) {
        self.admissions = admissions
        self.tokenIDClaim = tokenIDClaim
    }

    /// A name that a token with two texts is asked for by under both of them, in place of one of
    /// them; others as they are.
    func lasting(_ name: RevokedName) -> RevokedName {
        guard case .token(let bytes) = name,
            let token = try? RevocableToken(bytes, idClaim: tokenIDClaim), token.hasTwin
        else { return name }
        return token.names[0]
    }

    /// Whether it would change anything, and so must be recorded.
    ///
    /// - Parameter now: nanoseconds of the monotonic clock, which the store in memory goes by.
    func isNeeded(_ change: Change, now: Int64) throws(ServiceFailure) -> Bool {
        guard let admissions else { throw .revocationsElsewhere }
        return switch change {
        case .revoke: true
        case .restore(.subject(let subject)):
            admissions.isRevoked(subject: subject, now: now / 1_000_000)
        case .restore(let name): admissions.isRevoked(name.bytes, now: now / 1_000_000)
        }
    }

    /// Whether it changed anything.
    ///
    /// - Parameters:
    ///   - now: as for `isNeeded`.
    ///   - unixMilliseconds: the time up to which the tokens of a subject are revoked.
    func carryOut(
        _ change: Change, now: Int64, unixMilliseconds: Int64
    ) throws(ServiceFailure) -> Bool {
        guard let admissions else { throw .revocationsElsewhere }
        let now = now / 1_000_000
        switch change {
        case .restore(.subject(let subject)): return admissions.restore(subject: subject, now: now)
        case .restore(let name): return admissions.restore(name.bytes, now: now)
        case .revoke(let name, let seconds):
            let milliseconds = Int64(seconds) * 1000
            let isRevoked =
                name.isSubject
                ? admissions.revoke(
                    subject: name.bytes, before: unixMilliseconds / 1000,
                    forMilliseconds: milliseconds, now: now)
                : admissions.revoke(name.bytes, forMilliseconds: milliseconds, now: now)
            guard isRevoked else {
                throw .tooManyRevocations(
                    max: InMemoryAdmissions.revocationsMax,
                    bytesMax: InMemoryAdmissions.revocationBytesMax)
            }
            return true
        }
    }
}
