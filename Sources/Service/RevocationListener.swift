internal import Access
internal import AuditLog
internal import Logging
internal import POSIX
internal import Reactor
internal import Redis
internal import Serving
internal import Synchronization
internal import Telemetry

/// Records revocations that others make in Redis, as Redis reports them: in the audit log, in the
/// log and in a metric. It has a thread and a connection of its own, so that no prediction waits
/// for it.
final class RevocationListener: Sendable {
    /// More within a second have no record and no line of their own, but are counted.
    static let recordedPerSecondMax = 100
    private static let second: Int64 = 1_000_000_000

    private struct State {
        var events: RevocationEvents
        var second = Int64.min
        var recordedCount = 0
        var countedOnly = 0
        /// What was logged last; nil while it listens.
        var failure: RedisFailure?
    }

    private let state: Mutex<State>
    private let auditLog: AuditLog?
    private let figures: ServiceFigures
    private let logger: Logger

    init(own: OwnRevocations, auditLog: AuditLog?, figures: ServiceFigures, logger: Logger) {
        state = Mutex(State(events: RevocationEvents(own: own)))
        self.auditLog = auditLog
        self.figures = figures
        self.logger = logger
    }

    /// Starts to listen; with Sentinels it follows the primary as the `neighbours` do.
    func start(
        _ endpoint: RedisEndpoint, deadlineNanoseconds: Int64, neighbours: RedisNeighbours
    ) throws(SystemError) -> Mailbox<RedisConnection> {
        try Reactor.start(label: "churnd.revocations") { loop, mailbox in
            RedisConnection(
                listeningTo: RedisKeyEvents(
                    prefixes: RevocationEvents.prefixes,
                    take: { self.take($0, $1) }, began: { self.began() },
                    ended: { self.ended($0) }),
                loop: loop, door: Door(mailbox) { $0 }, endpoint: endpoint,
                deadlineNanoseconds: deadlineNanoseconds, neighbours: neighbours)
        } ended: { _ in
        }
    }

    private func take(_ key: ArraySlice<UInt8>, _ event: [UInt8]) {
        let now = Clock.monotonicNanoseconds()
        let noticed = state.withLock { state -> (NoticedRevocation, isRecorded: Bool)? in
            guard let noticed = state.events.change(key, event) else { return nil }
            if now - RevocationListener.second >= state.second {
                report(&state)
                state.second = now
                state.recordedCount = 0
            }
            let isRecorded = state.recordedCount < RevocationListener.recordedPerSecondMax
            if isRecorded { state.recordedCount += 1 } else { state.countedOnly += 1 }
            return (noticed, isRecorded)
        }
        guard let (noticed, isRecorded) = noticed else { return }
        figures.countNoticed(noticed.change)
        guard isRecorded else { return }
        auditLog?.note(
            .revocation(RevocationListener.action(noticed), token: noticed.name, by: .process))
        logger.info(
            "a revocation was changed in Redis",
            metadata: [
                "change": "\(noticed.change.label)",
                "of": noticed.isSubject ? "subject" : "token",
            ])
    }

    /// Logs how many were counted only; with the next event, or when it ends to listen.
    private func report(_ state: inout State) {
        guard state.countedOnly > 0 else { return }
        logger.warning(
            "more revocations were changed in Redis than are recorded",
            metadata: ["unrecorded": "\(state.countedOnly)"])
        state.countedOnly = 0
    }

    private func began() {
        state.withLock { $0.failure = nil }
        logger.info("listening to revocations made in Redis")
    }

    private func ended(_ failure: RedisFailure) {
        let isNew = state.withLock { state in
            report(&state)
            defer { state.failure = failure }
            return state.failure != failure
        }
        guard isNew else { return }
        logger.warning(
            "not listening to revocations made in Redis: some may not be noticed",
            metadata: ["reason": "\(failure)"])
    }

    private static func action(_ noticed: NoticedRevocation) -> AuditNote.RevocationAction {
        switch noticed.change {
        case .revoked: noticed.isSubject ? .noticedRevokeSubject : .noticedRevoke
        case .restored: noticed.isSubject ? .noticedUnrevokeSubject : .noticedUnrevoke
        case .expiry: noticed.isSubject ? .noticedExpirySubject : .noticedExpiry
        }
    }
}
