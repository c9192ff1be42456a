import Access
import POSIX
import Redis
import TestSupport
import Testing

/// The script under a clock of the test's.
@Suite struct AdmissionScriptTests {
    @Test(arguments: [(999_999, false), (1_000_000, true), (1_000_001, true)] as [(Int64, Bool)])
    func `an admission leaves at the window's end to the millisecond`(
        _ later: Int64, _ isAdmitted: Bool
    ) throws {
        let script = try ClockedScript()
        let begin: Int64 = 1_700_000_000_123
        let first = try script.decide("ann", limit: 1, milliseconds: 1_000_000, now: begin)
        #expect(first == [.integer(0), .integer(0), .integer(1_000_000)])
        let second = try script.decide("ann", limit: 1, milliseconds: 1_000_000, now: begin + later)
        let expected: [RedisClient.Reply] =
            isAdmitted
            ? [.integer(0), .integer(0), .integer(1_000_000)]
            : [.integer(3), .integer(0), .integer(1)]
        #expect(second == expected)
    }

    @Test(arguments: [1, 2, 4, 30])
    func `random requests are decided as in memory`(limit: Int) throws {
        let script = try ClockedScript()
        let window: Int64 = 10_000
        let memory = MemoryHarness(
            quota: QuotaRules(limit: limit, windowMilliseconds: window), subjectsMax: 100)
        var random = SplitMix64(seed: 0x5EED)
        var now: Int64 = 1_700_000_000_000
        for _ in 0..<2000 {
            let steps: [Int64] = [0, 1, 400, 2000, 5000, 10_000]
            // Of long lists only a part is to leave.
            let step =
                random.next() % UInt64(limit) < 4 ? steps.randomElement(using: &random) ?? 0 : 3
            now += step
            memory.advance(milliseconds: step)
            let subject = ["a", "b", "c"].randomElement(using: &random) ?? "a"
            let answer = try script.decide(
                subject, limit: limit, milliseconds: window, now: now, trusted: window / 8)
            #expect(try script.decision(of: answer) == memory.decide(.by(subject)))
        }
    }

    @Test func `random requests with limits of their own are decided as in memory`() throws {
        let script = try ClockedScript()
        let window: Int64 = 10_000
        let memory = MemoryHarness(
            quota: QuotaRules(limit: 7, windowMilliseconds: window), subjectsMax: 100)
        var random = SplitMix64(seed: 0x11417)
        var now: Int64 = 1_700_000_000_000
        for _ in 0..<4000 {
            let limit = [1, 2, 4, 30].randomElement(using: &random) ?? 1
            let steps: [Int64] = [0, 1, 200, 400, 2000, 10_000]
            let step = steps.randomElement(using: &random) ?? 0
            now += step
            memory.advance(milliseconds: step)
            let subject = ["a", "b"].randomElement(using: &random) ?? "a"
            let answer = try script.decide(
                subject, limit: limit, milliseconds: window, now: now, trusted: window / 8,
                terms: limit)
            #expect(try script.decision(of: answer) == memory.decide(.by(subject, limit: limit)))
        }
    }

    @Test(arguments: [1, 3, 25])
    func `a churnd of 0.2.0 beside it decides alike on the same lists`(limit: Int) throws {
        let script = try ClockedScript()
        let window: Int64 = 10_000
        let memory = MemoryHarness(
            quota: QuotaRules(limit: limit, windowMilliseconds: window), subjectsMax: 100)
        var random = SplitMix64(seed: 0x020)
        var now: Int64 = 1_700_000_000_000
        for _ in 0..<1500 {
            let step = Int64(random.next() % UInt64(30_000 / limit))
            now += step
            memory.advance(milliseconds: step)
            let isOld = random.next() % 2 == 0
            let answer = try script.decide(
                "a", limit: limit, milliseconds: window, now: now, isOld: isOld)
            #expect(
                try script.decision(of: answer) == memory.decide(.by("a")), "by 0.2.0: \(isOld)")
        }
    }

    @Test(arguments: [1, 3, 30])
    func `a key outlives the window of every admission, though its end is read rarely`(
        limit: Int
    ) throws {
        let script = try ClockedScript()
        let window: Int64 = 1_000_000
        let memory = MemoryHarness(
            quota: QuotaRules(limit: limit, windowMilliseconds: window), subjectsMax: 100)
        var random = SplitMix64(seed: 0xE2D)
        let begin: Int64 = 1_700_000_000_000
        // Time passes for the test alone, so that the key's end moves towards now by hand.
        var now = begin
        var end = now
        for _ in 0..<400 {
            let steps = [1, window / 64, window / 8, window / 8 + 1, window / 2, window * 9 / 8]
            let step = steps.randomElement(using: &random) ?? 0
            now += step
            memory.advance(milliseconds: step)
            try script.client.command(
                end > now
                    ? ["PEXPIRE", "quota:a", "\(end - now)"] : ["DEL", "quota:a"])
            let answer = try script.decide(
                "a", limit: limit, milliseconds: window, now: now,
                trusted: min(window / 8, now - begin))
            let decision = try script.decision(of: answer)
            #expect(try decision == memory.decide(.by("a")))
            guard case .integer(let left) = try script.client.command("PTTL", "quota:a") else {
                Issue.record("no end")
                return
            }
            if case .admitted = decision { #expect(left > window, "\(now - begin)") }
            // A second for what passes between two commands.
            if now + Int64(left) > end + 1000 { end = now + Int64(left) }
        }
    }
}

