internal import POSIX

/// Reads a log from its first record to its last and finds what is wrong with it. Memory does not
/// grow with the log. The log may be written to meanwhile.
package enum AuditVerifier {
    package static func verify(
        _ directory: String, against expectations: AuditExpectations
    ) throws(AuditVerifierError) -> AuditVerification {
        let files = AuditFiles(directory: directory)
        // First, for a checkpoint that is written later may count records that were not read.
        let checkpoints = AuditCheckpointSummary(
            files, expectations)
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
