package import AuditLog
internal import OpenSSL
package import POSIX

/// Whether records, read one after the other from a log's beginning, were written with the key.
package struct AuditRecordTrust: ~Copyable {
    private let keys: AuditKeys
    private var authenticator: RecordAuthenticator?
    private var hasFormat2 = false

    package init(keys: AuditKeys) { self.keys = keys }

    /// Whether an unaltered record has the MAC that it must have; one of format 1 has none.
    ///
    /// - Parameter line: the one that `record` was read from.
    package mutating func accepts(_ record: AuditRecordLine, _ line: Span<UInt8>) -> Bool {
        guard record.hasMAC else { return !hasFormat2 }
        hasFormat2 = true
        if let log = record.log { authenticator = RecordAuthenticator(keys, log) }
        return authenticator?.accepts(record, line) ?? false
    }
}

/// Whether a key is the one that a log is written with, as far as its end shows.
package enum AuditKeyCheck: Equatable, Sendable {
    case right
    case wrong
    /// No record has a MAC.
    case unknown

    package init(directory: String, keys: AuditKeys) throws(FileError) {
        let files = AuditFiles(directory: directory)
        var mac = HMACSHA256(key: keys.checkpoint.span)
        let checkpoints = try CheckpointTail(files.checkpointsPath, mac: &mac)
        self = checkpoints.newest != nil ? .right : checkpoints.hasRefused ? .wrong : .unknown
        guard self != .right else { return }
        for segment in try files.listing().segments {
            var lines = try AuditLines(
                path: files.path(of: segment.name), lineBytesMax: AuditLimits.recordBytesMax)
            guard try lines.next()?.ending == .lineFeed,
                let record = try? AuditRecordLine(lines.bytes), record.isUnaltered, record.hasMAC
            else { continue }
            var trust = AuditRecordTrust(keys: keys)
            self = trust.accepts(record, lines.bytes) ? .right : .wrong
            if self == .right { return }
        }
    }
}
