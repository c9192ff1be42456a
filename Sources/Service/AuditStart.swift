internal import AuditLog
internal import Configuration
internal import Logging
internal import POSIX

extension AuditLog {
    /// Opens the log that is configured, if one is, and says in the service's log what was found,
    /// and later what becomes of it.
    ///
    /// - Parameter checkpoints: nil where they are kept in the directory alone.
    static func open(
        _ configuration: ServiceConfiguration, checkpoints: CheckpointDeliveries?, logger: Logger
    ) throws(StartError) -> AuditLog? {
        guard let configuration = configuration.audit else { return nil }
        let settings = AuditSettings(
            directory: configuration.directory, key: configuration.key.bytes,
            sync: configuration.sync, segmentBytesMax: configuration.segmentBytesMax,
            serviceVersion: Release.version)
        let begin = Clock.monotonicNanoseconds()
        let log: AuditLog
        do throws(AuditError) {
            log = try AuditLog.open(settings) { report in
                report.log(to: logger)
                guard case .checkpoint(let log, let count, let hash) = report else { return }
                checkpoints?.take(log, count: count, hash: hash)
            }
        } catch {
            throw .audit(error)
        }
        let recovery = log.recovery
        logger.info(
            "audit log opened",
            metadata: [
                "directory": "\(configuration.directory)",
                "next_sequence": "\(recovery.nextSequence)",
                "log": "\(log.identity)",
                "verified_records": "\(recovery.verifiedRecords)",
                "duration_ms": "\((Clock.monotonicNanoseconds() - begin) / 1_000_000)",
            ])
        if recovery.tornBytes > 0 {
            logger.warning(
                "the audit log's last record was not whole and has been cut off",
                metadata: ["bytes": "\(recovery.tornBytes)"])
        }
        if recovery.missingRecords > 0 {
            logger.error(
                "records are missing at the end of the audit log: a checkpoint names them",
                metadata: ["records": "\(recovery.missingRecords)"])
        }
        if recovery.missingCheckpoints > 0 {
            logger.error(
                "checkpoints of the audit log are missing: its records name them",
                metadata: ["checkpoints": "\(recovery.missingCheckpoints)"])
        }
        if recovery.unprovenRecords > 0 {
            logger.error(
                "nothing proves the last records of the audit log: no MAC and no checkpoint",
                metadata: ["records": "\(recovery.unprovenRecords)"])
        }
        return log
    }
}

extension AuditReport {
    fileprivate func log(to logger: Logger) {
        switch self {
        case .failed(let reason):
            logger.error(
                "the audit log cannot be written: predictions get 503",
                metadata: ["reason": "\(reason)"])
        case .stuck(let nanoseconds):
            logger.error(
                "the audit log's disk does not answer: predictions get 503",
                metadata: ["for_ms": "\(nanoseconds / 1_000_000)"])
        case .recovered(let nanoseconds):
            logger.info(
                "the audit log is writable again",
                metadata: ["after_ms": "\(nanoseconds / 1_000_000)"])
        case .checkpointRefused:
            logger.error("a checkpoint of the audit log is not signed with audit.key")
        case .checkpoint(_, let count, let hash):
            logger.info(
                "audit log checkpoint", metadata: ["checkpoint": "\(count):\(hash)"])
        case .checkpointFailed(let reason):
            logger.error(
                "no checkpoint of the audit log can be written",
                metadata: ["reason": "\(reason)"])
        case .checkpointsChanged:
            logger.error("the audit log's checkpoints were removed or changed by another program")
        case .segmentVanished(let name):
            logger.error(
                "the audit log's file is gone, continuing in a new one",
                metadata: ["file": "\(name)"])
        case .notesDropped(let count):
            logger.error(
                "administrative acts could not be recorded in the audit log",
                metadata: ["acts": "\(count)"])
        }
    }
}
