import Access
import Redis
import TestSupport
import Testing

@Suite struct RedisAdmissionStoreTests {
    private func code(_ text: String) -> RedisErrorCode { RedisErrorCode(of: Array(text.utf8)) }

    private func harness(
        _ server: RedisServer, limit: Int = 10, seconds: Int64 = 3600, password: String? = nil,
        deadlineMilliseconds: Int64 = 5000, probe: RedisProbe? = nil
    ) throws -> RedisHarness {
        try RedisHarness(
            port: server.port, quota: QuotaRules(limit: limit, windowMilliseconds: seconds * 1000),
            password: password, deadlineMilliseconds: deadlineMilliseconds, probe: probe)
    }

    @Test func `the digest is that of the script`() throws {
        let server = try RedisServer()
        let reply = try server.client().command("SCRIPT", "LOAD", "\(AdmissionScript.text)")
        #expect(reply.text == "\(AdmissionScript.digest)")
    }

    @Test func `admissions are a list of times that ends with its window`() throws {
        let server = try RedisServer()
        let harness = try harness(server, limit: 3, seconds: 100)
        let client = try server.client()
        for count in 1...3 {
            _ = try harness.decideUntimed(.by("ann"))
            #expect(try client.command("LLEN", "quota:ann") == .integer(count))
        }
        guard case .integer(let left) = try client.command("PTTL", "quota:ann"),
            case .array(let times) = try client.command("LRANGE", "quota:ann", "0", "-1"),
            case .array(let now) = try client.command("TIME")
        else {
            Issue.record("the key is not as it should be")
            return
        }
        // An eighth of the window and a second longer than the window of the first.
        #expect(108_500...113_500 ~= left)
        let numbers = times.compactMap { $0.text.flatMap { Int($0) } }
        #expect(numbers == numbers.sorted(by: >))
        let seconds = now.first?.text.flatMap { Int($0) } ?? 0
        #expect(numbers.allSatisfy { (seconds - 5) * 1000...(seconds + 1) * 1000 ~= $0 })
        #expect(try client.command("DBSIZE") == .integer(1))
    }

    @Test func `a refused request writes nothing`() throws {
        let server = try RedisServer()
        let harness = try harness(server, limit: 2, probe: .ping)
        _ = try harness.decideUntimed([.by("ann"), .by("ann")])
        let client = try server.client()
        let times = try client.command("LRANGE", "quota:ann", "0", "-1")
        let end = try client.command("PEXPIRETIME", "quota:ann")
        try client.command("CONFIG", "RESETSTAT")
        for _ in 0..<5 {
            #expect(try harness.decideUntimed(.by("ann")) == .refused(retrySeconds: 0))
        }
        #expect(try client.command("LRANGE", "quota:ann", "0", "-1") == times)
        #expect(try client.command("PEXPIRETIME", "quota:ann") == end)
        let statistics = try client.command("INFO", "commandstats").text ?? ""
        for name in ["lpush", "lpop", "rpop", "ltrim", "pexpire"] {
            #expect(!statistics.contains("cmdstat_\(name):"))
        }
    }

    @Test(arguments: [
        ["SET", "blacklist:token", ""], ["RPUSH", "blacklist:token", "x"],
        ["HSET", "blacklist:id", "f", "v"], ["SADD", "blacklist:id", "x"],
        ["ZADD", "blacklist:token", "1", "x"], ["SET", "blacklist:id", "0", "EX", "60"],
    ])
    func `a token is revoked whatever its key holds`(_ command: [String]) throws {
        let server = try RedisServer()
        let harness = try harness(server)
        let ask = Ask(token: "token", tokenID: "id", subject: [0x61])
        #expect(try harness.decideUntimed(ask) == .admitted(left: 9, resetSeconds: 0))
        try server.client().command(command.map { Array($0.utf8) })
        #expect(try harness.decideUntimed(ask) == .revoked)
    }

    @Test func `the requests of a turn take one script`() throws {
        let server = try RedisServer()
        let harness = try harness(server, probe: .ping)
        _ = try harness.decideUntimed(.by("ann"))
        let client = try server.client()
        try client.command("CONFIG", "RESETSTAT")
        _ = try harness.decideUntimed((0..<RedisAdmissionStore.groupMax).map { .by("\($0)") })
        let statistics = try client.command("INFO", "commandstats").text ?? ""
        #expect(statistics.contains("cmdstat_evalsha:calls=1,"))
        #expect(statistics.contains("cmdstat_time:calls=1,"))
        #expect(!statistics.contains("cmdstat_eval:"))
    }

