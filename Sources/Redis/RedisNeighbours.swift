internal import Reactor
internal import Synchronization

/// The connections of the process to Redis: what one of them learns concerns the others.
package final class RedisNeighbours: Sendable {
    private let doors = Mutex<[Door<RedisConnection>]>([])
    /// The Sentinel to ask first, by its place in the endpoint.
    private let sentinel = Atomic(0)
    /// The latest failover that any of the connections has heard of from a Sentinel.
    private let epoch = Atomic(0)

    /// Sentinels that the latest Sentinel has named and that are not configured.
    private let learned = Mutex<[RedisPlace]>([])

    package init() {}

    /// Adds a connection and returns its number.
    func add(_ door: Door<RedisConnection>) -> Int {
        doors.withLock { doors in
            doors.append(door)
            return doors.count - 1
        }
    }

    /// One that reaches Redis again tells the others.
    func tellOthers(than own: Int) {
        for (number, door) in doors.withLock({ $0 }).enumerated() where number != own {
            door.post { $0.neighbourConnected() }
        }
    }

    var firstSentinel: Int { sentinel.load(ordering: .relaxed) }

    /// At most so many that there are `sentinelsMax` with those that are configured.
    var learnedSentinels: [RedisPlace] { learned.withLock { $0 } }

    /// A Sentinel has named the others. They are asked when none of those that are configured
    /// answers: all of these may have been replaced while churnd runs.
    func learn(_ sentinels: [RedisPlace], beside configured: [RedisPlace]) {
        let new = sentinels.filter { !configured.contains($0) }
        let count = max(0, RedisEndpoint.sentinelsMax - configured.count)
        learned.withLock { $0 = Array(new.prefix(count)) }
    }

    /// A Sentinel could not be asked, or has named what does not serve as primary: the next one is
    /// asked first from now on.
    func passSentinel(_ index: Int, of count: Int) {
        _ = sentinel.compareExchange(
            expected: index, desired: (index + 1) % count, ordering: .relaxed)
    }

    /// Whether a failover is not older than what is known; then it is known.
    func isCurrent(_ epoch: Int) -> Bool {
        self.epoch.max(epoch, ordering: .relaxed).oldValue <= epoch
    }

    /// A Sentinel has said that there is another primary.
    func tell(ofPrimary primary: RedisPlace, sentinel index: Int) {
        sentinel.store(index, ordering: .relaxed)
        for door in doors.withLock({ $0 }) { door.post { $0.primaryMoved(to: primary) } }
    }
}
