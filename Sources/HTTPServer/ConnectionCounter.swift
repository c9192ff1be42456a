internal import POSIX
internal import Reactor
internal import Synchronization

/// The connections of all servers together, and how many each address has of them.
package final class ConnectionCounter: Sendable {
    private let count = Atomic<Int>(0)
    /// The servers that have such connections.
    private let members = Mutex<[Door<HTTPServer>]>([])
    /// 0: an address may have any number.
    private let perAddressMax: Int
    /// Of each address that has a connection, so never more entries than connections. Locked at an
    /// accept and a close only, and not at all where addresses have no share.
    private let shares = Mutex<[PeerAddress.Subscriber: Int]>([:])

    package init(perAddressMax: Int = 0) { self.perAddressMax = perAddressMax }

    /// The connections open now.
    package var value: Int { count.load(ordering: .relaxed) }

    /// The addresses that are being counted.
    package var addressCount: Int { shares.withLock { $0.count } }

    /// Counts one more unless `limit` is reached.
    func take(limit: Int) -> Bool {
        let previous = count.wrappingAdd(1, ordering: .relaxed).oldValue
        if previous < limit { return true }
        count.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    func giveBack() { count.wrappingSubtract(1, ordering: .relaxed) }

    /// Counts one more of an address unless it has its share; what has no address always passes.
    func takeShare(of network: PeerAddress.Subscriber?) -> Bool {
        guard perAddressMax > 0, let network else { return true }
        return shares.withLock { shares in
            let held = shares[network] ?? 0
            guard held < perAddressMax else { return false }
            shares[network] = held + 1
            return true
        }
    }

    func giveBackShare(of network: PeerAddress.Subscriber?) {
        guard perAddressMax > 0, let network else { return }
        shares.withLock { shares in
            let held = shares[network] ?? 0
            shares[network] = held > 1 ? held - 1 : nil
        }
    }

    /// Adds a server and returns its number.
    func join(_ door: Door<HTTPServer>) -> Int {
        members.withLock { members in
            members.append(door)
            return members.count - 1
        }
    }

    /// The other servers, beginning with the one that joined after this one.
    func members(after own: Int) -> ArraySlice<Door<HTTPServer>> {
        let all = members.withLock { $0 }
        return (all[(own + 1)...] + all[..<own])[...]
    }
}
