// Where a log is by a line of it.
extension ChainPosition {
    init(_ record: AuditRecordLine) {
        self.init(sequence: record.sequence, hash: Array(record.hash.description.utf8))
    }

    init(_ checkpoint: AuditCheckpointLine) {
        self.init(sequence: checkpoint.count, hash: Array(checkpoint.hash.description.utf8))
    }
}
