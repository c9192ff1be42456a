import Access
import POSIX
import Redis
import TestSupport
import Testing

/// What Redis holds, and what it fails with, where requests ask for several admissions.
@Suite struct SeveralAdmissionsScriptTests {
    private func harness(
        _ server: RedisServer, limit: Int, seconds: Int64 = 3600
    ) throws -> RedisHarness {
        try RedisHarness(
            port: server.port, quota: QuotaRules(limit: limit, windowMilliseconds: seconds * 1000))
    }

    private func unavailable(_ code: String) -> AdmissionDecision {
        .unavailable(.redis(.errorReply(RedisErrorCode(of: Array(code.utf8)))))
    }

    @Test(arguments: [(1000, 1), (5000, 1), (5001, 2), (10_000, 2), (10_001, 3)])
    func `each admission is a time in the list, and many are stored by few commands`(
        _ charges: Int, _ pushes: Int
    ) throws {
        let server = try RedisServer()
        let client = try server.client()
        let harness = try harness(server, limit: 100_000)
        try harness.waitUntilPassing()
        try client.command("CONFIG", "RESETSTAT")
        #expect(
            try harness.decideUntimed(.by("ann", charges: charges))
                == .admitted(left: 100_000 - charges, resetSeconds: 0))
        #expect(try client.command("LLEN", "quota:ann") == .integer(charges))
        guard case .array(let times) = try client.command("LRANGE", "quota:ann", "0", "-1") else {
            Issue.record("no list")
            return
        }
        // The first that was pushed came with the key's end.
        let texts = times.compactMap(\.text)
        #expect(Set(texts.dropLast()).count == 1)
        #expect(texts.last == "+\(texts[0])")
        let statistics = try client.command("INFO", "commandstats").text ?? ""
        // The probe of each second pushes too.
        let line = try #require(
            statistics.split(separator: "\r\n").first { $0.hasPrefix("cmdstat_lpush:") })
        let calls = line.split(separator: "calls=").dropFirst().first?.prefix { $0.isNumber }
        #expect((pushes...pushes + 3).contains(calls.flatMap { Int($0) } ?? 0))
        #expect(
            try harness.decideUntimed(.by("ann", limit: charges + 1, charges: 3, takesPart: true))
                == .partly(count: 1, retrySeconds: 0))
        #expect(try client.command("LLEN", "quota:ann") == .integer(charges + 1))
    }

    @Test func `what is refused, whole or because it is more than the limit, writes nothing`()
        throws
    {
        let server = try RedisServer()
        let client = try server.client()
        let harness = try harness(server, limit: 10)
        _ = try harness.decide(.by("ann", charges: 10))
        let before = try client.command("LRANGE", "quota:ann", "0", "-1")
        for charges in [1, 2, 10, 11, 5000] {
            for takesPart in [false, true] {
                let decision = try harness.decideUntimed(
                    .by("ann", charges: charges, takesPart: takesPart))
                let isBeyond = charges > 10 && !takesPart
                #expect(
                    decision == (isBeyond ? .beyondLimit(limit: 10) : .refused(retrySeconds: 0)))
            }
        }
        #expect(try harness.decide(.by("bob", charges: 11)) == .beyondLimit(limit: 10))
        #expect(try client.command("LRANGE", "quota:ann", "0", "-1") == before)
        #expect(try client.command("DBSIZE") == .integer(1))
    }

    @Test(arguments: [false, true])
    func `a full Redis admits none of several, and decides again once it has room`(
        takesPart: Bool
    ) throws {
        let server = try RedisServer()
        let client = try server.client()
        let harness = try harness(server, limit: 10)
        _ = try harness.decide(.by("bob", charges: 8))
        try client.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        try client.command("CONFIG", "SET", "maxmemory", "1")
        let asks = ["ann", "bob"].map { Ask.by($0, charges: 4, takesPart: takesPart) }
        #expect(
            try harness.decideUntimed(asks) == [
                unavailable("OOM"), takesPart ? unavailable("OOM") : .refused(retrySeconds: 0),
            ])
        #expect(try client.command("LLEN", "quota:bob") == .integer(8))
        #expect(try client.command("EXISTS", "quota:ann") == .integer(0))
        try client.command("CONFIG", "SET", "maxmemory", "0")
        #expect(
            try harness.decideUntimed(asks) == [
                .admitted(left: 6, resetSeconds: 0),
                takesPart ? .partly(count: 2, retrySeconds: 0) : .refused(retrySeconds: 0),
            ])
    }

    @Test(
        arguments: [
            ["SET", "quota:eve", "x"], ["HSET", "quota:eve", "f", "v"],
            ["RPUSH", "quota:eve", "soon"], ["RPUSH", "quota:eve", "99999999999999", "soon"],
        ], [false, true])
    func `a foreign quota key fails its own subject alone, however many it asks for`(
        _ command: [String], takesPart: Bool
    ) throws {
        let server = try RedisServer()
        let harness = try harness(server, limit: 10)
        try server.client().command(command.map { Array($0.utf8) })
        for charges in [2, 9, 10] {
            let decisions = try harness.decideUntimed([
                .by("eve", charges: charges, takesPart: takesPart), .by("ann \(charges)"),
            ])
            #expect(
                decisions == [
                    .unavailable(.foreignQuotaKey), .admitted(left: 9, resetSeconds: 0),
                ])
        }
    }

    @Test(arguments: [3, 30])
    func `random requests are decided as in memory, beside a churnd of 0.2.0 too`(
        limit: Int
    ) throws {
        let script = try ClockedScript()
        let window: Int64 = 10_000
        let memory = MemoryHarness(
            quota: QuotaRules(limit: limit, windowMilliseconds: window), subjectsMax: 100)
        var random = SplitMix64(seed: 0x5E7)
        var now: Int64 = 1_700_000_000_000
        for _ in 0..<3000 {
            let steps: [Int64] = [0, 0, 1, 400, 2000, 5000, 9999, 10_000]
            let step = steps.randomElement(using: &random) ?? 0
            now += step
            memory.advance(milliseconds: step)
            let isOld = random.next() % 5 == 0
            let charges = isOld ? 1 : Int(random.next() % UInt64(limit)) + 1
            let takesPart = charges > 1 && random.next() % 2 == 0
            let answer = try script.decide(
                "a", limit: limit, milliseconds: window, now: now, isOld: isOld,
                trusted: window / 8,
                terms: AdmissionScriptTerms.number(
                    limit: limit, charges: charges, takesPart: takesPart))
            #expect(
                try script.decision(of: answer)
                    == memory.decide(.by("a", charges: charges, takesPart: takesPart)))
        }
    }

    @Test func `a key outlives the window of all that were admitted together`() throws {
        let script = try ClockedScript()
        let window: Int64 = 1_000_000
        var random = SplitMix64(seed: 0xE2E)
        let begin: Int64 = 1_700_000_000_000
        var (now, end) = (begin, begin)
        for _ in 0..<400 {
            let steps = [1, window / 64, window / 8, window / 8 + 1, window / 2, window * 9 / 8]
            now += steps.randomElement(using: &random) ?? 0
            try script.client.command(
                end > now ? ["PEXPIRE", "quota:a", "\(end - now)"] : ["DEL", "quota:a"])
            let charges = Int(random.next() % 30) + 1
            let answer = try script.decide(
                "a", limit: 30, milliseconds: window, now: now,
                trusted: min(window / 8, now - begin),
                terms: AdmissionScriptTerms.number(limit: 30, charges: charges, takesPart: true))
            guard case .integer(let left) = try script.client.command("PTTL", "quota:a") else {
                Issue.record("no end")
                return
            }
            if case .refused = try script.decision(of: answer) {
            } else {
                #expect(left > window, "\(now - begin)")
            }
            // A second for what passes between two commands.
            if now + Int64(left) > end + 1000 { end = now + Int64(left) }
        }
    }
}

/// The number of a request with terms of its own, as it is sent.
enum AdmissionScriptTerms {
    static func number(limit: Int, charges: Int, takesPart: Bool) -> Int {
        charges == 1 ? limit : limit | charges << 20 | (takesPart && charges > 1 ? 1 << 40 : 0)
    }
}
