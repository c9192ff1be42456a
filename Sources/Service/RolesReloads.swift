internal import AuditLog
internal import Configuration
internal import Deployment
internal import Dispatch
internal import Identity
internal import Logging
internal import Serving
internal import Telemetry

/// Reads the file of roles again when it changes or a signal asks for it, and publishes what it
/// says. All its work is done on a queue of its own.
final class RolesReloads: Sendable {
    typealias Trigger = AuditNote.RolesAction

    private let file: RolesFile
    private let followed: FollowedFiles
    private let published: Published<Roles>
    /// Nil without an audit log.
    private let records: AdministrationRecords?
    private let figures: ServiceFigures
    private let logger: Logger
    private let queue = DispatchQueue(label: "churnd.roles")

    /// Checks from now on each second whether the file has changed. Nil without one.
    init?(_ common: SharedSettings, _ figures: ServiceFigures, _ logger: Logger) {
        guard let file = common.configuration.tokens.rolesFile, let published = common.roles else {
            return nil
        }
        self.file = file
        followed = FollowedFiles { file.identity() }
        self.published = published
        records = common.records
        self.figures = figures
        self.logger = logger
        followed.watch(on: queue) { [weak self] in
            if let self, followed.areChanged { read(.watch) }
        }
    }

    /// Reads it, whether it has changed or not.
    func reload() { queue.async { self.read(.reload) } }

    func stop() { followed.stop() }
}

// On the queue.
extension RolesReloads {
    private func read(_ trigger: Trigger) {
        let refusal = followed.read(isAsked: trigger == .reload) {
            do throws(ConfigurationError) { return take(try file.read(), trigger) } catch {
                return "\(error)"
            }
        }
        guard let refusal else { return }
        figures.countRoles(.refused)
        logger.error(
            "roles rejected, the previous ones stay in use",
            metadata: ["reason": "\(refusal)", "trigger": "\(trigger.rawValue)"])
    }

    /// Publishes what it says, if that differs from what is in use; returns why it does not. Like
    /// each act of administration a change is recorded before it is carried out.
    private func take(_ read: ReadRoles, _ trigger: Trigger) -> String? {
        guard read.roles != published.value else {
            // A watch looks again at a file that was changed a moment ago.
            if trigger == .reload {
                figures.countRoles(.unchanged)
                logger.info("roles unchanged")
            }
            return nil
        }
        let note = AuditNote.roles(trigger, digest: read.sha256)
        guard records?.recordAndWait(note) ?? true else {
            return "the audit log does not take a record of the change"
        }
        let (figures, logger) = (figures, logger)
        published.publish(read.roles) {
            figures.countRoles(.changed)
            logger.info(
                "roles changed",
                metadata: ["sha256": "\(read.sha256)", "trigger": "\(trigger.rawValue)"])
        }
        return nil
    }
}
