import Redis
import Testing

@Suite struct ReconnectScheduleTests {
    private static let millisecond: Int64 = 1_000_000

    private func milliseconds(_ count: Int64) -> Int64 {
        count * ReconnectScheduleTests.millisecond
    }

    @Test func `the first attempt is due at once`() {
        #expect(ReconnectSchedule(now: 7).nextAttempt(isAwaited: false) == 7)
        #expect(ReconnectSchedule(now: 7).nextAttempt(isAwaited: true) == 7)
    }

    @Test func `failed attempts are 10 ms apart, then twice as far each time, up to 500 ms`() {
        var schedule = ReconnectSchedule(now: 0)
        var now: Int64 = 0
        var pauses: [Int64] = []
        for _ in 0..<8 {
            schedule.attemptStarted(now: now)
            schedule.attemptFailed(now: now)
            let next = schedule.nextAttempt(isAwaited: false)
            pauses.append((next - now) / ReconnectScheduleTests.millisecond)
            now = next
        }
        #expect(pauses == [10, 20, 40, 80, 160, 320, 500, 500])
    }

    @Test func `a command that waits brings an attempt forward, but not within 10 ms of another`() {
        var schedule = ReconnectSchedule(now: 0)
        for now in stride(from: Int64(0), through: milliseconds(5000), by: 500_000_000) {
            schedule.attemptStarted(now: now)
            schedule.attemptFailed(now: now + milliseconds(1))
            #expect(schedule.nextAttempt(isAwaited: true) == now + milliseconds(10))
        }
    }

    @Test func `a proven connection that is lost is opened again at once, and pauses start over`() {
        var schedule = ReconnectSchedule(now: 0)
        for now in [0, 10, 30, 70] {
            schedule.attemptStarted(now: milliseconds(Int64(now)))
            schedule.attemptFailed(now: milliseconds(Int64(now)))
        }
        schedule.attemptStarted(now: milliseconds(150))
        schedule.connectionLost(now: milliseconds(9000))
        #expect(schedule.nextAttempt(isAwaited: false) == milliseconds(9000))
        schedule.attemptStarted(now: milliseconds(9000))
        schedule.attemptFailed(now: milliseconds(9001))
        #expect(schedule.nextAttempt(isAwaited: false) == milliseconds(9011))
    }

    @Test func `a connection lost right after its attempt is not opened again within 10 ms`() {
        var schedule = ReconnectSchedule(now: 0)
        schedule.attemptStarted(now: milliseconds(100))
        schedule.connectionLost(now: milliseconds(103))
        #expect(schedule.nextAttempt(isAwaited: false) == milliseconds(110))
        #expect(schedule.nextAttempt(isAwaited: true) == milliseconds(110))
    }

    @Test func `a neighbour that has reached Redis makes an attempt due at once`() {
        var schedule = ReconnectSchedule(now: 0)
        schedule.attemptStarted(now: 0)
        schedule.attemptFailed(now: 0)
        schedule.neighbourConnected(now: milliseconds(1))
        #expect(schedule.nextAttempt(isAwaited: false) == milliseconds(1))
    }
}
