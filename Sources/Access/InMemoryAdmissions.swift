internal import Bytes
internal import Synchronization

/// Revocations and quotas in the memory of this process, shared by its reactors. Times are
/// milliseconds of one clock that is not set back.
package final class InMemoryAdmissions: Sendable {
    private struct State {
        var quotas: SubjectQuotas
        /// Of tokens.
        var revocations = Revocations()
        /// Of all tokens of a subject up to a time.
        var subjects = Revocations()
    }

    /// How many tokens may be revoked at a time, and the tokens of how many subjects.
    package static let revocationsMax = 100_000
    /// How many bytes their names may have together: 100,000 tokens of 335 bytes, 4,096 of the
    /// 8 KiB that one may have.
    package static let revocationBytesMax = 32 << 20

    private let usualLimit: Int
    private let state: Mutex<State>

    /// - Parameter subjectsMax: how many subjects may have admissions within the window.
    package init(quota: QuotaRules, subjectsMax: Int) {
        usualLimit = quota.limit
        state = Mutex(State(quotas: SubjectQuotas(quota: quota, subjectsMax: subjectsMax)))
    }

    /// Revokes a token or a `jti` until `now` + `milliseconds`. False when there is no room for it
    /// beside those that are revoked already, and it is not one of them.
    package func revoke(_ name: [UInt8], forMilliseconds milliseconds: Int64, now: Int64) -> Bool {
        let (end, overflow) = now.addingReportingOverflow(milliseconds)
        return state.withLock {
            $0.revocations.add(name, until: overflow ? .max : end, now: now)
        }
    }

    /// Revokes all tokens of a subject whose `iat` is not after `before`, in seconds since 1970, in
    /// the same way.
    package func revoke(
        subject: [UInt8], before: Int64, forMilliseconds milliseconds: Int64, now: Int64
    ) -> Bool {
        let (end, overflow) = now.addingReportingOverflow(milliseconds)
        return state.withLock {
            $0.subjects.add(subject, until: overflow ? .max : end, before: before, now: now)
        }
    }

    /// Takes the revocation of a subject's tokens back; false when there was none, or it had ended.
    package func restore(subject: [UInt8], now: Int64) -> Bool {
        state.withLock { $0.subjects.remove(subject, now: now) }
    }

    /// Whether tokens of a subject are revoked.
    package func isRevoked(subject: [UInt8], now: Int64) -> Bool {
        state.withLock { $0.subjects.contains(subject, issuedAt: nil, now: now) }
    }

    /// Takes a revocation back; false when there was none, or it had ended.
    package func restore(_ name: [UInt8], now: Int64) -> Bool {
        state.withLock { $0.revocations.remove(name, now: now) }
    }

    /// Whether a token or a `jti` is revoked.
    package func isRevoked(_ name: [UInt8], now: Int64) -> Bool {
        state.withLock { $0.revocations.contains(name, now: now) }
    }

    func decide(_ request: borrowing AdmissionRequest, now: Int64) -> AdmissionDecision {
        let token = Array(copying: request.token)
        let tokenID = Array(copying: request.tokenID)
        let subject = Array(copying: request.subject)
        let issuedAt = request.issuedAt
        let terms = AdmissionTerms(request, usualLimit: usualLimit)
        return state.withLock { state in
            if state.revocations.contains(token, now: now)
                || !tokenID.isEmpty && state.revocations.contains(tokenID, now: now)
                || state.subjects.contains(subject, issuedAt: issuedAt, now: now)
            {
                return .revoked
            }
            return terms.count > 0 ? state.quotas.admit(subject, terms, now: now) : terms.ofNone
        }
    }
}

/// The names of revoked tokens, or of subjects whose tokens are revoked, each with the time until
/// which it is revoked.
private struct Revocations {
    private struct Term {
        let end: Int64
        /// What was issued later is not revoked.
        let before: Int64
    }

    private var terms: [[UInt8]: Term] = [:]
    /// Of all names together.
    private var nameBytes = 0

    func contains(_ name: [UInt8], issuedAt: Int64? = nil, now: Int64) -> Bool {
        // Almost always there is none, and then a token need not be hashed.
        if terms.isEmpty { return false }
        guard let term = terms[name], now < term.end else { return false }
        return issuedAt.map { $0 <= term.before } ?? true
    }

    mutating func add(
        _ name: [UInt8], until end: Int64, before: Int64 = .max, now: Int64
    ) -> Bool {
        if terms[name] == nil {
            if !hasRoom(for: name) { removeEnded(now: now) }
            guard hasRoom(for: name) else { return false }
            nameBytes += name.count
        }
        terms[name] = Term(end: end, before: before)
        return true
    }

    private func hasRoom(for name: [UInt8]) -> Bool {
        terms.count < InMemoryAdmissions.revocationsMax
            && nameBytes + name.count <= InMemoryAdmissions.revocationBytesMax
    }

    private mutating func removeEnded(now: Int64) {
        terms = terms.filter { now < $0.value.end }
        nameBytes = terms.keys.reduce(0) { $0 + $1.count }
    }

    mutating func remove(_ name: [UInt8], now: Int64) -> Bool {
        guard let term = terms.removeValue(forKey: name) else { return false }
        nameBytes -= name.count
        return now < term.end
    }
}
