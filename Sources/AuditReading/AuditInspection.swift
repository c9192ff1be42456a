package import AuditLog
internal import POSIX

/// What opening a log would come upon, found without a change to it.
package struct AuditInspection: Equatable, Sendable {
    package let recovery: AuditRecovery
    /// The records, a `start` each, that report unverified records or missing checkpoints, except
    /// one that the log begins with.
    package let notedFaults: [Int]
    /// Nil where the log has none yet.
    package let identity: LogIdentity?
    /// Whether a checkpoint with a wrong MAC follows the newest that counts.
    package let hasRefusedCheckpoint: Bool

    /// Throws what `AuditLog.open` would for the files of the log, its lock not among them. To be
    /// trusted only where no process had the log meanwhile: one that appends is seen half way.
    ///
    /// - Parameters:
    ///   - directory: one that is there.
    ///   - key: the secret of `AuditKeys`.
    package init(directory: String, key: [UInt8]) throws(AuditError) {
        let files = AuditFiles(directory: directory)
        let tail = try LogTail(files, keys: AuditKeys(secret: key))
        do throws(FileError) {
            try AppendFile.check(files.checkpointsPath)
            if let newest = tail.newest { try AppendFile.check(files.path(of: newest.name)) }
        } catch { throw .file(error) }
        notedFaults = try AuditInspection.notedFaults(files)
        recovery = tail.recovery
        identity = tail.identity
        hasRefusedCheckpoint = tail.checkpoints.hasRefused
    }

    /// Such a start begins a file.
    private static func notedFaults(_ files: AuditFiles) throws(AuditError) -> [Int] {
        let contents = AuditContentReader()
        var sequences: [Int] = []
        do throws(FileError) {
            for segment in try files.listing().segments.dropFirst() {
                var lines = try AuditLines(
                    path: files.path(of: segment.name), lineBytesMax: AuditLimits.recordBytesMax)
                guard try lines.next()?.ending == .lineFeed,
                    let record = try? AuditRecordLine(lines.bytes),
                    let content = try? contents.read(lines.bytes)
                else { continue }
                if content.missingCheckpoints > 0 || content.unproven > 0 {
                    sequences.append(record.sequence)
                }
            }
        } catch { throw .file(error) }
        return sequences
    }
}
