internal import Bytes
internal import Synchronization

/// Revocations and quotas in the memory of this process, shared by its reactors. Times are
/// milliseconds of one clock that is not set back.
package final class InMemoryAdmissions: Sendable {
    private struct State {
        var quotas: SubjectQuotas
        var revocations = Revocations()
    }

    /// How many tokens may be revoked at a time.
    package static let revocationsMax = 100_000
    /// How many bytes their names may have together: 100,000 tokens of 335 bytes, 4,096 of the
    /// 8 KiB that one may have.
    package static let revocationBytesMax = 32 << 20

    private let state: Mutex<State>

    /// - Parameter subjectsMax: how many subjects may have admissions within the window.
    package init(quota: QuotaRules, subjectsMax: Int) {
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
        let charges = request.charges
        return state.withLock { state in
            if state.revocations.contains(token, now: now)
                || !tokenID.isEmpty && state.revocations.contains(tokenID, now: now)
            {
                return .revoked
            }
            return charges ? state.quotas.admit(subject, now: now) : .uncharged
        }
    }
}

/// The names of revoked tokens, each with the time until which it is revoked.
private struct Revocations {
    private var ends: [[UInt8]: Int64] = [:]
    /// Of all names together.
    private var nameBytes = 0

    func contains(_ name: [UInt8], now: Int64) -> Bool {
        // Almost always there is none, and then a token need not be hashed.
        if ends.isEmpty { return false }
        return ends[name].map { now < $0 } ?? false
    }

    mutating func add(_ name: [UInt8], until end: Int64, now: Int64) -> Bool {
        if ends[name] == nil {
            if !hasRoom(for: name) { removeEnded(now: now) }
            guard hasRoom(for: name) else { return false }
            nameBytes += name.count
        }
        ends[name] = end
        return true
    }

    private func hasRoom(for name: [UInt8]) -> Bool {
        ends.count < InMemoryAdmissions.revocationsMax
            && nameBytes + name.count <= InMemoryAdmissions.revocationBytesMax
    }

    private mutating func removeEnded(now: Int64) {
        ends = ends.filter { now < $0.value }
        nameBytes = ends.keys.reduce(0) { $0 + $1.count }
    }

    mutating func remove(_ name: [UInt8], now: Int64) -> Bool {
        guard let end = ends.removeValue(forKey: name) else { return false }
        nameBytes -= name.count
        return now < end
    }
}
