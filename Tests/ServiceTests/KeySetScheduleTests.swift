import Service
import Testing

/// When an issuer's keys are fetched: times are seconds here.
@Suite struct KeySetScheduleTests {
    private static let limits = KeySetSchedule.Limits(
        ageSeconds: 300...86_400, staleSeconds: 1000, cooldownSeconds: 60)

    /// A schedule, and what it is asked at a time.
    private final class Trial {
        var schedule = KeySetSchedule(limits, now: 0)

        func begins(at time: Double, isWanted: Bool = false) -> Bool {
            schedule.begins(now: nanoseconds(time), isWanted: isWanted)
        }

        func succeeds(at time: Double, maxAge: Int64? = nil, draw: Double = 0) {
            schedule.succeeded(now: nanoseconds(time), maxAgeSeconds: maxAge, draw: draw)
        }

        func fails(at time: Double, retryAfter: Int64? = nil, draw: Double = 1) {
            schedule.failed(now: nanoseconds(time), retryAfterSeconds: retryAfter, draw: draw)
        }

        func isUsable(at time: Double) -> Bool { schedule.isUsable(now: nanoseconds(time)) }

        /// The first time from `start` on, in steps of a tenth, at which a fetch is due.
        func due(from start: Double) -> Double {
            var time = start
            while true {
                var copy = schedule
                if copy.begins(now: nanoseconds(time), isWanted: false) { return time }
                time += 0.125
            }
        }

        private func nanoseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }
    }

    @Test func `the first fetch is due immediately, and only one runs`() {
        let trial = Trial()
        #expect(trial.begins(at: 0))
        #expect(!trial.begins(at: 100, isWanted: true))
        trial.succeeds(at: 100)
        #expect(!trial.begins(at: 101))
    }

    @Test(
        arguments: [
            (nil, 300), (0, 300), (299, 300), (300, 300), (301, 301), (86_400, 86_400),
            (86_401, 86_400), (Int64.max, 86_400),
        ] as [(Int64?, Int64)])
    func `a set is used for what the issuer states, within bounds`(stated: Int64?, age: Int64) {
        let trial = Trial()
        _ = trial.begins(at: 0)
        trial.succeeds(at: 0, maxAge: stated)
        #expect(trial.schedule.ageSecondsMax == age)
    }

    @Test func `it is fetched again ahead of its time, and replicas not at the same`() {
        for (draw, due) in [(0.0, 750.0), (1, 900)] {
            let trial = Trial()
            _ = trial.begins(at: 0)
            trial.succeeds(at: 0, maxAge: 1000, draw: draw)
            #expect(trial.due(from: 700) == due)
        }
    }

    @Test func `failures are tried again, more and more rarely up to a minute`() {
        let trial = Trial()
        var time = 0.0
        for wait in [1.0, 2, 4, 8, 16, 32, 60, 60] {
            #expect(trial.begins(at: time))
            trial.fails(at: time)
            #expect(trial.due(from: time) == time + wait)
            time += wait
        }
        #expect(trial.begins(at: time))
        trial.succeeds(at: time)
        _ = trial.begins(at: time + 300)
        trial.fails(at: time + 300, draw: 0)
        #expect(trial.due(from: time + 300) == time + 300.5)
    }

    @Test(
        arguments: [(nil, 1), (0, 1), (30, 30), (600, 600), (601, 600), (-5, 1)]
            as [(Int64?, Double)])
    func `an issuer that asks for patience gets it, within ten minutes`(
        retryAfter: Int64?, wait: Double
    ) {
        let trial = Trial()
        _ = trial.begins(at: 0)
        trial.fails(at: 0, retryAfter: retryAfter)
        #expect(trial.due(from: 0) == wait)
    }

    @Test func `unknown keys have it fetched once in a cooldown`() {
        let trial = Trial()
        _ = trial.begins(at: 0)
        trial.succeeds(at: 0, maxAge: 1000)
        var fetches = 0
        // Wanted all the time.
        for time in 1...240 where trial.begins(at: Double(time), isWanted: true) {
            fetches += 1
            trial.succeeds(at: Double(time), maxAge: 1000)
        }
        #expect(fetches == 4)
        #expect(!trial.begins(at: 299.9, isWanted: true))
        #expect(trial.begins(at: 300, isWanted: true))
    }

    @Test func `a signal has it fetched at any time, after the one that runs`() {
        let trial = Trial()
        #expect(trial.begins(at: 0))
        trial.schedule.force()
        #expect(!trial.begins(at: 1))
        trial.succeeds(at: 2)
        #expect(trial.begins(at: 2))
        trial.succeeds(at: 3)
        #expect(!trial.begins(at: 3))
    }

    @Test func `a set that cannot be fetched again is used for a bounded time`() {
        let trial = Trial()
        #expect(!trial.isUsable(at: 0))
        _ = trial.begins(at: 0)
        trial.succeeds(at: 10, maxAge: 400)
        #expect(trial.isUsable(at: 10 + 1399.9))
        #expect(!trial.isUsable(at: 10 + 1400))
        _ = trial.begins(at: 2000)
        trial.fails(at: 2000)
        #expect(!trial.isUsable(at: 2000))
        _ = trial.begins(at: 3000)
        trial.succeeds(at: 3000)
        #expect(trial.isUsable(at: 3000))
    }
}
