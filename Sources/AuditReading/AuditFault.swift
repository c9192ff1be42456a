package import AuditLog
package import POSIX

/// Where a line of a log is.
package struct AuditPlace: Equatable, Sendable {
    /// The file's name in the directory.
    package let file: String
    /// Counted from 1.
    package let line: Int
    /// In the file, of the line's first byte.
    package let byteOffset: Int

    package init(file: String, line: Int, byteOffset: Int) {
        self.file = file
        self.line = line
        self.byteOffset = byteOffset
    }
}

/// One thing that is wrong with a log. What it says of records are numbers and hashes alone.
package struct AuditFault: Equatable, Sendable {
    package let kind: AuditFaultKind
    /// The file's name in the directory.
    package let file: String
    /// Nil where it is about a file as a whole.
    package let line: Int?
    /// In the file: of the line or of what is wrong in it, or of the file's end.
    package let byteOffset: Int?
    /// The record that it is about, or that belongs where the fault is.
    package let sequence: Int?

    package init(
        _ kind: AuditFaultKind, file: String, line: Int? = nil, byteOffset: Int? = nil,
        sequence: Int? = nil
    ) {
        self.kind = kind
        self.file = file
        self.line = line
        self.byteOffset = byteOffset
        self.sequence = sequence
    }

    /// - Parameter offset: in the line.
    init(_ kind: AuditFaultKind, at place: AuditPlace, offset: Int = 0, sequence: Int?) {
        self.init(
            kind, file: place.file, line: place.line, byteOffset: place.byteOffset + offset,
            sequence: sequence)
    }
}

/// What can be wrong with a log.
package enum AuditFaultKind: Equatable, Sendable {
    /// A line that has not a record's form. `claimed` is the sequence that it has, if any.
    case notARecord(AuditFormFault, claimed: Int?)
    /// A line longer than a record may be.
    case tooLong
    /// The file ends inside the line, of which it has so many bytes.
    case torn(bytes: Int)
    /// The record is followed by something other than a line feed.
    case noLineFeed
    /// The hash over the record's bytes is not the one that stands in it.
    case altered(hash: AuditDigest, stated: AuditDigest, claimed: Int)
    /// The hash is right, and what was hashed is no record of churnd's.
    case content(AuditContentFault)
    /// The hash is right, but the MAC was not made with the key, or was made for another log.
    case wrongRecordMAC
    /// Follows the beginning of format 2 and has no MAC.
    case noRecordMAC
    /// Of another log that is written with the same key.
    case otherLog(found: LogIdentity, wanted: LogIdentity)
    /// Nothing shows that this is the log that was given.
    case notThisLog(wanted: LogIdentity)
    /// The record names a checkpoint that is not in checkpoints.jsonl.
    case checkpointGone(count: Int)
    /// The record, a `start`, reports that so many checkpoints were missing.
    case checkpointsMissing(count: Int)
    /// The record, a `start`, reports that nothing made with the key covers these.
    case unproven(ClosedRange<Int>)

    /// The file has not the record that it is named for at its beginning.
    case misnamed(firstSequence: Int)
    /// Records that are not there; `after` is where the one before them is. Where `unreadable`
    /// lines are in their place, only the others are missing.
    case missing(ClosedRange<Int>, unreadable: Int, after: AuditPlace?)
    /// The record and the one after it have changed places.
    case swapped
    /// The record is there already, at the same place.
    case repeated
    /// A record of this sequence is there already, and is another one.
    case second
    /// The record stands after a later one.
    case outOfOrder(after: Int)
    /// `prev` is not the hash of the record before.
    case unlinked(previous: AuditDigest)
    /// The log begins before the record that it was said to begin with.
    case beginsBefore(wanted: Int)
    /// No checkpoint has the hash of the last record that was archived.
    case notAnArchiveEnd(count: Int)
    /// The hash of the record with this sequence is not the one that a checkpoint names.
    case contradictsCheckpoint(of: Int, source: AuditCheckpointSource)
    /// The log ends before the record that a checkpoint counts last, or a file is named for.
    case truncated(ClosedRange<Int>, source: AuditCheckpointSource)
    /// The record of a checkpoint that was kept elsewhere is not there to be compared.
    case notComparable

    /// Begins like the name of a file of records and is not one.
    case stranger
    case unreadable(FileError)

    /// No line of the file is a checkpoint that can be trusted.
    case noCheckpoint
    case notACheckpoint
    /// Not written with the key, or changed since.
    case wrongMAC(count: Int)
    /// `prev` is not the MAC of the checkpoint in the line before.
    case checkpointUnlinked(count: Int)
    /// Counts no more records than one before it.
    case checkpointOutOfOrder(count: Int, after: Int)
}

/// What says how the log must be.
package enum AuditCheckpointSource: Equatable, Sendable {
    /// A line of checkpoints.jsonl.
    case line(Int)
    /// Kept elsewhere, and given to the verifier.
    case kept
    /// The name of a file without records.
    case fileName
}

/// The first faults, and how many there are.
struct AuditFaultList {
    static let listedMax = 100

    private(set) var listed: [AuditFault] = []
    private(set) var count = 0

    mutating func append(_ fault: AuditFault) {
        count += 1
        if listed.count < AuditFaultList.listedMax { listed.append(fault) }
    }
}
