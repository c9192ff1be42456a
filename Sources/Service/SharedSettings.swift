internal import AuditLog
internal import Configuration
internal import Deployment
internal import HTTP
internal import Identity
internal import JWT
internal import Logging
internal import Models
internal import OpenSSL
internal import POSIX
internal import Reactor
internal import Redis
internal import Serving
internal import Synchronization
internal import Telemetry

extension ServiceConfiguration.Features {
    /// For what is heard of their Redis.
    var health: RedisHealth { RedisHealth(deadlineNanoseconds: deadline.nanoseconds) }
}

/// What the workers of both listeners are made of.
struct SharedSettings: Sendable {
    let configuration: ServiceConfiguration
    let keys: Published<SigningKeys>
    /// Nil without `roles.path`.
    let roles: Published<Roles>?
    let store: AdmissionsSource
    let state: ServiceState
    /// Nil without an audit log.
    let records: AdministrationRecords?
    private let auditLog: AuditLog?
    private let auditKeys: AuditKeys?
    private let sink: LogSink
    private let featureNeighbours = RedisNeighbours()
    private let deployed: Published<Deployment>
    /// Of the hash by which the log tells subjects apart; new at every start.
    private let logSalt = RandomBytes.make(32)
    /// Nil where subjects have no baselines.
    let behaviour: BehaviourMonitor?

    init(
        configuration: ServiceConfiguration, deployed: Published<Deployment>,
        store: AdmissionsSource, state: ServiceState, auditLog: AuditLog?, sink: LogSink,
        logger: Logger
    ) throws(StartError) {
        self.configuration = configuration
        self.deployed = deployed
        self.store = store
        self.state = state
        self.auditLog = auditLog
        records = auditLog.flatMap { log in
            configuration.audit.map {
                AdministrationRecords(log: log, deadlineNanoseconds: $0.deadline.nanoseconds)
            }
        }
        auditKeys = configuration.audit.map { $0.key.withBytes { AuditKeys(secret: $0) } }
        self.sink = sink
        behaviour = BehaviourListeners.monitor(
            configuration.behaviour, auditLog: auditLog, logger: logger, logSalt: logSalt)
        keys = Published(try SharedSettings.keys(configuration.tokens.keys))
        roles = configuration.tokens.roles.map { Published($0) }
    }

    func makeCounts() -> WorkerCounts {
        WorkerCounts(
            isOn: configuration.operations.address != nil, countsRedis: store.health != nil,
            labels: .service)
    }

    func makeLog() -> RequestLog {
        RequestLog(
            sink: sink, salt: logSalt.span,
            rules: RequestLog.Rules(
                logsAll: configuration.logsRequests,
                slowNanoseconds: configuration.slowRequest?.nanoseconds,
                refusedPerSecond: configuration.logsRefusedPerSecond))
    }

    /// A worker's way into the audit log; nil without one.
    ///
    /// - Parameters:
    ///   - index: what records call the worker.
    ///   - writesHere: as of `AuditGate`.
    func makeAuditGate(
        _ loop: Loop, _ mailbox: Mailbox<Worker>, index: Int, writesHere: Bool
    ) -> AuditGate? {
        guard let auditLog, let auditKeys, let audit = configuration.audit else { return nil }
        return AuditGate(
            loop: loop,
            door: Door(mailbox) { worker in
                guard let audit = worker.audit else { preconditionFailure("it was made here") }
                return audit
            },
            log: auditLog, deadlineNanoseconds: audit.deadline.nanoseconds,
            encoder: AuditRecordEncoder(keys: auditKeys, reactor: index), writesHere: writesHere)
    }

    func makeModel(
        _ mailbox: Mailbox<Worker>, countedBy counts: WorkerCounts
    ) -> LocalDeployment {
        let recordsFeatures = configuration.audit?.recordsFeatures ?? false
        let traitsKey = behaviour?.traitsKey
        return LocalDeployment(of: deployed, mailbox: mailbox) { bundle in
            Scorer(
                bundle: bundle, recordsFeatures: recordsFeatures,
                series: counts.modelActivated(bundle), traitsKey: traitsKey)
        }
    }

    /// A worker's way to customers' features; nil where none are looked up.
    func makeFeatures(_ loop: Loop, _ mailbox: Mailbox<Worker>) -> LocalFeatures? {
        guard let features = configuration.features, let featureHealth = state.featureHealth
        else { return nil }
        let nanoseconds = features.deadline.nanoseconds
        return LocalFeatures(
            connection: RedisConnection(
                loop: loop,
                door: Door(mailbox) { worker in
                    guard let features = worker.calls.features else {
                        preconditionFailure("it was made here")
                    }
                    return features.connection
                },
                endpoint: features.endpoint, deadlineNanoseconds: nanoseconds, limits: .standard,
                probe: .ping, health: featureHealth, neighbours: featureNeighbours),
            layout: features.layout,
            ageMillisecondsMax: features.ageMax.map { $0.nanoseconds / 1_000_000 },
            deadlineNanoseconds: nanoseconds)
    }

    func makeNames() -> CallNames {
        var seed: UInt64 = 0
        for byte in RandomBytes.make(8) { seed = seed << 8 | UInt64(byte) }
        return CallNames(
            requestIDs: RequestIDSource(prefix: Array(RandomBytes.hexadecimalText(8).utf8)),
            traces: configuration.tracesRequests ? TraceIDSource(seed: seed) : nil)
    }

    private static func keys(_ keys: TokenKeys) throws(StartError) -> SigningKeys {
        do throws(SigningKeyError) {
            switch keys {
            case .secret(let secret): return try SigningKeys(sharing: secret.shared)
            case .named(let keys): return keys.signingKeys
            case .madeAtStart: preconditionFailure("a development session makes the secret")
            }
        } catch {
            throw .keys(error)
        }
    }
}
