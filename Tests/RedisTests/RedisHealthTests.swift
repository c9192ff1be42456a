import Redis
import Testing

@Suite struct RedisHealthTests {
    private static let deadline: Int64 = 100_000_000
    private static let ageMax: Int64 = 1_100_000_000

    @Test func `nothing is known at first`() {
        #expect(
            RedisHealth(deadlineNanoseconds: RedisHealthTests.deadline).current(now: 0) == .unknown)
    }

    @Test func `the latest reply or failure counts`() {
        let health = RedisHealth(deadlineNanoseconds: RedisHealthTests.deadline)
        let source = health.makeSource()
        source.recordReply(now: 10)
        #expect(health.current(now: 15) == .pass(ageNanoseconds: 5))
        source.recordFailure(.deadlinePassed, now: 20)
        #expect(health.current(now: 21) == .fail(.deadlinePassed, ageNanoseconds: 1))
        source.recordReply(now: 30)
        #expect(health.current(now: 30) == .pass(ageNanoseconds: 0))
    }

    @Test(arguments: [(ageMax - 1, true), (ageMax, true), (ageMax + 1, false)])
    func `what was heard counts for 1.1 s when the deadline is 100 ms`(_ age: Int64, _ counts: Bool)
    {
        let health = RedisHealth(deadlineNanoseconds: RedisHealthTests.deadline)
        health.makeSource().recordReply(now: 50)
        let expected = counts ? RedisHealth.Status.pass(ageNanoseconds: age) : .unknown
        #expect(health.current(now: 50 + age) == expected)
    }

    @Test func `readiness outlasts a failure that passes, and not one that stays`() {
        let health = RedisHealth(deadlineNanoseconds: RedisHealthTests.deadline)
        #expect(!health.isReady(now: 0))
        let (first, second) = (health.makeSource(), health.makeSource())
        first.recordFailure(.deadlinePassed, now: 5)
        #expect(!health.isReady(now: 10), "it has never passed")
        // A deadline is missed on one of two connections, again and again.
        for turn in 1...20 as ClosedRange<Int64> {
            let now = turn * 500_000_000
            first.recordReply(now: now)
            second.recordReply(now: now)
            second.recordFailure(.deadlinePassed, now: now + 1)
            #expect(health.isReady(now: now + 2))
            #expect(health.current(now: now + 2) == .fail(.deadlinePassed, ageNanoseconds: 1))
        }
        let end: Int64 = 10_000_000_000 + 2_100_000_000
        for now in [end - 1_000_000_000, end - 1, end, end + 1] {
            first.recordReply(now: now)
            second.recordFailure(.deadlinePassed, now: now)
            #expect(health.isReady(now: now) == (now <= end))
        }
        // A connection of which nothing is heard does not count; one must be heard of.
        #expect(health.isReady(now: end + 1_200_000_000))
        #expect(!health.isReady(now: end + 2_200_000_000))
    }

    @Test func `a reply that another reactor recorded with a later clock has age 0`() {
        let health = RedisHealth(deadlineNanoseconds: RedisHealthTests.deadline)
        health.makeSource().recordReply(now: 100)
        #expect(health.current(now: 90) == .pass(ageNanoseconds: 0))
    }
}
