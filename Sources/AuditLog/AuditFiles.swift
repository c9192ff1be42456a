internal import Bytes
package import POSIX

/// The files of a log's directory.
package struct AuditFiles: Sendable {
    /// A file of records, named by the first of them.
    package struct Segment: Equatable, Sendable {
        package let name: String
        package let firstSequence: Int
    }

    /// What is in the directory.
    package struct Listing: Equatable, Sendable {
        /// In the order of their records.
        package let segments: [Segment]
        /// Names that begin like a segment's and are not.
        package let strangers: [String]
    }

    /// Held by the one process that appends.
    package static let lockName = "lock"
    package static let checkpointsName = "checkpoints.jsonl"

    private static let segmentPrefix = "records-"
    private static let segmentSuffix = ".jsonl"
    /// Sequences are written with leading zeros, so that names sort as numbers do.
    private static let sequenceDigits = 20

    package let directory: String

    package init(directory: String) { self.directory = directory }

    package var lockPath: String { path(of: AuditFiles.lockName) }

    package var checkpointsPath: String { path(of: AuditFiles.checkpointsName) }

    package func path(of name: String) -> String { "\(directory)/\(name)" }

    package static func segmentName(firstSequence: Int) -> String {
        let digits = String(firstSequence)
        let zeros = String(repeating: "0", count: sequenceDigits - digits.utf8.count)
        return segmentPrefix + zeros + digits + segmentSuffix
    }

    /// Nil for what is no segment's name.
    package static func firstSequence(ofSegment name: String) -> Int? {
        guard name.hasPrefix(segmentPrefix), name.hasSuffix(segmentSuffix),
            name.utf8.count
                == segmentPrefix.utf8.count + sequenceDigits + segmentSuffix.utf8.count
        else { return nil }
        let digits = name.utf8.dropFirst(segmentPrefix.utf8.count).prefix(sequenceDigits)
        guard digits.allSatisfy(ASCII.isDigit), let sequence = Int(Substring(digits)),
            1...AuditLimits.firstSequenceMax ~= sequence
        else { return nil }
        return sequence
    }

    package func listing() throws(FileError) -> Listing {
        var segments: [Segment] = []
        var strangers: [String] = []
        for name in try Files.names(in: directory) where name.hasPrefix(AuditFiles.segmentPrefix) {
            if let first = AuditFiles.firstSequence(ofSegment: name) {
                segments.append(Segment(name: name, firstSequence: first))
            } else {
                strangers.append(name)
            }
        }
        return Listing(segments: segments, strangers: strangers)
    }
}
