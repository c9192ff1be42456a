package import AuditLog
package import Redis
internal import Synchronization
package import Telemetry

/// What all reactors of the process know in common.
package final class ServiceState: Sendable {
    private let draining = Atomic<Bool>(false)
    /// Nil with the store in memory.
    private let redis: RedisHealth?
    /// Nil without an audit log.
    private let auditLog: AuditLog?
    /// Nil where no keys are fetched.
    package let issuerKeys: IssuerKeys?
    /// Of the Redis that customers are looked up in; nil where none are.
    package let featureHealth: RedisHealth?

    package init(
        redis: RedisHealth?, auditLog: AuditLog? = nil, issuerKeys: IssuerKeys? = nil,
        featureHealth: RedisHealth? = nil
    ) {
        self.featureHealth = featureHealth
        self.redis = redis
        self.auditLog = auditLog
        self.issuerKeys = issuerKeys
    }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    package func beginDraining() { draining.store(true, ordering: .relaxed) }

    /// What was last heard of the store; never asks it.
    package func store(now: Int64) -> HealthReport.Store {
        guard let redis else { return .memory }
        return switch redis.current(now: now) {
        case .pass: .redisAnswers
        case .fail, .unknown: .redisFails
        }
    }

    /// The same for readiness, which a short failure does not end.
    func readyStore(now: Int64) -> HealthReport.Store {
        guard let redis else { return .memory }
        return redis.isReady(now: now) ? .redisAnswers : .redisFails
    }

    /// Whether the audit log takes records.
    package func audit(now: Int64) -> HealthReport.Audit {
        guard let auditLog else { return .off }
        return auditLog.state(nowNanoseconds: now) == .passing ? .writes : .fails
    }

    /// Whether the keys that are fetched from an issuer are known.
    var keys: HealthReport.Keys {
        guard let issuerKeys else { return .here }
        return issuerKeys.areKnown ? .fetched : .missing
    }

    /// What was last heard of the Redis that customers are looked up in.
    func features(now: Int64) -> HealthReport.Features {
        guard let featureHealth else { return .off }
        return switch featureHealth.current(now: now) {
        case .pass: .answers
        case .fail, .unknown: .fails
        }
    }

    /// What last went wrong with the store, in words; nil when it answers.
    package func storeFailure(now: Int64) -> String? {
        guard case .fail(let failure, _) = redis?.current(now: now) else { return nil }
        return "\(failure)"
    }
}
