internal import Dispatch
internal import OpenSSL
internal import POSIX
internal import Synchronization

/// A log of what was answered, to which this process appends.
///
/// Appending copies bytes into memory under a mutex. One queue takes all that waits, of all
/// reactors, gives each record its place in the chain, and writes them together; then it
/// reports to each owner. So one wait for the disk serves all that came meanwhile.
package final class AuditLog: Sendable {
    /// What belongs to the queue: it is locked on that alone, so no caller waits for it.
    private struct Confined: ~Copyable {
        var writer: RecordWriter
        var group = WriteGroup()
        var alarm = Alarm()
        var isClosed = false

        init(writer: consuming sending RecordWriter) { self.writer = writer }
    }

    /// What became of a batch that is written before its owner continues.
    private final class Outcome: Sendable {
        private let value = Atomic(false)

        var isWritten: Bool { value.load(ordering: .relaxed) }

        @Sendable func settle(_ isWritten: Bool) { value.store(isWritten, ordering: .relaxed) }
    }

    /// Groups that a caller writes before the queue takes over, so that others that append all the
    /// time do not hold the caller.
    private static let groupsHereMax = 4
    /// How long `close` waits for a disk.
    private static let closingSecondsMax = 10

    package let recovery: AuditRecovery
    package let identity: LogIdentity
    private let settings: AuditSettings
    private let keys: AuditKeys
    private let report: @Sendable (AuditReport) -> Void
    private let queue = DispatchQueue(label: "churnd.audit")
    /// Looks after a disk for which `queue`, or a caller, waits.
    private let watchQueue = DispatchQueue(label: "churnd.audit.watch")
    private let waiting: Mutex<BatchQueue>
    private let confined: Mutex<Confined>

    /// Locks the directory, which is made where it is not there (its parent must be), verifies what
    /// no checkpoint counts, repairs what a crash has left, and appends a `start` record and a
    /// checkpoint. Waits for the disk, so not for reactors.
    ///
    /// - Parameter report: is called on the log's queue, or before this returns.
    package static func open(
        _ settings: AuditSettings, report: @escaping @Sendable (AuditReport) -> Void
    ) throws(AuditError) -> AuditLog {
        let files = AuditFiles(directory: settings.directory)
        let keys = AuditKeys(secret: settings.key)
        let lock = try lock(files)
        let tail = try LogTail(files, keys: keys)
        if tail.checkpoints.hasRefused { report(.checkpointRefused) }
        let identity = tail.identity ?? LogIdentity()
        let writer = try begin(settings, keys: keys, lock: lock, tail: tail, identity)
        return AuditLog(
            settings, keys: keys, recovery: tail.recovery, identity, writer: writer,
            report: report)
    }

    private init(
        _ settings: AuditSettings, keys: AuditKeys, recovery: AuditRecovery,
        _ identity: LogIdentity, writer: consuming sending RecordWriter,
        report: @escaping @Sendable (AuditReport) -> Void
    ) {
        self.settings = settings
        self.keys = keys
        self.recovery = recovery
        self.identity = identity
        self.report = report
        waiting = Mutex(
            BatchQueue(
                summaryNanoseconds: settings.summaryNanoseconds,
                refusalNanoseconds: settings.refusalNanoseconds))
        confined = Mutex(Confined(writer: writer))
        queue.async { self.turn() }
    }

    private static func lock(_ files: AuditFiles) throws(AuditError) -> LogLock {
        do throws(FileError) {
            _ = try Directories.createPrivate(files.directory)
            if let lock = try LogLock.acquire(files) { return lock }
        } catch { throw .file(error) }
        throw .locked(directory: files.directory)
    }

    /// Writes the first record of this process.
    private static func begin(
        _ settings: AuditSettings, keys: AuditKeys, lock: consuming LogLock, tail: LogTail,
        _ identity: LogIdentity
    ) throws(AuditError) -> sending RecordWriter {
        do throws(FileError) {
            let now = Clock.monotonicNanoseconds()
            var writer = try RecordWriter(
                settings, keys: keys, lock: lock, tail: tail, identity, now: now)
            var group = WriteGroup()
            group.notes.append(
                ProcessRecords.start(
                    version: settings.serviceVersion, tail.recovery,
                    unixMilliseconds: settings.unixMilliseconds()))
            // Nothing is signed before this record states what was found.
            try writer.write(group, now: now, isStart: true)
            writer.writeCheckpoint(now: now)
            return writer
        } catch { throw .file(error) }
    }

    /// Hands over a batch, and never waits for the disk. `written` is called, exactly once, with
    /// whether every record of it is in the file, and durable where each write is made so.
    ///
    /// A batch that waits to be written is answered on the log's queue; those are answered in the
    /// order in which they came. Before this returns are answered: one without records (true; its
    /// counts are kept until they can be written), one that comes while nothing can be written or
    /// while too much waits, and one that comes after `close` (false).
    package func append(
        _ batch: borrowing AuditBatch, written: @escaping @Sendable (Bool) -> Void
    ) {
        let answer = waiting.withLock { waiting in
            waiting.accept(batch, now: Clock.monotonicNanoseconds, written: written)
        }
        if answer.mustSchedule { queue.async { self.turn() } }
        if let isWritten = answer.written { written(isWritten) }
    }

    /// Writes a batch on the caller's thread, where nothing is made durable and so a write is a
    /// copy into the kernel's memory; with it goes what else waits. Returns whether every record is
    /// in the file, or nil where `append` has to be used: in the other modes, and while the queue
    /// writes. Two changes of threads cost more than all the rest.
    package func appendHere(_ batch: borrowing AuditBatch) -> Bool? {
        guard settings.sync == .none else { return nil }
        let outcome = Outcome()
        let answer = confined.withLockIfAvailable { confined in
            let answer = waiting.withLock { waiting in
                waiting.accept(batch, now: Clock.monotonicNanoseconds, written: outcome.settle)
            }
            var isIdle = false
            for _ in 0..<AuditLog.groupsHereMax where !isIdle && !confined.isClosed {
                isIdle = !writeGroup(&confined, isLast: false)
                keepUp(&confined)
            }
            if isIdle { setAlarm(&confined) } else { queue.async { self.turn() } }
            return answer
        }
        guard let answer else { return nil }
        return answer.written ?? outcome.isWritten
    }

    /// Writes a note as soon as that can be done.
    package func note(_ note: AuditNote) {
        let body = ProcessRecords.note(
            note, keys: keys, unixMilliseconds: settings.unixMilliseconds())
        if waiting.withLock({ $0.accept(note: body) }) { queue.async { self.turn() } }
    }

    /// Writes a note, and reports once whether it is in the file, as `append` does: for what must
    /// be recorded before it is done.
    package func record(_ note: AuditNote, written: @escaping @Sendable (Bool) -> Void) {
        var batch = AuditBatch()
        batch.append(
            body: ProcessRecords.note(
                note, keys: keys, unixMilliseconds: settings.unixMilliseconds()))
        append(batch, written: written)
    }

    /// Counts the refusal of a caller with a genuine token, unless it is to have a record of its
    /// own: false then. What is counted is written later, together; no caller waits for that.
    ///
    /// - Parameters:
    ///   - tokenID: empty where the token has none.
    ///   - nowNanoseconds: of the monotonic clock.
    package func count(
        _ reason: AuditedRefusal.Reason, subject: [UInt8], tokenID: [UInt8],
        unixMilliseconds: Int64, nowNanoseconds: Int64
    ) -> Bool {
        let (isCounted, mustSchedule) = waiting.withLock { waiting in
            waiting.count(
                RefusalLedger.Key(subject: subject, reason: reason), tokenID: tokenID,
                unixMilliseconds: unixMilliseconds, now: nowNanoseconds)
        }
        if mustSchedule { queue.async { self.turn() } }
        return isCounted
    }

    /// What waits to be written, or is being written.
    package var unwritten: AuditUnwritten { waiting.withLock { $0.unwritten } }

    /// How the log is, also while its queue waits for the disk.
    package func state(nowNanoseconds: Int64) -> AuditState {
        waiting.withLock {
            $0.state(stuckAfter: settings.stuckAfterNanoseconds, now: nowNanoseconds)
        }
    }

    package var statistics: AuditStatistics { waiting.withLock { $0.statistics } }

    /// Writes what waits, a `stop` record and a checkpoint, makes them durable and lets the next
    /// process have the log. Waits for the disk, but not for ever; not to be called by `written`.
    package func close() {
        _ = close(waitingAtMost: Int64(AuditLog.closingSecondsMax) * 1_000_000_000)
    }

    /// The same, for at most so long. Returns whether everything is written; true where the log was
    /// closed before.
    package func close(waitingAtMost nanoseconds: Int64) -> Bool {
        guard waiting.withLock({ $0.close() }) else { return true }
        let closed = DispatchSemaphore(value: 0)
        queue.async {
            self.closeOnQueue()
            closed.signal()
        }
        guard closed.wait(timeout: .now() + .nanoseconds(Int(nanoseconds))) == .success else {
            return false
        }
        return waiting.withLock { $0.isWhole }
    }
}

