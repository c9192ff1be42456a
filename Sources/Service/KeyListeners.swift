internal import AuditLog
internal import Bytes
internal import JWT
internal import Logging
internal import Serving
internal import Telemetry

/// What hears of changes of the keys of tokens: the log, the audit log and the metrics.
struct KeyListeners: Sendable {
    /// So many names of keys are logged.
    private static let namesMax = 8

    /// Nil without an audit log.
    let auditLog: AuditLog?
    let figures: ServiceFigures
    let logger: Logger

    func report(_ event: KeyEvent) {
        switch event {
        case .changed(let change, let trigger):
            figures.countKeys(.changed)
            changed(change, trigger)
        case .unchanged:
            figures.countKeys(.unchanged)
            logger.info("keys unchanged")
        case .refused(let reason, let trigger):
            figures.countKeys(.refused)
            logger.error(
                "keys rejected, the previous ones stay in use",
                metadata: ["reason": "\(reason)", "trigger": "\(trigger.rawValue)"])
        }
    }

    private func changed(_ change: KeyChange, _ trigger: KeyReloads.Trigger) {
        record(.add, change.added)
        record(.remove, change.removed)
        record(.replace, change.replaced)
        logger.info(
            "keys changed",
            metadata: [
                "keys": "\(change.count)", "added": "\(KeyListeners.names(change.added))",
                "removed": "\(KeyListeners.names(change.removed))",
                "replaced": "\(KeyListeners.names(change.replaced))",
                "trigger": "\(trigger.rawValue)",
            ])
        for key in change.skipped {
            logger.warning(
                "a key of jwt.jwks is skipped",
                metadata: ["kid": "\(key.id ?? "none")", "reason": "\(key.reason)"])
        }
        for guessable in change.guessable {
            logger.warning(
                "weak setting", metadata: ["setting": "jwt.keys", "found": "\(guessable)"])
        }
    }

    /// A change could not be refused: its notes wait until they can be written.
    private func record(_ action: AuditNote.KeyAction, _ names: [String]) {
        for name in names {
            auditLog?.note(.keys(action, keyID: name.isEmpty ? nil : name, by: .process))
        }
    }

    /// The first of them; a `kid` without name is shown as `(none)`.
    private static func names(_ names: [String]) -> String {
        let shown = names.prefix(namesMax).map { $0.isEmpty ? "(none)" : ShownText.name($0) }
        let more = names.count > namesMax ? " and \(names.count - namesMax) more" : ""
        return names.isEmpty ? "none" : shown.joined(separator: ", ") + more
    }
}
