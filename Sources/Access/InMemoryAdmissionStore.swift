/// One loop's way to the admissions in this process's memory. It decides during `admit`.
package final class InMemoryAdmissionStore: AdmissionStore {
    private let admissions: InMemoryAdmissions
    private let milliseconds: () -> Int64
    private var decisions = DecisionQueue()

    /// - Parameter milliseconds: the time, on a clock that all stores of the same admissions share
    ///   and that is not set back.
    package init(admissions: InMemoryAdmissions, milliseconds: @escaping () -> Int64) {
        self.admissions = admissions
        self.milliseconds = milliseconds
    }

    package func admit(_ request: borrowing AdmissionRequest) {
        decisions.append(admissions.decide(request, now: milliseconds()), for: request.ticket)
    }

    /// Revokes a token by its `jti` or its text; false when there is no room for one more.
    package func revoke(_ name: [UInt8], seconds: Int) -> Bool {
        admissions.revoke(name, forMilliseconds: Int64(seconds) * 1000, now: milliseconds())
    }

    /// Whether something was decided and not taken.
    package var isBusy: Bool { !decisions.isEmpty }

    package func takeDecision() -> (ticket: UInt64, decision: AdmissionDecision)? {
        decisions.popFirst()
    }
}
