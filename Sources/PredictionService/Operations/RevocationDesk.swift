internal import Access
internal import AuditLog

/// Revokes tokens, where revocations are in this process' memory, and has it recorded.
struct RevocationDesk: Sendable {
    /// Nil where they are in Redis.
    let admissions: InMemoryAdmissions?
    /// Nil without an audit log.
    let auditLog: AuditLog?

    /// - Parameter now: nanoseconds of the monotonic clock, which the store in memory goes by.
    func revoke(
        _ name: AdministrationCommand.RevokedName, seconds: Int, now: Int64,
        by actor: AuditedOperator
    ) throws(ServiceFailure) {
        guard let admissions else { throw .revocationsElsewhere }
        let isRevoked = admissions.revoke(
            name.bytes, forMilliseconds: Int64(seconds) * 1000, now: now / 1_000_000)
        guard isRevoked else {
            throw .tooManyRevocations(
                max: InMemoryAdmissions.revocationsMax,
                bytesMax: InMemoryAdmissions.revocationBytesMax)
        }
        auditLog?.note(.revocation(.revoke, token: name.bytes, by: actor))
    }

    /// Whether it was revoked.
    ///
    /// - Parameter now: as for `revoke`.
    func restore(
        _ name: AdministrationCommand.RevokedName, now: Int64, by actor: AuditedOperator
    ) throws(ServiceFailure) -> Bool {
        guard let admissions else { throw .revocationsElsewhere }
        guard admissions.restore(name.bytes, now: now / 1_000_000) else { return false }
        auditLog?.note(.revocation(.unrevoke, token: name.bytes, by: actor))
        return true
    }
}
