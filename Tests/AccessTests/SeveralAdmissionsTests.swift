import Access
import POSIX
import Redis
import TestSupport
import Testing

/// Requests for several admissions, which both stores decide alike.
@Suite struct SeveralAdmissionsTests {
    struct Case: Sendable {
        let used: Int
        let charges: Int
        let allOrNone: AdmissionDecision
        let part: AdmissionDecision
        /// How many admissions count afterwards, all or none.
        let counted: Int
    }

    /// Both sides of each limit, of a subject with 10.
    static let cases = [
        Case(
            used: 0, charges: 9, allOrNone: .admitted(left: 1, resetSeconds: 3600),
            part: .admitted(left: 1, resetSeconds: 3600), counted: 9),
        Case(
            used: 0, charges: 10, allOrNone: .admitted(left: 0, resetSeconds: 3600),
            part: .admitted(left: 0, resetSeconds: 3600), counted: 10),
        Case(
            used: 0, charges: 11, allOrNone: .beyondLimit(limit: 10),
            part: .partly(count: 10, retrySeconds: 3600), counted: 0),
        Case(
            used: 4, charges: 6, allOrNone: .admitted(left: 0, resetSeconds: 3600),
            part: .admitted(left: 0, resetSeconds: 3600), counted: 10),
        Case(
            used: 4, charges: 7, allOrNone: .refused(retrySeconds: 3600),
            part: .partly(count: 6, retrySeconds: 3600), counted: 4),
        Case(
            used: 4, charges: 5000, allOrNone: .beyondLimit(limit: 10),
            part: .partly(count: 6, retrySeconds: 3600), counted: 4),
        Case(
            used: 9, charges: 2, allOrNone: .refused(retrySeconds: 3600),
            part: .partly(count: 1, retrySeconds: 3600), counted: 9),
        Case(
            used: 10, charges: 2, allOrNone: .refused(retrySeconds: 3600),
            part: .refused(retrySeconds: 3600), counted: 10),
        Case(
            used: 10, charges: 11, allOrNone: .beyondLimit(limit: 10),
            part: .refused(retrySeconds: 3600), counted: 10),
    ]

    @Test(arguments: StoreKind.allCases, cases)
    func `several are admitted together, or as many as the quota allows`(
        _ kind: StoreKind, _ example: Case
    ) throws {
        let harness = try kind.harness(limit: 10, seconds: 3600)
        for subject in ["ann", "bob"] where example.used > 0 {
            _ = try harness.decide(.by(subject, charges: example.used))
        }
        let decisions = try harness.decide([
            .by("ann", charges: example.charges),
            .by("bob", charges: example.charges, takesPart: true),
        ])
        #expect(decisions == [example.allOrNone, example.part])
        // What was refused is not stored.
        let left = 10 - example.counted
        let expected: AdmissionDecision =
            left > 0
            ? .admitted(left: left - 1, resetSeconds: 3600) : .refused(retrySeconds: 3600)
        #expect(try harness.decide(.by("ann")) == expected)
    }

