internal import Bytes

/// What waits to be written, and how the log is: all that its callers see of it. The owner guards
/// it with a mutex and keeps that short.
struct BatchQueue {
    /// Why nothing can be written, and when the next attempts are due.
    struct Failure {
        /// A caller's batch is tried at most this often, and nothing less often than the other.
        static let attemptNanoseconds: Int64 = 50_000_000
        static let probeNanoseconds: Int64 = 250_000_000

        var reason: String
        let since: Int64
        var attemptAt: Int64
        var probeAt: Int64
    }

    /// What becomes of a batch before it is written.
    struct Answer {
        /// What is reported to its owner immediately; nil when it waits.
        let written: Bool?
        let mustSchedule: Bool
    }

    private let summaryNanoseconds: Int64
    private var waiting = WaitingBatches()
    private var notes: [[UInt8]] = []
    private var droppedNotes = 0
    private var refusals = AuditRefusalCounts()
    private var summaryDueAt: Int64?
    private var ledger: RefusalLedger
    private(set) var failure: Failure?
    private var busySince: Int64?
    private var watch = StuckWatch()
    /// What is being written.
    private var underWay = AuditUnwritten()
    private var isScheduled = false
    private(set) var isClosed = false
    /// The record of the log's end is in the file.
    private var hasStopped = false
    private(set) var statistics = AuditStatistics()

    init(summaryNanoseconds: Int64, refusalNanoseconds: Int64) {
        self.summaryNanoseconds = summaryNanoseconds
        ledger = RefusalLedger(periodNanoseconds: refusalNanoseconds)
    }

    /// Counts the refusal of a known caller, unless it is to have a record of its own.
    mutating func count(
        _ key: RefusalLedger.Key, tokenID: [UInt8], unixMilliseconds: Int64, now: Int64
    ) -> (isCounted: Bool, mustSchedule: Bool) {
        guard !isClosed else { return (false, false) }
        let isFirst = ledger.dueAt == nil
        let isCounted = ledger.counts(
            key, tokenID: tokenID, unixMilliseconds: unixMilliseconds, now: now)
        // The queue has to set its alarm.
        return (isCounted, isFirst && schedule())
    }

    /// What is not in the file.
    var unwritten: AuditUnwritten {
        var unwritten = underWay
        unwritten.records += waiting.ends.count + notes.count
        unwritten.refusals += ledger.counted + refusals.total
        return unwritten
    }

    /// Takes a batch, whose bytes are copied, so that its owner keeps its memory.
    ///
    /// - Parameter now: the monotonic clock, which is asked only where it matters.
    mutating func accept(
        _ batch: borrowing AuditBatch, now: () -> Int64,
        written: @escaping @Sendable (Bool) -> Void
    ) -> Answer {
        guard !isClosed else { return refuse(mustSchedule: false) }
        var mustSchedule = false
        if !batch.refusals.isEmpty {
            refusals.add(batch.refusals)
            // The queue has to set its alarm.
            if summaryDueAt == nil {
                summaryDueAt = now() + summaryNanoseconds
                mustSchedule = schedule()
            }
        }
        guard !batch.ends.isEmpty else {
            return Answer(written: true, mustSchedule: mustSchedule)
        }
        if let failure, now() < failure.attemptAt { return refuse(mustSchedule: mustSchedule) }
        guard waiting.bodies.count + batch.bytes.count <= AuditLimits.waitingBytesMax else {
            return refuse(mustSchedule: mustSchedule)
        }
        waiting.append(batch, owner: written)
        return Answer(written: nil, mustSchedule: schedule() || mustSchedule)
    }

    /// Takes the body of a note; returns whether the queue must be scheduled.
    mutating func accept(note body: [UInt8]) -> Bool {
        guard !isClosed else { return false }
        guard notes.count < AuditLimits.notesMax else {
            droppedNotes += 1
            return schedule()
        }
        notes.append(body)
        return schedule()
    }

    /// From now on nothing is accepted; false when that was so already.
    mutating func close() -> Bool {
        defer { isClosed = true }
        return !isClosed
    }

    /// Whether all is in the file, and the log's end.
    var isWhole: Bool { hasStopped && failure == nil }

    func state(stuckAfter: Int64, now: Int64) -> AuditState {
        AuditState(
            failure: failure?.reason, busySince: busySince, stuckAfter: stuckAfter, now: now)
    }

    private mutating func refuse(mustSchedule: Bool) -> Answer {
        statistics.failedAppends += 1
        return Answer(written: false, mustSchedule: mustSchedule)
    }

    private mutating func schedule() -> Bool {
        defer { isScheduled = true }
        return !isScheduled
    }
}

