import Reactor
import TestSupport
import Testing

struct DeadlineQueueTests {
    /// The same, so simple that it is right.
    private struct Naive {
        let timeout: Int64
        /// In the order of setting.
        var entries: [(member: Int, deadline: Int64)] = []

        var nextDeadline: Int64? { entries.first?.deadline }

        mutating func set(_ member: Int, now: Int64) {
            clear(member)
            entries.append((member, now + timeout))
        }

        mutating func clear(_ member: Int) { entries.removeAll { $0.member == member } }

        mutating func popPassed(now: Int64) -> Int? {
            guard let first = entries.first, first.deadline <= now else { return nil }
            entries.removeFirst()
            return first.member
        }
    }

    @Test(arguments: [UInt64](1...20))
    func `the queue does what a sorted list does`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let timeout = Int64.random(in: 0...50, using: &random)
        let members = Int.random(in: 1...40, using: &random)
        var queue = DeadlineQueue(timeout: timeout)
        var naive = Naive(timeout: timeout)
        var now: Int64 = -100
        for step in 0..<5000 {
            now += Int64.random(in: 0...3, using: &random)
            let member = Int.random(in: 0..<members, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                queue.set(member, now: now)
                naive.set(member, now: now)
            case 2:
                queue.clear(member)
                naive.clear(member)
            default:
                let passed = queue.popPassed(now: now)
                #expect(passed == naive.popPassed(now: now), "step \(step)")
            }
            guard queue.nextDeadline == naive.nextDeadline else {
                Issue.record("step \(step): the earliest deadlines differ")
                return
            }
        }
        while let expected = naive.popPassed(now: .max) {
            #expect(queue.popPassed(now: .max) == expected)
        }
        #expect(queue.popPassed(now: .max) == nil)
        #expect(queue.nextDeadline == nil)
    }

    @Test func `a deadline passes when its time has come and not before`() {
        var queue = DeadlineQueue(timeout: 10)
        queue.set(3, now: 5)
        #expect(queue.nextDeadline == 15)
        #expect(queue.popPassed(now: 14) == nil)
        #expect(queue.popPassed(now: 15) == 3)
        #expect(queue.popPassed(now: 15) == nil)
    }

    @Test func `a deadline beyond all time is the end of time`() {
        var queue = DeadlineQueue(timeout: .max)
        queue.set(0, now: 1)
        #expect(queue.nextDeadline == .max)
        #expect(queue.popPassed(now: .max - 1) == nil)
    }

    @Test func `clearing a member that was never set does nothing`() {
        var queue = DeadlineQueue(timeout: 1)
        queue.clear(7)
        queue.set(2, now: 0)
        queue.clear(1)
        #expect(queue.popPassed(now: 1) == 2)
    }

    @Test func `the members are walked in the order of their deadlines`() {
        var queue = DeadlineQueue(timeout: 10)
        #expect(queue.first == nil)
        for member in [3, 1, 2] { queue.set(member, now: 0) }
        queue.set(3, now: 1)
        var members: [Int] = []
        var next = queue.first
        while let member = next {
            members.append(member)
            next = queue.member(after: member)
        }
        #expect(members == [1, 2, 3])
        #expect([1, 2, 3].map { queue.setAt($0) } == [0, 0, 1])
        queue.clear(1)
        #expect(queue.first == 2)
    }
}
