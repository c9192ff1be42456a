internal import AuditLog
internal import Behaviour
internal import Configuration
internal import Logging
internal import Serving
internal import Telemetry

/// What hears of alarms on subjects' behaviour: the log and the audit log. The metrics count them
/// by themselves.
struct BehaviourListeners: Sendable {
    let auditLog: AuditLog?
    let logger: Logger
    let measure: BehaviourMeasure
    /// Of the hash by which the log distinguishes subjects.
    let logSalt: [UInt8]

    /// Makes what the configuration wants; nil where subjects have no baselines.
    static func monitor(
        _ configuration: ServiceConfiguration.Behaviour?, auditLog: AuditLog?, logger: Logger,
        logSalt: [UInt8]
    ) -> BehaviourMonitor? {
        guard let configuration else { return nil }
        let listeners = BehaviourListeners(
            auditLog: auditLog, logger: logger, measure: configuration.measure, logSalt: logSalt)
        return BehaviourMonitor(configuration) { listeners.report($0, $1) }
    }

    private func report(_ subject: [UInt8], _ alarm: BehaviourAlarm) {
        let signals = alarm.judgement.signals.map(\.label).joined(separator: " ")
        logger.warning(
            "a subject is far from its baseline",
            metadata: [
                "subject": "\(RequestLog.name(of: subject, salt: logSalt.span))",
                "signals": "\(signals)", "window": alarm.judgement.isOfDay ? "day" : "short",
                "measure": "\(measure.rawValue)",
            ])
        auditLog?.note(.behaviour(.alarm, subject: subject, signals: signals, by: .process))
    }
}