/// What the queue does with it.
extension BatchQueue {
    /// Fills an empty group with what is to be written now; whether there is anything.
    /// Until the group is settled the disk counts as waited for.
    ///
    /// - Parameter isLast: whether everything goes, due or not.
    mutating func take(into group: inout WriteGroup, now: Int64, isLast: Bool) -> Bool {
        if let failure {
            guard !waiting.owners.isEmpty || now >= failure.probeAt || isLast else {
                isScheduled = false
                return false
            }
            group.failedForNanoseconds = now - failure.since
        } else {
            group.failedForNanoseconds = watch.unrecorded
        }
        swap(&group.batches, &waiting)
        group.notes = notes
        if isLast || summaryDueAt.map({ now >= $0 }) ?? false { group.refusals = refusals }
        if isLast || ledger.isDue(now: now) { group.summaries = ledger.take(now: now) }
        group.isLast = isLast
        let isNeeded = !group.isEmpty
        isScheduled = isNeeded
        if isNeeded {
            busySince = now
            // Notes and counts stay here until they are written.
            underWay.records = group.batches.ends.count
            underWay.refusals = group.summaries.reduce(0) { $0 + $1.counted.count }
        }
        return isNeeded
    }

    /// The group is in the file. Returns for how long nothing was, if that was so.
    mutating func settle(_ group: borrowing WriteGroup, now: Int64) -> Int64? {
        underWay = AuditUnwritten()
        hasStopped = group.isLast
        if group.failedForNanoseconds != nil { watch.recorded() }
        let stuckFor = endWaiting(now: now)
        notes.removeFirst(group.notes.count)
        if !group.refusals.isEmpty {
            refusals.subtract(group.refusals)
            summaryDueAt = refusals.isEmpty ? nil : now + summaryNanoseconds
        }
        defer { failure = nil }
        return failure.map { now - $0.since } ?? stuckFor
    }

    /// Not all of the group is in the file. What has been taken for it and what waits goes back to
    /// its owners, notes and counts stay. Returns whether the log was passing before.
    ///
    /// - Parameter writtenRecords: how many of its records are in the file: not 0 where a
    ///   checkpoint was due between them. Notes among them do not stay.
    mutating func settle(
        _ group: inout WriteGroup, failedWith reason: String, writtenRecords: Int, now: Int64
    ) -> Bool {
        underWay = AuditUnwritten()
        notes.removeFirst(group.noteCount(inFirst: writtenRecords))
        refusals.subtract(group.refusals(inFirst: writtenRecords))
        if refusals.isEmpty { summaryDueAt = nil }
        ledger.putBack(group.summaries(behindFirst: writtenRecords), now: now)
        group.batches.giveUp(&waiting)
        statistics.failedAppends += UInt64(
            group.batches.owners.indices.count {
                !group.isWritten(owner: $0, inFirst: writtenRecords)
            })
        return fail(reason, now: now)
    }

    /// Something else than a write has failed, or has been waited for in vain.
    mutating func fail(_ reason: String, now: Int64) -> Bool {
        busySince = nil
        statistics.failures += 1
        let wasPassing = failure == nil
        let stuckSince = watch.fail(now: now)
        failure = Failure(
            reason: reason, since: failure?.since ?? stuckSince ?? now,
            attemptAt: now + Failure.attemptNanoseconds,
            probeAt: now + Failure.probeNanoseconds)
        return wasPassing
    }

    mutating func beginWaiting(now: Int64) { busySince = now }

    /// Returns for how long the disk was stuck, if it was.
    mutating func endWaiting(now: Int64) -> Int64? {
        busySince = nil
        return watch.end(now: now)
    }

    /// Whether the disk must be checked once it could be stuck: see `look`.
    mutating func mustWatch() -> Bool { busySince != nil && watch.mustBegin() }

    /// Looks whether the disk is stuck.
    ///
    /// - Parameter stuckAfter: how long a disk may take.
    mutating func look(stuckAfter: Int64, now: Int64) -> StuckWatch.Finding {
        let finding = watch.look(
            busySince: busySince, isFailing: failure != nil, stuckAfter: stuckAfter, now: now)
        if case .stuck = finding {
            statistics.failures += 1
            statistics.failedAppends += 1
        }
        return finding
    }

    /// Takes over what the writer has counted.
    mutating func publish(_ written: AuditStatistics) {
        statistics.records = written.records
        statistics.bytes = written.bytes
        statistics.syncs = written.syncs
        statistics.checkpoints = written.checkpoints
    }

    /// How many notes were dropped since this was asked.
    mutating func takeDroppedNotes() -> Int {
        defer { droppedNotes = 0 }
        return droppedNotes
    }

    /// When there will be something to do although nothing new comes.
    var nextDeadline: Int64? {
        if let failure { return failure.probeAt }
        if watch.unrecorded != nil { return 0 }
        return [summaryDueAt, ledger.dueAt].compactMap { $0 }.min()
    }
}
