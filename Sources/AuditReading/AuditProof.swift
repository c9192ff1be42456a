internal import AuditLog

/// Verifies what format 2 proves of records: their MACs, which log they are of, and that the
/// checkpoints they name are there.
struct AuditProof: ~Copyable {
    /// The identity that was given, or else the first one in the log.
    private(set) var log: LogIdentity?
    private(set) var rightMACCount = 0
    private(set) var wrongMACCount = 0

    private let keys: AuditKeys?
    private let wanted: LogIdentity?
    /// The record that the log begins with.
    private let first: Int
    /// How many records the first checkpoint of format 2 counts.
    private let formatBegin: Int?
    /// Checkpoints that were written while records were read count as well: each was before the
    /// record that names it.
    private var checkpoints: AuditCheckpointCursor
    /// The identity that the records have.
    private var current: LogIdentity?
    private var authenticator: RecordAuthenticator?
    private var hasFormat2 = false
    private var hasOwn = false

    init(
        _ files: AuditFiles, _ checkpoints: borrowing AuditCheckpointSummary,
        _ expectations: AuditExpectations
    ) {
        keys = expectations.keys
        wanted = expectations.log
        log = expectations.log ?? checkpoints.log
        first = expectations.first ?? 1
        formatBegin = checkpoints.formatBegin
        self.checkpoints = AuditCheckpointCursor(
            files, keys: expectations.keys, lineCount: Int.max)
        if let log { become(log) }
    }

    /// Judges an unaltered record; whether its MAC proves that it was written with the key.
    mutating func take(
        _ record: AuditRecordLine, _ line: Span<UInt8>, at place: AuditPlace,
        _ faults: inout AuditFaultList
    ) -> Bool {
        let sequence = record.sequence
        guard record.hasMAC else {
            if hasFormat2 || formatBegin.map({ sequence > $0 }) ?? false {
                faults.append(AuditFault(.noRecordMAC, at: place, sequence: sequence))
            }
            return false
        }
        hasFormat2 = true
        if let said = record.log, said != current || !hasOwn {
            become(said)
            let own = log ?? said
            log = own
            if said == own {
                hasOwn = true
            } else {
                let kind = AuditFaultKind.otherLog(found: said, wanted: own)
                faults.append(AuditFault(kind, at: place, sequence: sequence))
            }
        }
        var isProven = false
        if keys != nil {
            isProven = authenticator?.accepts(record, line) ?? false
            if isProven {
                rightMACCount += 1
            } else {
                wrongMACCount += 1
                faults.append(AuditFault(.wrongRecordMAC, at: place, sequence: sequence))
            }
        }
        if isProven || keys == nil { compareCheckpoint(record, at: place, &faults) }
        return isProven
    }

    /// To be called after the last record.
    mutating func finish(_ faults: inout AuditFaultList) {
        guard let wanted, !hasOwn else { return }
        faults.append(
            AuditFault(.notThisLog(wanted: wanted), file: AuditFiles.checkpointsName))
    }

    private mutating func become(_ log: LogIdentity) {
        current = log
        authenticator = keys.map { RecordAuthenticator($0, log) }
    }

    private mutating func compareCheckpoint(
        _ record: AuditRecordLine, at place: AuditPlace, _ faults: inout AuditFaultList
    ) {
        guard let named = record.checkpoint, record.sequence > first || first == 1 else { return }
        let counted = record.sequence - 1
        guard checkpoints.checkpoint(of: counted)?.checkpoint.mac != named else { return }
        faults.append(
            AuditFault(
                .checkpointGone(count: counted), at: place, sequence: record.sequence))
    }
}
