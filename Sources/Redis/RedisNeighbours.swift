internal import Reactor
internal import Synchronization

/// The connections of the process to Redis: one that reaches Redis again tells the others.
package final class RedisNeighbours: Sendable {
    private let doors = Mutex<[Door<RedisConnection>]>([])

    package init() {}

    /// Adds a connection and returns its number.
    func add(_ door: Door<RedisConnection>) -> Int {
        doors.withLock { doors in
            doors.append(door)
            return doors.count - 1
        }
    }

    func tellOthers(than own: Int) {
        for (number, door) in doors.withLock({ $0 }).enumerated() where number != own {
            door.post { $0.neighbourConnected() }
        }
    }
}