    /// What a group has before one admission more is asked for, and how many scripts run.
    @Test(arguments: [(4998, 1), (4999, 2), (5000, 2)])
    func `a group that asks for many admissions takes no further request`(
        _ charges: Int, _ scripts: Int
    ) throws {
        let server = try RedisServer()
        let harness = try harness(server, limit: 100_000, probe: .ping)
        _ = try harness.decide(.by("loads the script"))
        let client = try server.client()
        try client.command("CONFIG", "RESETSTAT")
        let asks = [Ask.by("ann", charges: charges), .by("bob"), .by("cat")]
        let decisions = try harness.decideUntimed(asks)
        #expect(decisions[0] == .admitted(left: 100_000 - charges, resetSeconds: 0))
        let statistics = try client.command("INFO", "commandstats").text ?? ""
        #expect(statistics.contains("cmdstat_evalsha:calls=\(scripts),"))
    }

    @Test func `while two questions are under way the next one waits and grows`() throws {
        let server = try RedisServer()
        let harness = try harness(server, probe: .ping)
        _ = try harness.decideUntimed(.by("ann"))
        let client = try server.client()
        try client.command("CONFIG", "RESETSTAT")
        // Without a turn between them, no answer is seen and no time passes.
        let tickets = (0..<6).map { number in
            let tickets = harness.begin([.by("\(number)")])
            harness.store.ask()
            return tickets
        }
        _ = try harness.finish(tickets[0].lowerBound..<tickets[5].upperBound)
        let statistics = try client.command("INFO", "commandstats").text ?? ""
        #expect(statistics.contains("cmdstat_evalsha:calls=3,"))
    }

    @Test func `a question waits for the answer to another for a bounded time`() throws {
        let server = try RedisServer()
        let harness = try harness(server, probe: .ping)
        _ = try harness.decideUntimed(.by("ann"))
        try server.pause()
        let tickets = (0..<RedisAdmissionStore.questionsMax + 1).map { number in
            let tickets = harness.begin([.by("\(number)")])
            harness.store.ask()
            return tickets
        }
        #expect(harness.store.deadline != nil)
        try harness.reactor.turns(until: "it waits no longer", within: 20) {
            harness.store.deadline == nil
        }
        #expect(!harness.hasDecided)
        server.resume()
        _ = try harness.finish(tickets[0].lowerBound..<tickets[tickets.count - 1].upperBound)
    }

    @Test func `a quota is exact though several reactors ask at once`() throws {
        let server = try RedisServer()
        let harnesses = try (0..<4).map { _ in try harness(server, limit: 100) }
        let asks = Array(repeating: Ask.by("ann"), count: 60)
        let begun = harnesses.map { ($0, $0.begin(asks)) }
        let decisions = try begun.flatMap { harness, tickets in
            try harness.finish(tickets).map(\.untimed)
        }
        let left = decisions.compactMap { decision -> Int? in
            if case .admitted(let left, _) = decision { left } else { nil }
        }
        #expect(left.sorted() == Array(0..<100))
        #expect(decisions.count { $0 == .refused(retrySeconds: 0) } == 140)
        #expect(try server.client().command("LLEN", "quota:ann") == .integer(100))
    }