/// The disk, while it is waited for.
extension AuditLog {
    private func look(after nanoseconds: Int64) {
        watchQueue.asyncAfter(deadline: .now() + .nanoseconds(Int(nanoseconds))) { [weak self] in
            self?.look()
        }
    }

    private func look() {
        let now = Clock.monotonicNanoseconds()
        let finding = waiting.withLock { waiting in
            waiting.look(stuckAfter: settings.stuckAfterNanoseconds, now: now)
        }
        switch finding {
        case .nothing: break
        case .again(let time): look(after: max(0, time - now))
        case .stuck(let nanoseconds): report(.stuck(forNanoseconds: nanoseconds))
        }
    }

    private func beginWaiting(now: Int64) {
        let mustWatch = waiting.withLock { waiting in
            waiting.beginWaiting(now: now)
            return waiting.mustWatch()
        }
        if mustWatch { look(after: settings.stuckAfterNanoseconds) }
    }

    private func endWaiting() {
        let stuckFor = waiting.withLock { $0.endWaiting(now: Clock.monotonicNanoseconds()) }
        if let stuckFor { report(.recovered(afterNanoseconds: stuckFor)) }
    }
}

/// On the queue.
extension AuditLog {
    /// Writes until nothing waits, does what is due, and sets the alarm.
    ///
    /// - Parameter alarm: of the timer that brings it.
    private func turn(alarm: Int64? = nil) {
        confined.withLock { confined in
            guard !confined.isClosed else { return }
            if let alarm, !confined.alarm.takes(alarm) { return }
            var hasWritten = true
            while hasWritten {
                hasWritten = writeGroup(&confined, isLast: false)
                // Not only at the end: under load there is none.
                keepUp(&confined)
            }
            setAlarm(&confined)
        }
    }

