internal import OpenSSL
internal import POSIX

/// What opening a log would come upon, found without a change to it.
package struct AuditInspection: Equatable, Sendable {
    package let recovery: AuditRecovery
    /// Whether behind the newest checkpoint that counts is one with a wrong MAC.
    package let hasRefusedCheckpoint: Bool

    /// Throws what `AuditLog.open` would for the files of the log, of which its lock is none. To be
    /// trusted only where no process had the log meanwhile: one that appends is seen half way.
    ///
    /// - Parameters:
    ///   - directory: one that is there.
    ///   - key: the secret of `AuditKeys`.
    package init(directory: String, key: [UInt8]) throws(AuditError) {
        let files = AuditFiles(directory: directory)
        var mac = HMACSHA256(key: AuditKeys(secret: key).checkpoint.span)
        let tail = try LogTail(files, mac: &mac)
        do throws(FileError) {
            try AppendFile.check(files.checkpointsPath)
            if let newest = tail.newest { try AppendFile.check(files.path(of: newest.name)) }
        } catch { throw .file(error) }
        recovery = tail.recovery
        hasRefusedCheckpoint = tail.checkpoints.hasRefused
    }
}
