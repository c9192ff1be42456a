/// One reactor's way to the admissions in this process's memory. It decides during `admit`.
package final class InMemoryAdmissionStore: AdmissionStore {
    private let admissions: InMemoryAdmissions
    private let milliseconds: () -> Int64
    private let decided: (UInt64, AdmissionDecision) -> Void

    /// - Parameters:
    ///   - milliseconds: the time, on a clock that all stores of the same admissions share and that
    ///     is not set back.
    ///   - decided: gets every decision, under the ticket of its request.
    package init(
        admissions: InMemoryAdmissions, milliseconds: @escaping () -> Int64,
        decided: @escaping (UInt64, AdmissionDecision) -> Void
    ) {
        self.admissions = admissions
        self.milliseconds = milliseconds
        self.decided = decided
    }

    package func admit(_ request: borrowing AdmissionRequest) {
        decided(request.ticket, admissions.decide(request, now: milliseconds()))
    }
}
