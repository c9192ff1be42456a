internal import OpenSSL
internal import POSIX

/// Where a log ends, according to its files, after all records that follow its newest checkpoint
/// were verified. Nothing is changed.
package struct LogTail {
    /// The newest file of records and how much of it counts.
    package struct Newest: Equatable {
        package let name: String
        let wholeLinesBytes: Int
        /// Whether the next record belongs into it.
        let isContinued: Bool
    }

    /// Nil where there is none.
    package let newest: Newest?
    /// Of the last record, or of the one that should have been the last.
    let position: ChainPosition
    package let recovery: AuditRecovery
    package let checkpoints: CheckpointTail
    /// Nil where the log has none yet.
    package let identity: LogIdentity?
    /// The MAC of the checkpoint that the next one follows, there or not; `AuditDigest.none` for
    /// none.
    let lastCheckpoint: AuditDigest

    package init(_ files: AuditFiles, keys: AuditKeys) throws(AuditError) {
        var mac = HMACSHA256(key: keys.checkpoint.span)
        let segments: [AuditFiles.Segment]
        do throws(FileError) {
            segments = try files.listing().segments
            checkpoints = try CheckpointTail(files.checkpointsPath, mac: &mac)
        } catch { throw .file(error) }
        let checkpoint = checkpoints.newest.map { ChainPosition($0) } ?? .beginning

        guard let last = segments.last else {
            if checkpoints.newest == nil, checkpoints.hasRefused {
                throw .otherKey(file: AuditFiles.checkpointsName)
            }
            newest = nil
            position = checkpoint
            identity = checkpoints.newest?.link?.log
            lastCheckpoint = checkpoints.newest?.mac ?? .none
            recovery = AuditRecovery(
                nextSequence: checkpoint.sequence + 1, tornBytes: 0,
                missingRecords: checkpoint.sequence)
            return
        }
        var records = TailRecords(files, checkpoints, keys: keys)
        try records.read(segments)
        let found = records.last
        let named = LogTail.named(by: last, found: found, checkpoint: checkpoint)
        guard let named else { throw .damagedTail(file: last.name, sequence: nil) }
        position = checkpoint.sequence > named.sequence ? checkpoint : named
        identity = records.identity
        lastCheckpoint = records.lastCheckpoint
        let next = position.sequence + 1
        var recovery = AuditRecovery(
            nextSequence: next, tornBytes: records.tornBytes,
            missingRecords: position.sequence - (found?.sequence ?? (last.firstSequence - 1)))
        recovery.missingRecords += records.missing
        recovery.missingCheckpoints = records.missingCheckpoints
        recovery.unprovenRecords = records.unproven
        recovery.verifiedRecords = records.verified
        // A fault that an operator must accept begins a file, so that earlier ones can be archived.
        let isWhole = records.missingCheckpoints == 0 && records.unproven == 0
        newest = Newest(
            name: last.name, wholeLinesBytes: records.wholeLinesBytes,
            isContinued: records.isLastEmpty
                ? last.firstSequence == next : position == named && isWhole)
        self.recovery = recovery
    }

    /// Where the log ends by its records and by the name of its newest segment; nil where that name
    /// is all there is, and no hash to continue from.
    private static func named(
        by last: AuditFiles.Segment, found: ChainPosition?, checkpoint: ChainPosition
    ) -> ChainPosition? {
        let sequence = last.firstSequence - 1
        guard let found else {
            // Older segments may have been taken away.
            return checkpoint.sequence >= sequence ? checkpoint : nil
        }
        // After a loss of power the name may be there and records before it not. Their sequences
        // are not given again.
        return found.sequence >= sequence
            ? found : ChainPosition(sequence: sequence, hash: found.hash)
    }
}

/// What a log was found to be like when it was opened.
package struct AuditRecovery: Equatable, Sendable {
    /// Of the first record of this process.
    package let nextSequence: Int
    /// Cut from the end of the last segment: a record that was never reported as written.
    package let tornBytes: Int
    /// Missing records: a checkpoint names them, or other records follow them.
    package var missingRecords: Int
    /// Missing checkpoints that records name.
    package var missingCheckpoints = 0
    /// Records that have no MAC and follow the last checkpoint: anyone may have written them. From
    /// churnd 0.2, if it did not end by itself.
    package var unprovenRecords = 0
    /// Records that were verified, those after the newest checkpoint.
    package var verifiedRecords = 0
}
