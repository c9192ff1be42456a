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

    @Test func `a reply that another reactor recorded with a later clock has age 0`() {
        let health = RedisHealth(deadlineNanoseconds: RedisHealthTests.deadline)
        health.makeSource().recordReply(now: 100)
        #expect(health.current(now: 90) == .pass(ageNanoseconds: 0))
    }
}