    @Test(arguments: [
        ["SET", "quota:eve", "x"], ["HSET", "quota:eve", "f", "v"], ["RPUSH", "quota:eve", "soon"],
    ])
    func `a foreign quota key fails its own subject alone`(_ command: [String]) throws {
        let server = try RedisServer()
        let harness = try harness(server)
        try server.client().command(command.map { Array($0.utf8) })
        let decisions = try harness.decideUntimed([.by("ann"), .by("eve"), .by("bob")])
        #expect(
            decisions == [
                .admitted(left: 9, resetSeconds: 0), .unavailable(.foreignQuotaKey),
                .admitted(left: 9, resetSeconds: 0),
            ])
        try harness.waitUntilPassing()
    }

    @Test func `a script that Redis has lost is loaded by the request that finds it missing`()
        throws
    {
        let server = try RedisServer()
        let harness = try harness(server, limit: 5)
        let client = try server.client()
        for left in [4, 3, 2] {
            #expect(try harness.decideUntimed(.by("ann")) == .admitted(left: left, resetSeconds: 0))
            try client.command("SCRIPT", "FLUSH")
        }
        try harness.waitUntilPassing()
    }

    @Test func `a limit that was lowered holds at once`() throws {
        let server = try RedisServer()
        let before = try harness(server, limit: 5, seconds: 100)
        for age in [10_000, 10_000, 10_000, 10_000, 10_500] as [Int64] {
            _ = try before.decide(.by("ann"))
            try server.age(milliseconds: age)
        }
        // 50.5, 40.5, 30.5, 20.5 and 10.5 s old: two are allowed, so the one of 20.5 s must leave.
        let after = try harness(server, limit: 2, seconds: 100)
        #expect(try after.decide(.by("ann")) == .refused(retrySeconds: 80))
        try server.age(milliseconds: 79_500)
        #expect(try after.decideUntimed(.by("ann")) == .admitted(left: 0, resetSeconds: 0))
        #expect(try after.decideUntimed(.by("ann")) == .refused(retrySeconds: 0))
    }

    @Test func `without the right password nothing is decided`() throws {
        let server = try RedisServer(["--requirepass", "right"])
        let none = try harness(server, deadlineMilliseconds: 100)
        #expect(
            try none.decideUntimed(.by("ann")) == .unavailable(.redis(.errorReply(code("NOAUTH")))))
        let wrong = try harness(server, password: "wrong", deadlineMilliseconds: 100)
        #expect(
            try wrong.decideUntimed(.by("ann"))
                == .unavailable(.redis(.authenticationRefused(code("WRONGPASS")))))
        let right = try harness(server, password: "right")
        #expect(try right.decideUntimed(.by("ann")) == .admitted(left: 9, resetSeconds: 0))
    }

    @Test func `out of memory, nothing is admitted, and revoked tokens stay revoked`() throws {
        let server = try RedisServer()
        let harness = try harness(server)
        try server.revoke("bad")
        let client = try server.client()
        try client.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        try client.command("CONFIG", "SET", "maxmemory", "1")
        let expected = AdmissionDecision.unavailable(.redis(.errorReply(code("OOM"))))
        #expect(try harness.decideUntimed(.by("ann")) == expected)
        #expect(!harness.isPassing)
        #expect(try harness.decideUntimed(Ask(token: "bad", subject: [0x61])) == .revoked)
        try client.command("CONFIG", "SET", "maxmemory", "0")
        #expect(try harness.decideUntimed(.by("ann")) == .admitted(left: 9, resetSeconds: 0))
        try harness.waitUntilPassing()
    }

    @Test func `a master that becomes a replica is left, and found again as a master`() throws {
        let server = try RedisServer()
        let harness = try harness(server)
        _ = try harness.decideUntimed(.by("ann"))
        let client = try server.client()
        let before = try connectionCount(client)
        try client.command("REPLICAOF", "127.0.0.1", "1")
        let expected = AdmissionDecision.unavailable(.redis(.errorReply(.readOnly)))
        #expect(try harness.decideUntimed(.by("ann")) == expected)
        try client.command("REPLICAOF", "NO", "ONE")
        #expect(try harness.decideUntimed(.by("ann")) == .admitted(left: 8, resetSeconds: 0))
        #expect(try connectionCount(client) == before + 1)
    }

    /// How many connections the server has ever accepted.
    private func connectionCount(_ client: RedisClient) throws -> Int {
        let lines = try client.command("INFO", "stats").text?.split(separator: "\r\n") ?? []
        let name = "total_connections_received:"
        let line = try #require(lines.first { $0.hasPrefix(name) })
        return try #require(Int(line.dropFirst(name.count)))
    }

    @Test func `away, killed and back: nothing is decided until Redis is there again`() throws {
        let server = try RedisServer()
        server.kill()
        let harness = try harness(server, deadlineMilliseconds: 500)
        guard case .unavailable(.redis(.connectFailed)) = try harness.decideUntimed(.by("ann"))
        else {
            Issue.record("decided without Redis")
            return
        }
        try server.restart()
        try harness.reactor.turns(until: "it passes") { harness.isPassing }
        #expect(try harness.decideUntimed(.by("ann")) == .admitted(left: 9, resetSeconds: 0))
        server.kill()
        guard case .unavailable(.redis) = try harness.decideUntimed(.by("ann")) else {
            Issue.record("decided without Redis")
            return
        }
        try server.restart()
        try harness.reactor.turns(until: "it passes") { harness.isPassing }
        #expect(try harness.decideUntimed(.by("ann")) == .admitted(left: 9, resetSeconds: 0))
    }

    @Test func `a Redis that hangs is unavailable at the deadline, and answers nobody late`() throws
    {
        let server = try RedisServer()
        let harness = try harness(server, limit: 1, deadlineMilliseconds: 100)
        try harness.reactor.turns(until: "it passes") { harness.isPassing }
        try server.pause()
        let decisions = try harness.decideUntimed((0..<50).map { .by("before \($0)") })
        #expect(
            decisions == Array(repeating: .unavailable(.redis(.deadlinePassed)), count: 50))
        let after = harness.begin((0..<50).map { .by("before \($0 * 2)") })
        server.resume()
        // What Redis read before it hung it carries out: those are refused, all others admitted.
        // A late answer would turn up as a second decision, or as another's.
        let late = try harness.finish(after).map(\.untimed)
        for (index, decision) in late.enumerated() {
            let isKnown = index * 2 < 50
            switch decision {
            case .refused: #expect(isKnown)
            case .admitted(left: 0, resetSeconds: 0): break
            default: Issue.record("unexpected decision \(decision)")
            }
        }
    }

    @Test func `a request whose deadline has passed is not sent`() throws {
        let server = try RedisServer()
        let harness = try harness(server, deadlineMilliseconds: -1)
        #expect(
            try harness.decideUntimed(.by("ann")) == .unavailable(.redis(.deadlinePassed)))
        #expect(try server.client().command("DBSIZE") == .integer(0))
    }
}
