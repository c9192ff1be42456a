internal import OpenSSL
internal import POSIX

/// Where a log ends, as its files tell it. Nothing is changed.
struct LogTail {
    /// The newest file of records and how much of it counts.
    struct Newest: Equatable {
        let name: String
        let wholeLinesBytes: Int
        /// Whether the next record belongs into it.
        let isContinued: Bool
    }

    /// Nil where there is none.
    let newest: Newest?
    /// Of the last record, or of the one that should have been the last.
    let position: ChainPosition
    let recovery: AuditRecovery
    let checkpoints: CheckpointTail

    init(_ files: AuditFiles, mac: inout HMACSHA256) throws(AuditError) {
        let segments: [AuditFiles.Segment]
        do throws(FileError) {
            segments = try files.listing().segments
            checkpoints = try CheckpointTail(files.checkpointsPath, mac: &mac)
        } catch { throw .file(error) }
        let checkpoint = checkpoints.newest ?? .beginning

        guard let last = segments.last else {
            newest = nil
            position = checkpoint
            recovery = AuditRecovery(
                nextSequence: checkpoint.sequence + 1, tornBytes: 0,
                missingRecords: checkpoint.sequence)
            return
        }
        let segment = try SegmentTail(last, files)
        let found = try LogTail.found(segment, last, before: segments.dropLast(), files)
        let named = LogTail.named(by: last, found: found, checkpoint: checkpoint)
        guard let named else { throw .damagedTail(file: last.name, sequence: nil) }
        if found == checkpoint || found?.sequence != checkpoint.sequence {
            position = checkpoint.sequence > named.sequence ? checkpoint : named
        } else {
            // The last record is not the one that the checkpoint was made of.
            throw .damagedTail(file: last.name, sequence: checkpoint.sequence)
        }
        let next = position.sequence + 1
        let isEmpty = segment.position == nil
        newest = Newest(
            name: last.name, wholeLinesBytes: segment.wholeLinesBytes,
            isContinued: isEmpty ? last.firstSequence == next : position == named)
        recovery = AuditRecovery(
            nextSequence: next, tornBytes: segment.tornBytes,
            missingRecords: position.sequence - (found?.sequence ?? (last.firstSequence - 1)))
    }

    /// The last record that is there.
    private static func found(
        _ segment: SegmentTail, _ last: AuditFiles.Segment,
        before: ArraySlice<AuditFiles.Segment>, _ files: AuditFiles
    ) throws(AuditError) -> ChainPosition? {
        if let position = segment.position { return position }
        for earlier in before.reversed() {
            if let position = try SegmentTail(earlier, files).position { return position }
        }
        return nil
    }

    /// Where the log ends by its records and by the name of its newest segment; nil where that name
    /// is all there is, and no hash to go on with.
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

/// What a segment ends with.
private struct SegmentTail {
    let wholeLinesBytes: Int
    let tornBytes: Int
    /// Of the last record; nil when there is none.
    let position: ChainPosition?

    init(_ segment: AuditFiles.Segment, _ files: AuditFiles) throws(AuditError) {
        let tail: FileTail
        do throws(FileError) {
            // So that the line before the last ends in it as well.
            tail = try FileTail(
                of: files.path(of: segment.name), linesBytes: AuditLimits.recordBytesMax + 1)
        } catch { throw .file(error) }
        wholeLinesBytes = tail.wholeLinesBytes
        tornBytes = tail.tornBytes
        guard tail.wholeLinesBytes > 0 else {
            position = nil
            return
        }
        let line = Array(tail.reversedLines().first ?? [])
        guard let last = ChainPosition(record: line.span), last.sequence >= segment.firstSequence
        else {
            throw .damagedTail(
                file: segment.name, sequence: AuditRecordLine.claimedSequence(line.span))
        }
        position = last
    }
}

/// What the checkpoints' file ends with.
struct CheckpointTail {
    /// How many bytes are searched for a good one.
    private static let searchedBytes = 65_536

    let wholeLinesBytes: Int
    /// What the newest good checkpoint names.
    let newest: ChainPosition?
    /// Whether one with a wrong MAC is behind that.
    let hasRefused: Bool

    init(_ path: String, mac: inout HMACSHA256) throws(FileError) {
        guard Directories.isAnything(at: path) else {
            wholeLinesBytes = 0
            newest = nil
            hasRefused = false
            return
        }
        let tail = try FileTail(of: path, linesBytes: CheckpointTail.searchedBytes)
        wholeLinesBytes = tail.wholeLinesBytes
        var good: ChainPosition?
        var refused = false
        for line in tail.reversedLines() {
            good = ChainPosition(checkpoint: Array(line).span, mac: &mac)
            if good != nil { break }
            refused = true
        }
        newest = good
        hasRefused = refused
    }
}
