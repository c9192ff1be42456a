internal import AuditLog
internal import Bundle
internal import Deployment
internal import Logging
internal import ModelRegistry
internal import Serving
internal import Telemetry

/// What hears of the model's events: the log, the audit log, and the metrics.
struct ModelListeners: Sendable {
    let auditLog: AuditLog?
    let figures: ServiceFigures
    let logger: Logger

    func report(_ event: ModelEvent) {
        switch event {
        case .activated(let change, let isRecorded):
            figures.count(.activated)
            changed(change, isRecorded)
        case .rolledBack(let change, let isRecorded):
            figures.count(.rolledBack)
            changed(change, isRecorded)
        case .unchanged(let change):
            figures.count(.unchanged)
            logger.info(
                "model unchanged",
                metadata: [
                    "model": "\(change.active.fullName)", "sha256": "\(change.active.sha256)",
                    "trigger": "\(change.trigger.rawValue)",
                ])
        case .refused(let refusal): refused(refusal)
        }
    }

    /// A change that no witness has recorded could not be refused: its note waits until it can be
    /// written.
    private func changed(_ change: ModelChange, _ isRecorded: Bool) {
        logger.info(
            "model changed",
            metadata: [
                "model": "\(change.active.fullName)", "sha256": "\(change.active.sha256)",
                "previous": "\(change.previous?.fullName ?? "none")",
                "thresholds": "\(change.active.thresholds)",
                "trigger": "\(change.trigger.rawValue)",
            ])
        ModelListeners.logRemark(change.active.remark, logger)
        if !isRecorded { auditLog?.note(change.note(by: .process)) }
    }

    /// Only what an operator has to look into is counted, for there is an alert on it.
    private func refused(_ refusal: ModelRefusal) {
        let metadata: Logger.Metadata = [
            "version": "\(refusal.version ?? "unknown")", "reason": "\(refusal.error)",
            "trigger": "\(refusal.trigger.rawValue)",
        ]
        guard refusal.isOfBundle else {
            logger.warning("model not changed", metadata: metadata)
            return
        }
        figures.count(.refused)
        logger.error("model rejected, the previous one stays active", metadata: metadata)
    }

    private static func logRemark(_ remark: String?, _ logger: Logger) {
        if let remark {
            logger.warning("model has a remark", metadata: ["remark": "\(remark)"])
        }
    }

    /// Logs the model that the process starts with.
    static func logStart(of bundle: ModelBundle, _ logger: Logger) {
        var metadata: Logger.Metadata = [
            "model": "\(bundle.fullName)", "sha256": "\(bundle.sha256)",
            "golden_rows": "\(bundle.goldenRowCount)", "thresholds": "\(bundle.thresholds)",
        ]
        if let signer = bundle.signer { metadata["signer"] = "\(signer)" }
        logger.info("model loaded", metadata: metadata)
        logRemark(bundle.manifest.remark, logger)
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
