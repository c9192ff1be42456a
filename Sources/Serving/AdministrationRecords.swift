package import AuditLog
internal import Bytes
internal import Dispatch
internal import HTTPServer
internal import JWT
internal import POSIX
internal import Synchronization
internal import Telemetry

/// Records administrators' commands before they are carried out: a command that is not in the audit
/// log's file in time is not carried out. A record whose command then failed, or that was written
/// too late, is followed by another one that retracts it.
package struct AdministrationRecords: Sendable {
    /// Not a shared queue, whose threads may all be busy.
    private static let deadlines = DispatchQueue(label: "churnd.administration")

    private let log: AuditLog
    private let deadlineNanoseconds: Int64

    package init(log: AuditLog, deadlineNanoseconds: Int64) {
        self.log = log
        self.deadlineNanoseconds = deadlineNanoseconds
    }

    /// - Parameter settled: called once, on a separate queue or before this returns, with whether
    ///   the record is in the file; false also when it is not there in time.
    func record(_ note: AuditNote, settled: @escaping @Sendable (Bool) -> Void) {
        let log = log
        let answer = Settled(settled)
        log.record(note) { isRecorded in
            // The administrator has got the answer that nothing is changed.
            if !answer.settle(isRecorded), isRecorded { log.note(note.takenBack) }
        }
        AdministrationRecords.deadlines.asyncAfter(
            deadline: .now() + .nanoseconds(Int(deadlineNanoseconds))
        ) {
            _ = answer.settle(false)
        }
    }

    /// The same; waits for the disk, so it is not for reactors.
    package func recordAndWait(_ note: AuditNote) -> Bool {
        let settled = DispatchSemaphore(value: 0)
        let shared = Settlement()
        record(note) { isRecorded in
            shared.isRecorded.store(isRecorded, ordering: .sequentiallyConsistent)
            settled.signal()
        }
        settled.wait()
        return shared.isRecorded.load(ordering: .sequentiallyConsistent)
    }

    /// The recorded command was not carried out.
    func takeBack(_ note: AuditNote) { log.note(note.takenBack) }
}

extension AuditedOperator {
    /// The caller.
    init(of call: Call) {
        self.init(
            requestID: Array(copying: call.requestID.bytes), peer: Array(copying: call.peer.bytes),
            proxy: Array(copying: call.proxy.bytes),
            clientName: call.clientName, subject: call.token?.subject,
            peerProcess: call.server.peerCredentials(of: call.exchange).map {
                AuditedPeer(userID: $0.userID, processID: $0.processID)
            })
    }
}

/// What a wait came to.
private final class Settlement: Sendable {
    let isRecorded = Atomic(false)
}

/// Calls what waits for one of two: for the first.
private final class Settled: Sendable {
    private let isSettled = Atomic(false)
    private let call: @Sendable (Bool) -> Void

    package init(_ call: @escaping @Sendable (Bool) -> Void) { self.call = call }

    /// False when it was settled before.
    func settle(_ isRecorded: Bool) -> Bool {
        guard !isSettled.exchange(true, ordering: .sequentiallyConsistent) else { return false }
        call(isRecorded)
        return true
    }
}
