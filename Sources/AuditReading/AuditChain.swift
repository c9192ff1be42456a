internal import AuditLog

/// Follows a log's chain from record to record, over whatever is wrong with it.
///
/// A record that is not altered is believed to be the one it says it is; a line that is no such
/// record is taken to stand for the one that belongs there, so that one fault is reported once.
struct AuditChain {
    /// A record more than the last, and directly after it, may be distinguished from one that is
    /// missing only by what follows.
    private struct Gap {
        let sequence: Int
        let fault: AuditFault
    }

    /// Hashes that the next record may name: more than one where two records claim to be the last.
    private static let hashesMax = 8

    /// The highest sequence of a record that was believed.
    private(set) var last: Int
    /// Lines after it that were no records to be believed.
    private(set) var unreadable = 0
    /// Nil where it is unknown.
    private var lastHashes: [AuditDigest]?
    private var lastPlace: AuditPlace?
    private var gap: Gap?
    private(set) var hasBegun = false

    /// - Parameters:
    ///   - first: the sequence that the log begins with.
    ///   - previous: the hash of the record before that; nil where it is not known.
    init(first: Int, previous: AuditDigest?) {
        last = first - 1
        lastHashes = previous.map { [$0] }
    }

    /// The record that belongs after what was read.
    var expected: Int { last + unreadable + 1 }

    /// Continues after a line that is no record, or one that was altered.
    mutating func pass(_ faults: inout AuditFaultList) {
        closeGap(&faults)
        unreadable += 1
    }

    /// Begins earlier than was said.
    mutating func begin(with first: Int) {
        last = first - 1
        lastHashes = nil
    }

    /// Continues with a record that is not altered; whether it is the next one, also where some
    /// before it are missing.
    mutating func take(
        _ record: AuditRecordLine, at place: AuditPlace, _ faults: inout AuditFaultList
    ) -> Bool {
        hasBegun = true
        let sequence = record.sequence
        if gap?.sequence == sequence {
            gap = nil
            faults.append(AuditFault(.swapped, at: place, sequence: sequence))
            return false
        }
        closeGap(&faults)
        guard sequence > last else {
            faults.append(AuditFault(kind(ofEarlier: record), at: place, sequence: sequence))
            return false
        }
        if sequence > expected {
            open(before: sequence, at: place, &faults)
        } else if unreadable == 0, !isLinked(record) {
            faults.append(
                AuditFault(.unlinked(previous: record.previous), at: place, sequence: sequence))
        }
        last = sequence
        lastHashes = [record.hash]
        lastPlace = place
        unreadable = 0
        return true
    }

    /// Whether `prev` is the hash of the last record, as far as that is known.
    func isLinked(_ record: AuditRecordLine) -> Bool {
        lastHashes?.contains(record.previous) ?? true
    }

    /// To be called after the last line.
    mutating func finish(_ faults: inout AuditFaultList) { closeGap(&faults) }

    private mutating func kind(ofEarlier record: AuditRecordLine) -> AuditFaultKind {
        guard record.sequence == last else { return .outOfOrder(after: last) }
        if lastHashes?.contains(record.hash) == true { return .repeated }
        // Which of the two is the right one, only the next record can show.
        if (lastHashes?.count ?? 0) < AuditChain.hashesMax { lastHashes?.append(record.hash) }
        return .second
    }

    private mutating func open(
        before sequence: Int, at place: AuditPlace, _ faults: inout AuditFaultList
    ) {
        let range = last + 1...sequence - 1
        let fault = AuditFault(
            .missing(range, unreadable: unreadable, after: lastPlace), at: place,
            sequence: range.lowerBound)
        if range.count == 1, unreadable == 0 {
            gap = Gap(sequence: range.lowerBound, fault: fault)
        } else {
            faults.append(fault)
        }
    }

    private mutating func closeGap(_ faults: inout AuditFaultList) {
        if let gap { faults.append(gap.fault) }
        gap = nil
    }
}
