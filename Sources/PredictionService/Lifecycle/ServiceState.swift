package import Redis
internal import Synchronization

/// What all reactors of the process know in common.
package final class ServiceState: Sendable {
    private let draining = Atomic<Bool>(false)
    /// Nil with the store in memory.
    private let redis: RedisHealth?

    package init(redis: RedisHealth?) { self.redis = redis }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// False when draining has begun before.
    func beginDraining() -> Bool { !draining.exchange(true, ordering: .relaxed) }

    /// What was last heard of the store; never asks it.
    func store(now: Int64) -> HealthReport.Store {
        guard let redis else { return .memory }
        return switch redis.current(now: now) {
        case .pass: .redisAnswers
        case .fail, .unknown: .redisFails
        }
    }

    /// What last went wrong with the store, in words; nil when it answers.
    func storeFailure(now: Int64) -> String? {
        guard case .fail(let failure, _) = redis?.current(now: now) else { return nil }
        return "\(failure)"
    }
}