    private func closeOnQueue() {
        confined.withLock { confined in
            _ = writeGroup(&confined, isLast: true)
            let now = Clock.monotonicNanoseconds()
            beginWaiting(now: now)
            do throws(FileError) { try confined.writer.close(now: now) } catch {
                fail(error.reason)
            }
            publish(&confined)
            endWaiting()
            confined.isClosed = true
        }
    }

    /// Writes what waits with one write; returns whether there was anything.
    private func writeGroup(_ confined: inout Confined, isLast: Bool) -> Bool {
        let now = Clock.monotonicNanoseconds()
        let (isNeeded, mustWatch) = waiting.withLock { waiting in
            let isNeeded = waiting.take(into: &confined.group, now: now, isLast: isLast)
            return (isNeeded, isNeeded && waiting.mustWatch())
        }
        guard isNeeded else { return false }
        if mustWatch { look(after: settings.stuckAfterNanoseconds) }
        confined.group.renderSummaries(keys: keys, unixMilliseconds: settings.unixMilliseconds())
        var isWritten = true
        do throws(FileError) {
            try confined.writer.write(confined.group, now: now)
            let failedFor = waiting.withLock { waiting in
                waiting.settle(confined.group, now: Clock.monotonicNanoseconds())
            }
            if let failedFor { report(.recovered(afterNanoseconds: failedFor)) }
        } catch {
            isWritten = false
            let reason = error.reason
            let isNew = waiting.withLock { waiting in
                waiting.settle(
                    &confined.group, failedWith: reason,
                    writtenRecords: confined.writer.writtenOfGroup,
                    now: Clock.monotonicNanoseconds())
            }
            if isNew { report(.failed(reason: reason)) }
        }
        publish(&confined)
        for (index, owner) in confined.group.batches.owners.enumerated() {
            owner(
                isWritten
                    || confined.group.isWritten(
                        owner: index, inFirst: confined.writer.writtenOfGroup)
            )
        }
        confined.group.removeAll()
        return true
    }

    /// Makes durable what has waited long enough for it, and writes a checkpoint.
    private func keepUp(_ confined: inout Confined) {
        let now = Clock.monotonicNanoseconds()
        guard confined.writer.isAnythingDue(now: now),
            waiting.withLock({ $0.failure == nil })
        else { return }
        beginWaiting(now: now)
        do throws(FileError) {
            try confined.writer.synchronizeIfDue(now: now)
            confined.writer.writeCheckpointIfDue(now: now)
        } catch { fail(error.reason) }
        publish(&confined)
        endWaiting()
    }

    private func fail(_ reason: String) {
        let isNew = waiting.withLock { $0.fail(reason, now: Clock.monotonicNanoseconds()) }
        if isNew { report(.failed(reason: reason)) }
    }

    /// Reports what has happened.
    private func publish(_ confined: inout Confined) {
        let written = confined.writer.statistics
        let droppedNotes = waiting.withLock { waiting in
            waiting.publish(written)
            return waiting.takeDroppedNotes()
        }
        for happened in confined.writer.takeReports() { report(happened) }
        if droppedNotes > 0 { report(.notesDropped(count: droppedNotes)) }
    }

    private func setAlarm(_ confined: inout Confined) {
        let (isFailing, deadline) = waiting.withLock { ($0.failure != nil, $0.nextDeadline) }
        // While nothing can be written, only the next attempt matters.
        let others = isFailing ? nil : confined.writer.nextDeadline
        guard let next = [deadline, others].compactMap({ $0 }).min() else { return }
        guard confined.alarm.mustSet(for: next) else { return }
        let delay = max(0, next - Clock.monotonicNanoseconds())
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(delay))) { [weak self] in
            self?.turn(alarm: next)
        }
    }
}
