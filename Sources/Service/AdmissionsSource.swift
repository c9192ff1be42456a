internal import Access
internal import AuditLog
internal import Configuration
internal import HTTPServer
internal import Logging
internal import POSIX
internal import Reactor
internal import Redis
internal import Serving

/// What the `Admissions` of all loops are made from: the store of tokens and quotas as configured,
/// and what its ends share.
struct AdmissionsSource: Sendable {
    private enum Kind: Sendable {
        case memory(InMemoryAdmissions)
        case redis(RedisEndpoint, RedisHealth, RedisNeighbours, markerKey: [UInt8]?)
    }

    let deadlineNanoseconds: Int64
    private let kind: Kind
    private let quota: QuotaRules
    /// What this process revokes in Redis; nil where nobody listens to what is changed there.
    private let ownRevocations: OwnRevocations?

    init(_ configuration: ServiceConfiguration) {
        quota = QuotaRules(
            limit: configuration.quota.limit,
            windowMilliseconds: Int64(configuration.quota.windowSeconds) * 1000)
        ownRevocations = configuration.noticesRevocations ? OwnRevocations() : nil
        switch configuration.store {
        case .memory(let subjectsMax):
            // It answers immediately, so that no deadline can pass.
            deadlineNanoseconds = 0
            kind = .memory(InMemoryAdmissions(quota: quota, subjectsMax: subjectsMax))
        case .redis(let endpoint, let deadline, let markerKey):
            deadlineNanoseconds = deadline.nanoseconds
            kind = .redis(
                endpoint, RedisHealth(deadlineNanoseconds: deadline.nanoseconds),
                RedisNeighbours(), markerKey: markerKey.map { Array($0.utf8) })
        }
    }

    /// Nil with the store in Redis.
    var admissions: InMemoryAdmissions? {
        if case .memory(let admissions) = kind { admissions } else { nil }
    }

    /// Nil with the store in memory.
    var health: RedisHealth? {
        if case .redis(_, let health, _, _) = kind { health } else { nil }
    }

    /// Makes a loop's end of the store.
    func makeAdmissions(_ loop: Loop, _ mailbox: Mailbox<Worker>) -> Admissions {
        switch kind {
        case .memory(let admissions):
            return .memory(
                InMemoryAdmissionStore(
                    admissions: admissions, milliseconds: { loop.now / 1_000_000 }))
        case .redis(let endpoint, let health, let neighbours, let markerKey):
            let connection = RedisConnection(
                loop: loop, door: Door(mailbox) { $0.admissions.connection }, endpoint: endpoint,
                deadlineNanoseconds: deadlineNanoseconds, limits: .standard,
                probe: AdmissionProbe.make(markerKey: markerKey), health: health,
                neighbours: neighbours)
            return .redis(
                RedisAdmissionStore(
                    loop: loop, connection: connection, quota: quota, markerKey: markerKey,
                    ownRevocations: ownRevocations),
                connection)
        }
    }

    /// Starts to listen to what is changed in Redis, if it is to be noticed, after the connections
    /// of the workers: the first one of the process has the watch of Sentinels. Nil otherwise.
    func listen(
        _ auditLog: AuditLog?, _ figures: ServiceFigures, _ logger: Logger
    ) throws(StartError) -> Mailbox<RedisConnection>? {
        guard let ownRevocations, case .redis(let endpoint, _, let neighbours, _) = kind else {
            return nil
        }
        let listener = RevocationListener(
            own: ownRevocations, auditLog: auditLog, figures: figures, logger: logger)
        do throws(SystemError) {
            return try listener.start(
                endpoint, deadlineNanoseconds: deadlineNanoseconds, neighbours: neighbours)
        } catch { throw .reactor(error) }
    }

    /// A server accepts when it is known whether Redis serves, or the deadline for that has passed:
    /// until then health fails. Nil with the store in memory.
    var acceptingWait: AcceptingWait? {
        health.map { health in
            AcceptingWait(nanosecondsMax: deadlineNanoseconds) {
                health.current(now: Clock.monotonicNanoseconds()) != .unknown
            }
        }
    }

    func logStart(_ logger: Logger) {
        switch kind {
        case .memory:
            // This is a weak setting, reported with a warning.
            logger.info(
                """
                tokens and quotas are kept in this process's memory: they are lost at its end, and \
                no other process shares them
                """)
        case .redis(let endpoint, _, _, _):
            logger.info(
                "tokens and quotas are kept in Redis",
                metadata: ["url": "\(endpoint)"])
        }
    }
}
