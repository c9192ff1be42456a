internal import OpenSSL

// Where a log is by a line of it, none of which is a line feed.
extension ChainPosition {
    /// Nil unless the line is a record that is as it was written.
    init?(record line: Span<UInt8>) {
        // What is wrong with it is for a verification to say.
        guard let record = try? AuditRecordLine(line), record.isUnaltered else { return nil }
        self.init(sequence: record.sequence, hash: Array(record.hash.description.utf8))
    }

    /// Nil unless the line is a checkpoint that was written under the key.
    init?(checkpoint line: Span<UInt8>, mac: inout HMACSHA256) {
        guard let checkpoint = AuditCheckpointLine(line), checkpoint.isAuthentic(line, &mac)
        else { return nil }
        self.init(sequence: checkpoint.count, hash: Array(checkpoint.hash.description.utf8))
    }
}
