internal import Synchronization

/// What is known of Redis in the whole process: the latest reply or failure on any reactor.
package final class RedisHealth: Sendable {
    package enum Status: Equatable, Sendable {
        case pass(ageNanoseconds: Int64)
        case fail(RedisFailure, ageNanoseconds: Int64)
        /// Nothing was heard yet, or not for longer than a PING may take to tell.
        case unknown
    }

    private struct Record {
        let time: Int64
        let failure: RedisFailure?
    }

    /// How often each connection sends a PING.
    package static let pingNanoseconds: Int64 = 1_000_000_000

    private let ageMax: Int64
    private let latest = Mutex<Record?>(nil)

    /// - Parameter deadlineNanoseconds: how long a PING may take. What was heard counts for as long
    ///   as the next PING and its deadline take: 1.1 s for 100 ms.
    package init(deadlineNanoseconds: Int64) {
        ageMax = RedisHealth.pingNanoseconds + deadlineNanoseconds
    }

    /// - Parameter now: nanoseconds of the monotonic clock, as in all of these.
    package func recordReply(now: Int64) { record(Record(time: now, failure: nil)) }

    package func recordFailure(_ failure: RedisFailure, now: Int64) {
        record(Record(time: now, failure: failure))
    }

    /// Never waits for Redis.
    package func current(now: Int64) -> Status {
        guard let record = latest.withLock({ $0 }) else { return .unknown }
        let age = max(0, now - record.time)
        guard age <= ageMax else { return .unknown }
        return record.failure.map { .fail($0, ageNanoseconds: age) } ?? .pass(ageNanoseconds: age)
    }

    private func record(_ record: Record) { latest.withLock { $0 = record } }
}
