internal import Bytes
internal import JWT
internal import Logging
internal import Serving
internal import Telemetry

/// What hears of changes of the keys of tokens: the log and the metrics.
struct KeyListeners: Sendable {
    /// So many names of keys are logged.
    private static let namesMax = 8

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

    /// The first of them; a `kid` without name is shown as `(none)`.
    private static func names(_ names: [String]) -> String {
        let shown = names.prefix(namesMax).map { $0.isEmpty ? "(none)" : ShownText.name($0) }
        let more = names.count > namesMax ? " and \(names.count - namesMax) more" : ""
        return names.isEmpty ? "none" : shown.joined(separator: ", ") + more
    }
}
