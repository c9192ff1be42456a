internal import AuditLog
internal import Dispatch
internal import Synchronization

/// Has recorded what administrators ask for, before it is done: what is not in the audit log's file
/// in time is not done. A record whose command could not be carried out after all, or that came too
/// late, is followed by another one that takes it back.
struct AdministrationRecords: Sendable {
    private let log: AuditLog
    private let deadlineNanoseconds: Int64

    init(log: AuditLog, deadlineNanoseconds: Int64) {
        self.log = log
        self.deadlineNanoseconds = deadlineNanoseconds
    }

    /// - Parameter settled: is told once, on a queue of its own or before this returns, whether the
    ///   record is in the file; false also when it is not there in time.
    func record(_ note: AuditNote, settled: @escaping @Sendable (Bool) -> Void) {
        let log = log
        let answer = Settled(settled)
        log.record(note) { isRecorded in
            // The administrator has been told that nothing is changed.
            if !answer.settle(isRecorded), isRecorded { log.note(note.takenBack) }
        }
        DispatchQueue.global().asyncAfter(
            deadline: .now() + .nanoseconds(Int(deadlineNanoseconds))
        ) {
            _ = answer.settle(false)
        }
    }

    /// The same; waits for the disk, so it is not for reactors.
    func recordAndWait(_ note: AuditNote) -> Bool {
        let settled = DispatchSemaphore(value: 0)
        let shared = Settlement()
        record(note) { isRecorded in
            shared.isRecorded.store(isRecorded, ordering: .sequentiallyConsistent)
            settled.signal()
        }
        settled.wait()
        return shared.isRecorded.load(ordering: .sequentiallyConsistent)
    }

    /// What was recorded was not done.
    func takeBack(_ note: AuditNote) { log.note(note.takenBack) }
}

/// What a wait came to.
private final class Settlement: Sendable {
    let isRecorded = Atomic(false)
}

/// Calls what waits for one of two: for the first.
private final class Settled: Sendable {
    private let isSettled = Atomic(false)
    private let call: @Sendable (Bool) -> Void

    init(_ call: @escaping @Sendable (Bool) -> Void) { self.call = call }

    /// False when it was settled before.
    func settle(_ isRecorded: Bool) -> Bool {
        guard !isSettled.exchange(true, ordering: .sequentiallyConsistent) else { return false }
        call(isRecorded)
        return true
    }
}
