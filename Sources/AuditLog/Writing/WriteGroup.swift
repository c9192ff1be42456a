internal import Bytes

/// Batches of any number of callers, one after the other.
struct WaitingBatches {
    private(set) var bodies: [UInt8] = []
    /// Where in `bodies` each body ends.
    private(set) var ends: [Int] = []
    /// What reports the result, for each batch.
    private(set) var owners: [@Sendable (Bool) -> Void] = []
    /// How many bodies there are up to and with those of each owner; one that was given up has no
    /// entry.
    private(set) var ownerEnds: [Int] = []

    mutating func append(
        _ batch: borrowing AuditBatch, owner: @escaping @Sendable (Bool) -> Void
    ) {
        let start = bodies.count
        bodies.appendBytes(batch.bytes.span)
        for end in batch.ends { ends.append(start + end) }
        owners.append(owner)
        ownerEnds.append(ends.count)
    }

    /// Takes over the owners of others, whose batches are given up.
    mutating func giveUp(_ others: inout WaitingBatches) {
        owners += others.owners
        others.removeAll()
    }

    /// Keeps the memory for what comes next, unless it has grown beyond what is common.
    mutating func removeAll() {
        if bodies.capacity > WriteGroup.keptBytesMax { bodies = [] }
        bodies.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        owners.removeAll(keepingCapacity: true)
        ownerEnds.removeAll(keepingCapacity: true)
    }
}

/// What goes into the file with one write.
struct WriteGroup {
    /// How much memory is kept from one group to the next.
    static let keptBytesMax = 1 << 20

    /// For how long nothing could be written, where that was so.
    var failedForNanoseconds: Int64?
    /// Bodies.
    var notes: [[UInt8]] = []
    var batches = WaitingBatches()
    var refusals = AuditRefusalCounts()
    /// Of known callers.
    var summaries: [RefusalSummary] = []
    /// Theirs, once they are rendered.
    private var summaryBodies: [[UInt8]] = []
    /// Whether the log ends with this group.
    var isLast = false

    var isEmpty: Bool {
        failedForNanoseconds == nil && notes.isEmpty && batches.owners.isEmpty
            && refusals.isEmpty && summaries.isEmpty && !isLast
    }

    mutating func removeAll() {
        failedForNanoseconds = nil
        notes = []
        batches.removeAll()
        refusals = AuditRefusalCounts()
        summaries = []
        summaryBodies = []
        isLast = false
    }

    mutating func renderSummaries(keys: AuditKeys, unixMilliseconds: Int64) {
        summaryBodies = summaries.map {
            ProcessRecords.refusals($0, keys: keys, unixMilliseconds: unixMilliseconds)
        }
    }

    /// Records of callers and operators, and refusals that are only counted.
    var unwritten: AuditUnwritten {
        var unwritten = AuditUnwritten()
        unwritten.records = notes.count + batches.ends.count
        unwritten.refusals = refusals.total + summaries.reduce(0) { $0 + $1.counted.count }
        return unwritten
    }

    /// How many records it has.
    var recordCount: Int {
        countsStart + countedReasons.count + summaries.count + (isLast ? 1 : 0)
    }

    /// How many records come before those that count refusals.
    private var countsStart: Int {
        (failedForNanoseconds == nil ? 0 : 1) + notes.count + batches.ends.count
    }

    private var countedReasons: [AuditRefusalReason] {
        AuditRefusalReason.allCases.filter { refusals[$0] > 0 }
    }

    /// How many of its first `count` records are notes.
    func noteCount(inFirst count: Int) -> Int {
        min(notes.count, max(0, count - (failedForNanoseconds == nil ? 0 : 1)))
    }

    /// Whether all of an owner's records are among its first `count`.
    func isWritten(owner index: Int, inFirst count: Int) -> Bool {
        guard index < batches.ownerEnds.count else { return false }
        return countsStart - batches.ends.count + batches.ownerEnds[index] <= count
    }

    /// What its first `count` records count of the refusals of unknown callers.
    func refusals(inFirst count: Int) -> AuditRefusalCounts {
        var written = AuditRefusalCounts()
        for reason in countedReasons.prefix(max(0, count - countsStart)) {
            written[reason] = refusals[reason]
        }
        return written
    }

    /// The summaries that are not among its first `count` records.
    func summaries(behindFirst count: Int) -> [RefusalSummary] {
        Array(summaries.dropFirst(max(0, count - countsStart - countedReasons.count)))
    }

    /// Appends its records from the first to the last of `range`, counted from 0.
    func appendRecords(
        _ range: Range<Int>, to lines: inout [UInt8], chain: inout RecordChain,
        unixMilliseconds: Int64
    ) {
        var index = 0
        func append(_ body: @autoclosure () -> [UInt8]) {
            if range.contains(index) { chain.append(body().span, to: &lines) }
            index += 1
        }
        if let failedForNanoseconds {
            append(
                ProcessRecords.resumed(
                    afterNanoseconds: failedForNanoseconds, unixMilliseconds: unixMilliseconds))
        }
        for note in notes { append(note) }
        let bodies = batches.bodies.span
        let first = max(range.lowerBound - index, 0)
        let last = min(range.upperBound - index, batches.ends.count)
        if first < last {
            var start = first == 0 ? 0 : batches.ends[first - 1]
            for end in batches.ends[first..<last] {
                chain.append(bodies.extracting(start..<end), to: &lines)
                start = end
            }
        }
        index += batches.ends.count
        for reason in AuditRefusalReason.allCases where refusals[reason] > 0 {
            append(
                ProcessRecords.refusals(
                    reason, count: refusals[reason], unixMilliseconds: unixMilliseconds))
        }
        for body in summaryBodies { append(body) }
        if isLast { append(ProcessRecords.stop(unixMilliseconds: unixMilliseconds)) }
    }
}
