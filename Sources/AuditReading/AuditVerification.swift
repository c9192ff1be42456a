package import AuditLog
internal import Bytes
package import POSIX

/// What a log is held against.
package struct AuditExpectations: Sendable {
    /// Nil: no MACs are verified.
    package var keys: AuditKeys?
    /// The record that the log begins with, those before having been archived.
    package var first: Int?
    /// A checkpoint that was kept elsewhere.
    package var kept: AuditKeptCheckpoint?
    /// The identity that the log must have; nil: any.
    package var log: LogIdentity?

    package init(keys: AuditKeys?) { self.keys = keys }
}

/// A checkpoint that was kept outside the log's directory: how many records there were, and the
/// hash of the last of them.
package struct AuditKeptCheckpoint: Equatable, Sendable {
    package let count: Int
    package let hash: AuditDigest

    /// - Parameter text: `COUNT:HASH`, the hash in 64 lower-case hexadecimal digits.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let (count, end) = bytes.span.naturalNumber(at: 0), count > 0,
            count <= AuditLimits.sequenceMax, end < bytes.count,
            bytes[end] == UInt8(ascii: ":"),
            let hash = AuditDigest(hexadecimal: bytes.span.extracting((end + 1)...))
        else { return nil }
        self.count = count
        self.hash = hash
    }
}

/// Something that is no fault and yet to be known.
package enum AuditRemark: Equatable, Sendable {
    /// A process is writing the file's last line.
    case beingWritten(AuditPlace)
    /// A start that had to cut a torn line, or missed records that a checkpoint had counted.
    case repaired(sequence: Int, tornBytes: Int, missing: Int)
    /// Records after the newest checkpoint: if they were cut off, nothing here would show it.
    case unprotected(ClosedRange<Int>)
    /// Records before the one that the log was said to begin with.
    case archived(ClosedRange<Int>)
}

/// What verification has found.
package struct AuditVerification: Sendable {
    /// A record as the summary names it.
    package struct RecordMention: Equatable, Sendable {
        package let sequence: Int
        package let time: String
    }

    /// At most this many remarks are listed.
    package static let remarksMax = 100

    /// The first ones.
    package internal(set) var faults: [AuditFault] = []
    package internal(set) var faultCount = 0
    package internal(set) var remarks: [AuditRemark] = []
    package internal(set) var remarkCount = 0
    /// Records that are not altered.
    package internal(set) var recordCount = 0
    package internal(set) var segmentCount = 0
    /// Those that can be trusted, or without a key those that are well-formed.
    package internal(set) var checkpointCount = 0
    package internal(set) var first: RecordMention?
    package internal(set) var last: RecordMention?
    package internal(set) var lastHash: AuditDigest?
    /// Nil in format 1.
    package internal(set) var log: LogIdentity?
    /// MACs of records and checkpoints, as far as there was a key.
    package internal(set) var rightMACCount = 0
    package internal(set) var wrongMACCount = 0

    mutating func add(_ remark: AuditRemark) {
        remarkCount += 1
        if remarks.count < AuditVerification.remarksMax { remarks.append(remark) }
    }
}

/// Reads a log from its first record to its last and finds what is wrong with it. Memory does not
/// grow with the log. The log may be written to meanwhile.
package enum AuditVerifier {
    package static func verify(
        _ directory: String, against expectations: AuditExpectations
    ) throws(AuditVerifierError) -> AuditVerification {
        let files = AuditFiles(directory: directory)
        // First, for a checkpoint that is written later may count records that were not read.
        let checkpoints = AuditCheckpointSummary(files, expectations)
        let listing: AuditFiles.Listing
        do throws(FileError) {
            listing = try files.listing()
        } catch { throw .unreadable(error) }
        guard !listing.segments.isEmpty || checkpoints.lineCount > 0 || checkpoints.torn != nil
        else { throw .notAnAuditLog(directory: directory) }

        var walk = AuditWalk(files, checkpoints, expectations)
        for name in listing.strangers { walk.tell(AuditFault(.stranger, file: name)) }
        for (index, segment) in listing.segments.enumerated() {
            let isLast = index == listing.segments.count - 1
            do throws(FileError) {
                try walk.read(segment, isLast: isLast)
            } catch { walk.tell(AuditFault(.unreadable(error), file: segment.name)) }
        }
        return walk.finish(checkpoints)
    }
}

/// Why nothing can be said about a log.
package enum AuditVerifierError: Error, Equatable, Sendable {
    case unreadable(FileError)
    /// The directory holds neither records nor checkpoints.
    case notAnAuditLog(directory: String)
}

extension AuditVerifierError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .notAnAuditLog(let directory):
            "\(directory): not an audit log, expected files named records-… and "
                + AuditFiles.checkpointsName
        }
    }
}
