import POSIX
import Serving
import Testing

private func address(_ text: String) -> IPAddress? { IPAddress(parsing: Array(text.utf8).span) }

@Suite struct AddressBudgetsTests {
    private static let second: Int64 = 1_000_000_000
    private let someone = PeerAddress.Subscriber.ipv4(1)
    private let start = 7 * AddressBudgetsTests.second

    /// A failure is paid back in a second.
    private func budgets(burst: Int, shareOf loops: Int = 1) -> Budgets {
        Budgets(AddressBudgets(AddressBudgets.Rules(perMinute: 60, burst: burst), shareOf: loops))
    }

    /// Budgets that an expectation may change.
    private final class Budgets {
        private var budgets: AddressBudgets

        init(_ budgets: AddressBudgets) { self.budgets = budgets }

        func fail(_ network: PeerAddress.Subscriber, now: Int64) -> Bool {
            budgets.fail(network, now: now)
        }

        func refusal(of network: PeerAddress.Subscriber, now: Int64) -> AddressBudgets.Refusal? {
            budgets.refusal(of: network, now: now)
        }
    }

    @Test(arguments: [1, 2, 5])
    func `an address is refused after as many failures as it may have, until one is paid back`(
        burst: Int
    ) {
        let budgets = budgets(burst: burst)
        for _ in 0..<burst {
            #expect(budgets.refusal(of: someone, now: start) == nil)
            #expect(budgets.fail(someone, now: start))
        }
        let refusal = budgets.refusal(of: someone, now: start)
        #expect(refusal?.retrySeconds == 1 && refusal?.isFirst == true)
        #expect(budgets.refusal(of: .ipv4(2), now: start) == nil)
        let end = start + AddressBudgetsTests.second
        #expect(budgets.refusal(of: someone, now: end - 1)?.retrySeconds == 1)
        #expect(budgets.refusal(of: someone, now: end) == nil)
        // One was paid back, and no more.
        #expect(budgets.fail(someone, now: end))
        #expect(budgets.refusal(of: someone, now: end) != nil)
        // All is, in time.
        let later = end + Int64(burst) * AddressBudgetsTests.second
        for _ in 0..<burst {
            #expect(budgets.refusal(of: someone, now: later) == nil)
            #expect(budgets.fail(someone, now: later))
        }
        #expect(budgets.refusal(of: someone, now: later) != nil)
    }

    @Test func `failures that were under way when the budget ended make the wait no longer`() {
        let budgets = budgets(burst: 3)
        for _ in 0..<100 { #expect(budgets.fail(someone, now: start)) }
        #expect(budgets.refusal(of: someone, now: start)?.retrySeconds == 1)
    }

    @Test func `the first refusal of a minute is known`() {
        let budgets = budgets(burst: 1)
        func isFirst(_ seconds: Int64) -> Bool? {
            let now = start + seconds * AddressBudgetsTests.second
            _ = budgets.fail(someone, now: now)
            return budgets.refusal(of: someone, now: now)?.isFirst
        }
        #expect(
            [0, 1, 59, 60, 61, 119, 120].map(isFirst) == [
                true, false, false, true, false, false, true,
            ])
    }

    @Test func `a loop has its share`() {
        for (loops, failures, seconds) in [(2, 5, 2), (3, 3, 3), (20, 1, 20)] as [(Int, Int, Int)] {
            let budgets = budgets(burst: 10, shareOf: loops)
            for _ in 0..<failures {
                #expect(budgets.refusal(of: someone, now: start) == nil)
                #expect(budgets.fail(someone, now: start))
            }
            #expect(budgets.refusal(of: someone, now: start)?.retrySeconds == seconds)
        }
    }

    @Test func `an address over its budget is not freed by any number of others`() {
        let budgets = budgets(burst: 2)
        for _ in 0..<2 { #expect(budgets.fail(someone, now: start)) }
        for number in 2..<UInt32(20 * AddressBudgets.countMax) {
            _ = budgets.fail(.ipv4(number), now: start)
        }
        #expect(budgets.refusal(of: someone, now: start) != nil)
    }

    @Test func `addresses that take turns have no more failures than there is room for`() {
        let burst = 4
        let budgets = budgets(burst: burst)
        var followed = 0
        // None of them comes near its own budget.
        for number in 0..<UInt32(2 * burst * AddressBudgets.countMax)
        where budgets.fail(.ipv4(number), now: start) { followed += 1 }
        #expect(followed == burst * AddressBudgets.countMax)
        // An address that is not followed is not refused: others must not be locked out.
        let next = PeerAddress.Subscriber.ipv4(.max)
        #expect(!budgets.fail(next, now: start))
        #expect(budgets.refusal(of: next, now: start) == nil)
        // Time makes room.
        let later = start + AddressBudgetsTests.second
        #expect(budgets.fail(next, now: later))
    }

    @Test func `all of a subscriber's IPv6 addresses count as one, and a mapped one as IPv4`()
        throws
    {
        func network(_ text: String) throws -> PeerAddress.Subscriber {
            let found = try #require(address(text))
            return try #require(PeerAddress(found).network)
        }
        let budgets = budgets(burst: 2)
        #expect(try budgets.fail(network("2001:db8::1"), now: start))
        #expect(try budgets.fail(network("2001:db8::ffff:2"), now: start))
        #expect(try budgets.refusal(of: network("2001:db8::3"), now: start) != nil)
        #expect(try budgets.refusal(of: network("2001:db8:0:1::1"), now: start) == nil)
        #expect(try budgets.fail(network("::ffff:192.0.2.1"), now: start))
        #expect(try budgets.fail(network("192.0.2.1"), now: start))
        #expect(try budgets.refusal(of: network("192.0.2.1"), now: start) != nil)
        #expect(try budgets.refusal(of: network("192.0.2.2"), now: start) == nil)
    }
}