    @Test(arguments: StoreKind.allCases)
    func `a limit of one admits one of several that take a part`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 1, seconds: 60)
        let part = Ask.by("ann", charges: 3, takesPart: true)
        #expect(try harness.decide(.by("ann", charges: 2)) == .beyondLimit(limit: 1))
        #expect(try harness.decide(part) == .partly(count: 1, retrySeconds: 60))
        #expect(try harness.decide(part) == .refused(retrySeconds: 60))
    }

    @Test(arguments: StoreKind.allCases)
    func `what several wait for is that enough have left the window`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 5, seconds: 100)
        _ = try harness.decide(.by("ann", charges: 2))
        try harness.advance(milliseconds: 30_300)
        _ = try harness.decide(.by("ann", charges: 2))
        // One is free; two were admitted 30 s ago, two now.
        let waits = try harness.decide((2...5).map { .by("ann", charges: $0) })
        #expect(
            waits == [
                .refused(retrySeconds: 70), .refused(retrySeconds: 70),
                .refused(retrySeconds: 100), .refused(retrySeconds: 100),
            ])
        let part = Ask.by("ann", charges: 3, takesPart: true)
        #expect(try harness.decide(part) == .partly(count: 1, retrySeconds: 70))
        #expect(try harness.decide(part) == .refused(retrySeconds: 70))
        try harness.advance(milliseconds: 69_500)
        #expect(try harness.decide(.by("ann", charges: 2)) == .refused(retrySeconds: 1))
        try harness.advance(milliseconds: 500)
        #expect(
            try harness.decide(.by("ann", charges: 2)) == .admitted(left: 0, resetSeconds: 30))
        try harness.advance(milliseconds: 100_500)
        #expect(
            try harness.decide(.by("ann", charges: 5)) == .admitted(left: 0, resetSeconds: 100))
    }

    @Test(arguments: StoreKind.allCases)
    func `a revoked token is revoked however many it asks for, and nothing is stored`(
        _ kind: StoreKind
    ) throws {
        let harness = try kind.harness(limit: 5, seconds: 3600)
        try harness.revoke("bad")
        for charges in [0, 1, 5, 6, 5000] {
            for takesPart in [false, true] {
                var ask = Ask.by("ann", charges: charges, takesPart: takesPart)
                ask.token = "bad"
                #expect(try harness.decide(ask) == .revoked)
            }
        }
        #expect(
            try harness.decide(.by("ann", charges: 5)) == .admitted(left: 0, resetSeconds: 3600))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `random turns are decided by Redis as in memory`(seed: UInt64) throws {
        let redis = try StoreKind.redis.harness(limit: 20, seconds: 100)
        let memory = try StoreKind.memory.harness(limit: 20, seconds: 100)
        var random = SplitMix64(seed: seed)
        for _ in 0..<60 {
            // Milliseconds beyond whole seconds, so that the time which the test takes rounds to
            // nothing.
            let step =
                ([0, 10_030, 20_060, 50_150, 110_330] as [Int64])
                .randomElement(using: &random) ?? 0
            for harness in [redis, memory] { try harness.advance(milliseconds: step) }
            let isRevoked = random.next() % 4 == 0
            if isRevoked {
                for harness in [redis, memory] { try harness.revoke("bad") }
            }
            let asks = (0..<Int(random.next() % 12 + 1)).map { _ in
                var ask = Ask.by(
                    ["a", "b", "c"].randomElement(using: &random) ?? "a",
                    limit: [nil, nil, 1, 7, 30].randomElement(using: &random) ?? nil,
                    charges: [0, 1, 1, 1, 2, 3, 7, 8, 19, 20, 21, 31].randomElement(using: &random)
                        ?? 1,
                    takesPart: random.next() % 2 == 0)
                if random.next() % 4 == 0 { ask.token = "bad" }
                return ask
            }
            #expect(try redis.decide(asks) == memory.decide(asks), "\(asks)")
            if isRevoked {
                for harness in [redis, memory] { #expect(try harness.restore("bad")) }
            }
        }
    }

    @Test func `twenty callers with batches never get more than the limit in any window`() throws {
        struct Admission: Sendable {
            let asked: Int64
            let answered: Int64
            let count: Int
        }
        let (limit, window): (Int, Int64) = (50, 200)
        let server = try RedisServer()
        let port = server.port
        let end = Clock.monotonicNanoseconds() + 1_500_000_000
        let admissions = try concurrently(20) { caller in
            let harness = try RedisHarness(
                port: port, quota: QuotaRules(limit: limit, windowMilliseconds: window),
                probe: .ping)
            var random = SplitMix64(seed: UInt64(caller))
            var found: [Admission] = []
            while Clock.monotonicNanoseconds() < end {
                let charges = Int(random.next() % 60) + 1
                let takesPart = random.next() % 2 == 0
                let asked = Clock.monotonicNanoseconds()
                let decision = try harness.decide(
                    .by("ann", charges: charges, takesPart: takesPart))
                let answered = Clock.monotonicNanoseconds()
                let count =
                    switch decision {
                    case .admitted: charges
                    case .partly(let count, _): count
                    case .refused, .beyondLimit: 0
                    case .uncharged, .revoked, .unavailable: throw NeverHappened(what: "a decision")
                    }
                if count > 0 {
                    found.append(Admission(asked: asked, answered: answered, count: count))
                }
            }
            return found
        }
        .joined()
        for first in admissions {
            // Two milliseconds for the rounding of the clocks.
            let last = first.asked + (window - 2) * 1_000_000
            let within = admissions.filter { $0.asked >= first.asked && $0.answered <= last }
            #expect(within.reduce(0) { $0 + $1.count } <= limit)
        }
        #expect(admissions.reduce(0) { $0 + $1.count } > 2 * limit)
    }
}
