internal import Synchronization

/// What is known of Redis in the whole process: the latest that each of its connections has met.
package final class RedisHealth: Sendable {
    package enum Status: Equatable, Sendable {
        case pass(ageNanoseconds: Int64)
        /// On one connection at least.
        case fail(RedisFailure, ageNanoseconds: Int64)
        /// There is no result yet, or none within the time that a probe may take.
        case unknown
    }

    private struct Finding {
        let time: Int64
        let failure: RedisFailure?
        /// When the connection last met a Redis that serves.
        let passedAt: Int64?
    }

    /// How often each connection asks Redis whether it serves.
    package static let probeNanoseconds: Int64 = 1_000_000_000

    /// For how long a connection that fails may be without a pass, beyond what one result counts,
    /// before the process is not ready.
    private static let graceNanoseconds: Int64 = 1_000_000_000

    private let ageMax: Int64
    /// By connection.
    private let latest = Mutex<[Finding?]>([])

    /// - Parameter deadlineNanoseconds: how long a probe may take. A result counts for as long as
    ///   the next probe and its deadline take: 1.1 s for 100 ms.
    package init(deadlineNanoseconds: Int64) {
        ageMax = RedisHealth.probeNanoseconds + deadlineNanoseconds
    }

    /// One connection's part in it, for as long as the process lives.
    package func makeSource() -> Source {
        Source(
            health: self,
            index: latest.withLock {
                $0.append(nil)
                return $0.count - 1
            })
    }

    /// Fails while any connection fails, since the requests of its reactor do; a connection without
    /// recent results does not count. Never waits for Redis.
    ///
    /// - Parameter now: nanoseconds of the monotonic clock, as in all of these.
    package func current(now: Int64) -> Status {
        var passed: Int64?
        var failed: (failure: RedisFailure, age: Int64)?
        for case let record? in latest.withLock({ $0 }) {
            let age = max(0, now - record.time)
            guard age <= ageMax else { continue }
            if let failure = record.failure {
                if age <= failed?.age ?? .max { failed = (failure, age) }
            } else {
                passed = min(passed ?? .max, age)
            }
        }
        if let failed { return .fail(failed.failure, ageNanoseconds: failed.age) }
        return passed.map { .pass(ageNanoseconds: $0) } ?? .unknown
    }

    /// Whether requests should be sent here: as `current`, except that a failure which the next
    /// answers show to have passed does not count. Under load a deadline is missed now and then; a
    /// balancer that went by that would move the load to the others, and theirs would pass next.
    package func isReady(now: Int64) -> Bool {
        let oldest = now - ageMax - RedisHealth.graceNanoseconds
        var isReady = false
        for case let record? in latest.withLock({ $0 }) {
            if record.passedAt.map({ $0 >= oldest }) ?? false {
                isReady = true
            } else if record.failure != nil, record.time >= now - ageMax {
                return false
            }
        }
        return isReady
    }

    /// What one connection knows.
    package struct Source: Sendable {
        fileprivate let health: RedisHealth
        fileprivate let index: Int

        /// Redis serves.
        package func recordReply(now: Int64) {
            health.record(nil, of: index, now: now)
        }

        package func recordFailure(_ failure: RedisFailure, now: Int64) {
            health.record(failure, of: index, now: now)
        }
    }

    private func record(_ failure: RedisFailure?, of index: Int, now: Int64) {
        latest.withLock {
            let passedAt = failure == nil ? now : $0[index]?.passedAt
            $0[index] = Finding(time: now, failure: failure, passedAt: passedAt)
        }
    }
}
