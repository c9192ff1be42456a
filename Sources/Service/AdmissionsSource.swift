internal import Access
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

    init(_ configuration: ServiceConfiguration) {
        quota = QuotaRules(
            limit: configuration.quota.limit,
            windowMilliseconds: Int64(configuration.quota.windowSeconds) * 1000)
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
                    loop: loop, connection: connection, quota: quota, markerKey: markerKey),
                connection)
        }
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