extension AdmissionScriptTests {
    /// How many admissions a list holds, and how many of them have left the window.
    static let ages: [(count: Int, past: Int)] = [
        (1, 1), (2, 1), (99, 99), (99, 60), (5000, 1), (5000, 4999), (5000, 5000), (99_999, 99_999),
        (99_999, 70_000), (100_000, 100_000), (100_000, 3),
    ]

    @Test(arguments: ages)
    func `what a request costs does not depend on how many admissions have left the window`(
        age: (count: Int, past: Int)
    ) throws {
        let server = try RedisServer()
        let client = try server.client()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 100_000, windowMilliseconds: 3_600_000),
            probe: .ping)
        _ = try harness.decide(.by("loads the script"))
        let now = Clock.unixMilliseconds()
        let past = Array(repeating: "\(now - 4_000_000)", count: age.past)
        let recent = Array(repeating: "\(now - 1000)", count: age.count - age.past)
        for start in stride(from: 0, to: age.count, by: 10_000) {
            let part = (past + recent)[start..<min(start + 10_000, age.count)]
            try client.command((["LPUSH", "quota:ann"] + part).map { Array($0.utf8) })
        }
        try client.command("CONFIG", "RESETSTAT")
        let left = 100_000 - recent.count - 1
        #expect(try harness.decideUntimed(.by("ann")) == .admitted(left: left, resetSeconds: 0))
        #expect(try client.command("LLEN", "quota:ann") == .integer(recent.count + 1))
        // The logarithm of 100,000, and what each request does.
        #expect(try callCount(client) <= 17 + 10)
    }

    /// Calls of commands on keys since CONFIG RESETSTAT.
    private func callCount(_ client: RedisClient) throws -> Int {
        let statistics = try client.command("INFO", "commandstats").text ?? ""
        return statistics.split(separator: "\r\n").reduce(0) { sum, line in
            let isOfKeys = ["l", "r", "p", "exists"].contains { line.hasPrefix("cmdstat_\($0)") }
            let calls = line.split(separator: "calls=").dropFirst().first?.prefix { $0.isNumber }
            return sum + (isOfKeys && !line.contains("ping") ? calls.flatMap { Int($0) } ?? 0 : 0)
        }
    }

    /// What of the window's 100 s a key has left, and whether an admission gives it more.
    @Test(arguments: [(100_900, true), (50_000, true), (1, true), (-1, true), (101_600, false)])
    func `a key outlives the window of its newest admission, whatever wrote it`(
        _ left: Int, _ isExtended: Bool
    ) throws {
        let server = try RedisServer()
        let client = try server.client()
        // One process begins the list, and another that starts afterwards adds to it.
        for isLater in [false, true] {
            let harness = try RedisHarness(
                port: server.port, quota: QuotaRules(limit: 10, windowMilliseconds: 100_000))
            _ = try harness.decide(.by("ann"))
            if isLater { break }
            try client.command(
                left < 0 ? ["PERSIST", "quota:ann"] : ["PEXPIRE", "quota:ann", "\(left)"])
        }
        guard case .integer(let lives) = try client.command("PTTL", "quota:ann") else { return }
        #expect(lives > 100_000)
        #expect((lives > 105_000) == isExtended)
    }

    @Test func `a key lives for the longer window that a later process has`() throws {
        let server = try RedisServer()
        for window in [10_000, 1_000_000] as [Int64] {
            let harness = try RedisHarness(
                port: server.port, quota: QuotaRules(limit: 10, windowMilliseconds: window))
            for _ in 0..<2 { _ = try harness.decide(.by("ann")) }
        }
        guard case .integer(let lives) = try server.client().command("PTTL", "quota:ann") else {
            return
        }
        #expect(lives > 1_000_000)
    }

    @Test func `an admission soon after the one that began its list takes two commands`() throws {
        let server = try RedisServer()
        let client = try server.client()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 10, windowMilliseconds: 3_600_000),
            probe: .ping)
        _ = try harness.decide(.by("ann"))
        // A mark is trusted once a process has run for two milliseconds.
        let begin = Clock.monotonicNanoseconds()
        try harness.reactor.turns(until: "two milliseconds have passed") {
            Clock.monotonicNanoseconds() - begin > 2_000_000
        }
        _ = try harness.decide(.by("bob"))
        try client.command("CONFIG", "RESETSTAT")
        _ = try harness.decide(.by("bob"))
        // Beside those, the question whether a token of the group is revoked.
        #expect(try callCount(client) == 3)
    }
}
