import Access
import Redis
import TestSupport
import Testing

/// All tokens of a subject that were issued up to a time are revoked.
@Suite struct SubjectRevocationTests {
    private static let before: Int64 = 1_700_000_000

    private static func ask(_ subject: String, issuedAt: Int64?, charges: Int = 1) -> Ask {
        Ask(subject: Array(subject.utf8), issuedAt: issuedAt, charges: charges)
    }

    @Test(
        arguments: StoreKind.allCases,
        [(0, true), (before - 1, true), (before, true), (before + 1, false), (nil, true)]
            as [(Int64?, Bool)])
    func `a token is revoked if it was issued up to the time, or does not say when`(
        _ kind: StoreKind, _ issued: (at: Int64?, isRevoked: Bool)
    ) throws {
        let harness = try kind.harness(limit: 2, seconds: 3600)
        for charges in [1, 0] {
            let ask = Self.ask("ann", issuedAt: issued.at, charges: charges)
            let plain = charges > 0 ? nil : AdmissionDecision.uncharged
            try harness.revoke(subject: "ann", before: Self.before, forMilliseconds: 3_600_000)
            let decision = try harness.decide(ask)
            #expect((decision == .revoked) == issued.isRevoked)
            #expect(try harness.restore(subject: "ann"))
            #expect(try harness.decide(ask) != .revoked)
            if let plain { #expect(try harness.decide(ask) == plain) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `each of a turn is judged for itself, and nobody is charged who is revoked`(
        _ kind: StoreKind
    ) throws {
        let harness = try kind.harness(limit: 3, seconds: 3600)
        try harness.revoke("bad", forMilliseconds: 3_600_000)
        try harness.revoke(subject: "ann", before: Self.before, forMilliseconds: 3_600_000)
        try harness.revoke(subject: "bob", before: Self.before + 5, forMilliseconds: 3_600_000)
        var bad = Self.ask("eve", issuedAt: nil)
        bad.tokenID = "bad"
        var good = Self.ask("ann", issuedAt: Self.before + 1)
        good.tokenID = "good"
        let asks = [
            Self.ask("eve", issuedAt: nil), Self.ask("ann", issuedAt: Self.before), good, bad,
            Self.ask("bob", issuedAt: Self.before + 5, charges: 0),
            Self.ask("bob", issuedAt: Self.before + 6, charges: 0),
            Self.ask("ann", issuedAt: nil), Self.ask("an", issuedAt: Self.before),
        ]
        #expect(
            try harness.decide(asks) == [
                .admitted(left: 2, resetSeconds: 3600), .revoked,
                .admitted(left: 2, resetSeconds: 3600), .revoked, .revoked, .uncharged, .revoked,
                .admitted(left: 2, resetSeconds: 3600),
            ])
    }

    @Test(arguments: StoreKind.allCases)
    func `the largest group is judged, wherever in it the subject is`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 1, seconds: 3600)
        let count = RedisAdmissionStore.groupMax
        for place in [0, 1, count / 2, count - 1] {
            let names = (0..<count).map { "\(place)-\($0)" }
            try harness.revoke(
                subject: names[place], before: Self.before, forMilliseconds: 3_600_000)
            let decisions = try harness.decide(
                names.map { name in
                    var ask = Self.ask(name, issuedAt: Self.before)
                    ask.tokenID = "id of \(name)"
                    return ask
                })
            for (index, decision) in decisions.enumerated() {
                #expect((decision == .revoked) == (index == place))
            }
        }
    }

    @Test(
        arguments: StoreKind.allCases,
        [(59_000, true), (60_000, false), (90_000, false)] as [(Int64, Bool)])
    func `it ends with its time, and is taken back once`(
        _ kind: StoreKind, _ taken: (after: Int64, isRevoked: Bool)
    ) throws {
        let harness = try kind.harness(limit: 9, seconds: 3600)
        try harness.revoke(subject: "ann", before: Self.before, forMilliseconds: 60_000)
        try harness.advance(milliseconds: taken.after)
        let decision = try harness.decide(Self.ask("ann", issuedAt: Self.before))
        #expect((decision == .revoked) == taken.isRevoked)
        #expect(try harness.restore(subject: "ann") == taken.isRevoked)
        #expect(try !harness.restore(subject: "ann"))
    }

    @Test(arguments: StoreKind.allCases)
    func `names of tokens and of subjects do not meet`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 9, seconds: 3600)
        try harness.revoke(subject: "the-id", before: Self.before, forMilliseconds: 3_600_000)
        try harness.revoke("ann", forMilliseconds: 3_600_000)
        var ask = Self.ask("ann", issuedAt: Self.before)
        ask.tokenID = "the-id"
        #expect(try harness.decide(ask) != .revoked)
    }

    /// Commands, without the key, that leave there what is no time.
    @Test(arguments: [
        ["SET", ""], ["SET", "soon"], ["SET", "-5"], ["SET", "1.5"], ["SET", "0x10"],
        ["SET", "nan"], ["SET", "inf"], ["SET", " 1"], ["SET", "1e3"], ["SET", "1\n"],
        ["LPUSH", "x"], ["SADD", "x"], ["HSET", "x", "y"], ["ZADD", "1", "x"],
        ["XADD", "*", "x", "y"],
    ])
    func `what is no time revokes all that its subject has, and nobody else's`(
        _ value: [String]
    ) throws {
        let server = try RedisServer()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 9, windowMilliseconds: 60_000))
        try server.client().command([value[0], "revoked-before:ann"] + value.dropFirst())
        let asks = ["ann", "bob"].map { Self.ask($0, issuedAt: 9_000_000_000) }
        #expect(
            try harness.decideUntimed(asks) == [.revoked, .admitted(left: 8, resetSeconds: 0)])
        #expect(harness.healthFailure == nil)
    }

    @Test(arguments: ["9007199254740993", "99999999999999999999999", "000001800000000"])
    func `a time of many digits is a time`(digits: String) throws {
        let server = try RedisServer()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 9, windowMilliseconds: 60_000))
        try server.client().command("SET", "revoked-before:ann", digits)
        #expect(try harness.decide(Self.ask("ann", issuedAt: Self.before)) == .revoked)
    }

    @Test func `where nothing is revoked one command asks for all of a turn`() throws {
        let server = try RedisServer()
        let client = try server.client()
        let harness = try RedisHarness(
            port: server.port, quota: QuotaRules(limit: 9, windowMilliseconds: 60_000),
            probe: .ping)
        _ = try harness.decide(Self.ask("ann", issuedAt: 1))
        try client.command("CONFIG", "RESETSTAT")
        _ = try harness.decide((0..<50).map { Self.ask("\($0)", issuedAt: 1) })
        let statistics = try client.command("INFO", "commandstats").text ?? ""
        #expect(statistics.contains("cmdstat_exists:calls=1,"))
        #expect(!statistics.contains("cmdstat_get:"))
    }
}
