internal import AuditLog
internal import Logging
internal import ModelRegistry
internal import Serving
internal import Telemetry

/// Tells the log, the audit log and the metrics what became of the model.
struct ModelNotes: Sendable {
    let auditLog: AuditLog?
    let figures: ServiceFigures
    let logger: Logger

    /// Another model is active. A change that was requested over the operations listener has been
    /// recorded before; any other is recorded here.
    func changed(_ change: ModelChange) {
        figures.modelReloaded(
            change.trigger == .rollback ? .rolledBack : .activated,
            served: ServiceStatus.Model(
                version: change.active.fullName, sha256: change.active.sha256))
        logger.info(
            "model changed",
            metadata: [
                "model": "\(change.active.fullName)", "sha256": "\(change.active.sha256)",
                "previous": "\(change.previous?.fullName ?? "none")",
                "thresholds": "\(change.active.thresholds)",
                "trigger": "\(change.trigger.rawValue)",
            ])
        if let remark = change.active.remark {
            logger.warning("model has a remark", metadata: ["remark": "\(remark)"])
        }
        switch change.trigger {
        case .reload, .watch: record(change, by: .process)
        case .activation, .rollback: break
        }
    }

    /// What serves was asked for again.
    func unchanged(_ change: ModelChange) {
        figures.modelReloaded(.unchanged, served: nil)
        logger.info(
            "model unchanged",
            metadata: [
                "model": "\(change.active.fullName)", "sha256": "\(change.active.sha256)",
                "trigger": "\(change.trigger.rawValue)",
            ])
    }

    /// What was asked for, or what `active` names, is not served. Only what a person has to look
    /// into is counted, for there is an alert on it.
    func refused(_ refusal: ModelRefusal) {
        let metadata: Logger.Metadata = [
            "version": "\(refusal.version ?? "unknown")", "reason": "\(refusal.error)",
            "trigger": "\(refusal.trigger.rawValue)",
        ]
        guard refusal.isOfBundle else {
            logger.warning("model not changed", metadata: metadata)
            return
        }
        figures.modelReloaded(.refused, served: nil)
        logger.error("model rejected, the previous one stays active", metadata: metadata)
    }

    /// Records a change that was not requested over the operations listener, and so could not be
    /// refused: the note waits until it can be written.
    private func record(_ change: ModelChange, by actor: AuditedOperator) {
        auditLog?.note(change.note(by: actor))
    }
}

extension ModelRefusal {
    /// Whether a bundle that was to serve is bad, or `active` names none, and not the request for
    /// it.
    fileprivate var isOfBundle: Bool {
        switch error {
        case .unreadable, .activeUnreadable, .active, .bundle, .version, .name: true
        // A caller that requires a digest gets the error as well.
        case .digest: trigger != .activation
        // A mistyped version gets its reason in the answer.
        case .notAVersion, .absent: trigger != .activation
        case .pinned, .busy, .stopped, .activeNotWritten, .listing, .nothingToRollBackTo,
            .unrecorded:
            false
        }
    }
}
