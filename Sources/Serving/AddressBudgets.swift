package import POSIX

/// How many of its requests each address has lately had refused for what was wrong with them, on
/// one event loop. An address that has used up its budget is refused without further work until
/// time has paid back some of it.
///
/// The table has a fixed size. An address over its budget keeps its place until it has paid, so no
/// number of other addresses frees it. In a full part of the table a new address takes the place of
/// the one that owes least, and owes what that did, so taking turns frees nobody either. Where all
/// are over their budgets, further addresses are not followed: to refuse them would let anyone who
/// fills the table lock out everyone.
package struct AddressBudgets {
    package struct Rules: Sendable {
        let perMinute: Int
        let burst: Int

        /// - Parameters:
        ///   - perMinute: failures that a minute pays back, at least 1.
        ///   - burst: failures that an address may have in a moment, at least 1.
        package init(perMinute: Int, burst: Int) {
            self.perMinute = perMinute
            self.burst = burst
        }
    }

    /// The answer to an address over its budget.
    package struct Refusal: Equatable, Sendable {
        package let retrySeconds: Int
        /// It is the address's first refusal in a minute.
        package let isFirst: Bool
    }

    private struct Entry {
        var network = PeerAddress.Subscriber.ipv4(0)
        /// When all is paid back. Times are nanoseconds of the monotonic clock.
        var paidAt: Int64 = 0
        /// Until then its refusals have been reported.
        var reportedUntil: Int64 = 0
    }

    /// Addresses that are followed: 256 KiB.
    package static let countMax = setCount * setSize
    /// A power of two. The sets are chosen by a hash whose seed is the process' own.
    private static let setCount = 1024
    private static let setSize = 8
    private static let minute: Int64 = 60_000_000_000

    /// The time that pays for a failure.
    private let cost: Int64
    /// From this debt on an address is over its budget.
    private let limit: Int64
    private var entries: [Entry]

    /// - Parameter shareOf: the event loops that the budget is divided among.
    package init(_ rules: Rules, shareOf loops: Int = 1) {
        cost = AddressBudgets.minute * Int64(loops) / Int64(rules.perMinute)
        limit = cost * Int64(max(1, rules.burst / loops) - 1)
        entries = [Entry](repeating: Entry(), count: AddressBudgets.countMax)
    }

    /// Nil for an address within its budget.
    package mutating func refusal(of network: PeerAddress.Subscriber, now: Int64) -> Refusal? {
        for place in places(of: network)
        where entries[place].network == network {
            let excess = entries[place].paidAt - now - limit
            guard excess > 0 else { return nil }
            let isFirst = now >= entries[place].reportedUntil
            if isFirst { entries[place].reportedUntil = now + AddressBudgets.minute }
            return Refusal(
                retrySeconds: Int((excess + 999_999_999) / 1_000_000_000), isFirst: isFirst)
        }
        return nil
    }

    /// Takes a failure from the address's budget; false where the address cannot be followed.
    package mutating func fail(_ network: PeerAddress.Subscriber, now: Int64) -> Bool {
        let places = places(of: network)
        var chosen = places.lowerBound
        for place in places {
            if entries[place].network == network {
                chosen = place
                break
            }
            if entries[place].paidAt < entries[chosen].paidAt { chosen = place }
        }
        if entries[chosen].network != network {
            guard entries[chosen].paidAt - now <= limit else { return false }
            entries[chosen].network = network
            entries[chosen].reportedUntil = 0
        }
        // What was under way when the budget ended does not make the wait longer.
        entries[chosen].paidAt = min(max(entries[chosen].paidAt, now) + cost, now + limit + cost)
        return true
    }

    private func places(of network: PeerAddress.Subscriber) -> Range<Int> {
        var hasher = Hasher()
        hasher.combine(network)
        let set = hasher.finalize() & (AddressBudgets.setCount - 1)
        return set * AddressBudgets.setSize..<(set + 1) * AddressBudgets.setSize
    }
}
