import Access
import Testing

/// What both stores do alike.
@Suite struct AdmissionStoreTests {
    @Test(arguments: StoreKind.allCases)
    func `as many are admitted as the limit says, and what is left counts down`(
        _ kind: StoreKind
    ) throws {
        let harness = try kind.harness(limit: 3, seconds: 3600)
        let decisions = try (0..<5).map { _ in try harness.decide(.by("ann")) }
        #expect(
            decisions == [
                .admitted(left: 2, resetSeconds: 3600), .admitted(left: 1, resetSeconds: 3600),
                .admitted(left: 0, resetSeconds: 3600), .refused(retrySeconds: 3600),
                .refused(retrySeconds: 3600),
            ])
    }

    @Test(arguments: StoreKind.allCases)
    func `a limit of one admits one in each window`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 1, seconds: 60)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 0, resetSeconds: 60))
        #expect(try harness.decide(.by("ann")) == .refused(retrySeconds: 60))
        try harness.advance(milliseconds: 59_500)
        #expect(try harness.decide(.by("ann")) == .refused(retrySeconds: 1))
        try harness.advance(milliseconds: 1000)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 0, resetSeconds: 60))
    }

    @Test(arguments: StoreKind.allCases)
    func `many of one subject in one turn are counted one by one`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 100, seconds: 3600)
        // More than two runs of the script take.
        let asks = Array(repeating: Ask.by("ann"), count: RedisAdmissionStore.groupMax * 2 + 1)
        let decisions = try harness.decide(asks)
        for (index, decision) in decisions.enumerated() {
            let expected: AdmissionDecision =
                index < 100
                ? .admitted(left: 99 - index, resetSeconds: 3600) : .refused(retrySeconds: 3600)
            #expect(decision == expected)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `each in a turn gets its own decision`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 2, seconds: 3600)
        try harness.revoke("bad token")
        try harness.revoke("bad id")
        let decisions = try harness.decide([
            .by("ann"), Ask(token: "bad token", subject: [0x61]), .by("bob"), .by("ann"),
            Ask(tokenID: "bad id", subject: [0x61], charges: 0),
            Ask(tokenID: "good id", subject: [0x61], charges: 0),
            Ask(tokenID: "good id", subject: Array("ann".utf8)), .by("bob"),
        ])
        #expect(
            decisions == [
                .admitted(left: 1, resetSeconds: 3600), .revoked,
                .admitted(left: 1, resetSeconds: 3600), .admitted(left: 0, resetSeconds: 3600),
                .revoked, .uncharged, .refused(retrySeconds: 3600),
                .admitted(left: 0, resetSeconds: 3600),
            ])
    }

    @Test(arguments: StoreKind.allCases)
    func `each request goes by its own limit, also beside others in a turn`(
        _ kind: StoreKind
    ) throws {
        let harness = try kind.harness(limit: 2, seconds: 3600)
        try harness.revoke("bad")
        let asks: [Ask] = [
            .by("ann", limit: 1), .by("bob", limit: 3), Ask(token: "bad", subject: [0x61]),
            .by("cat"), Ask(subject: Array("ann".utf8), limit: 9, charges: 0),
        ]
        let first = try harness.decide(asks)
        #expect(
            first == [
                .admitted(left: 0, resetSeconds: 3600), .admitted(left: 2, resetSeconds: 3600),
                .revoked, .admitted(left: 1, resetSeconds: 3600), .uncharged,
            ])
        let second = try harness.decide(asks)
        #expect(
            second == [
                .refused(retrySeconds: 3600), .admitted(left: 1, resetSeconds: 3600), .revoked,
                .admitted(left: 0, resetSeconds: 3600), .uncharged,
            ])
        let third = try harness.decide(asks)
        #expect(
            third == [
                .refused(retrySeconds: 3600), .admitted(left: 0, resetSeconds: 3600), .revoked,
                .refused(retrySeconds: 3600), .uncharged,
            ])
        #expect(try harness.decide(asks)[1] == .refused(retrySeconds: 3600))
    }

    /// Both sides of a limit, where all requests of a turn have it, and where they do not.
    @Test(arguments: StoreKind.allCases, [1, 2, 99_999, 100_000])
    func `a limit of its own admits as many as it says`(_ kind: StoreKind, limit: Int) throws {
        let harness = try kind.harness(limit: 3, seconds: 3600)
        let others = [[], [Ask.by("bob", limit: 50)]]
        for asked in 0..<4 {
            let decisions = try harness.decide(others[asked % 2] + [.by("ann", limit: limit)])
            let expected: AdmissionDecision =
                asked < limit
                ? .admitted(left: limit - asked - 1, resetSeconds: 3600)
                : .refused(retrySeconds: 3600)
            #expect(decisions.last == expected)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `another limit acts immediately, on what was admitted before`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 5, seconds: 100)
        for _ in 0..<4 {
            _ = try harness.decide(.by("ann", limit: 4))
            try harness.advance(milliseconds: 10_300)
        }
        #expect(try harness.decide(.by("ann", limit: 4)) == .refused(retrySeconds: 59))
        // Lower: the second newest must leave, and the newest, which leaves last.
        #expect(try harness.decide(.by("ann", limit: 2)) == .refused(retrySeconds: 80))
        #expect(try harness.decide(.by("ann", limit: 1)) == .refused(retrySeconds: 90))
        // Higher, and as usual.
        #expect(try harness.decide(.by("ann", limit: 6)) == .admitted(left: 1, resetSeconds: 59))
        #expect(try harness.decide(.by("ann")) == .refused(retrySeconds: 59))
        try harness.advance(milliseconds: 59_500)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 0, resetSeconds: 10))
        try harness.advance(milliseconds: 100_500)
        #expect(try harness.decide(.by("ann", limit: 1)) == .admitted(left: 0, resetSeconds: 100))
    }

    @Test(arguments: StoreKind.allCases)
    func `the window slides: each admission leaves it by itself`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 3, seconds: 100)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 2, resetSeconds: 100))
        try harness.advance(milliseconds: 30_300)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 1, resetSeconds: 70))
        try harness.advance(milliseconds: 30_300)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 0, resetSeconds: 40))
        #expect(try harness.decide(.by("ann")) == .refused(retrySeconds: 40))
        try harness.advance(milliseconds: 40_000)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 0, resetSeconds: 30))
        #expect(try harness.decide(.by("ann")) == .refused(retrySeconds: 30))
        try harness.advance(milliseconds: 70_300)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 1, resetSeconds: 30))
        try harness.advance(milliseconds: 100_500)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 2, resetSeconds: 100))
    }

    @Test(arguments: StoreKind.allCases)
    func `refused requests do not lengthen the wait`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 1, seconds: 60)
        _ = try harness.decide(.by("ann"))
        for _ in 0..<5 {
            try harness.advance(milliseconds: 11_000)
            guard case .refused = try harness.decide(.by("ann")) else {
                Issue.record("admitted within the window")
                return
            }
        }
        try harness.advance(milliseconds: 5500)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 0, resetSeconds: 60))
    }

    @Test(arguments: StoreKind.allCases)
    func `subjects do not share, whatever bytes they are`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 1, seconds: 3600)
        let subjects: [[UInt8]] =
            [
                "a", "a ", " a", "a:b", "a:", "quota:a", "a\r\nb", "a\r", "A", "\u{E9}", "e\u{301}",
                "*",
            ]
            .map { Array($0.utf8) } + [[0], [0, 0], [0xFF], [0xFF, 0xFE]]
        for subject in subjects {
            #expect(
                try harness.decide(Ask(subject: subject))
                    == .admitted(left: 0, resetSeconds: 3600))
        }
        for subject in subjects {
            #expect(try harness.decide(Ask(subject: subject)) == .refused(retrySeconds: 3600))
        }
    }

    @Test(arguments: StoreKind.allCases, [0, 1, 4])
    func `a revoked token is known by itself or by its jti, at once, until it is restored`(
        _ kind: StoreKind, _ charges: Int
    ) throws {
        let harness = try kind.harness(limit: 10, seconds: 3600)
        let ask = Ask(token: "a.b.c", tokenID: "id 7", subject: [0x61], charges: charges)
        var other = ask
        (other.token, other.tokenID) = ("a.b.d", "id 8")
        for name in ["a.b.c", "id 7"] {
            #expect(try harness.decide(ask) != .revoked)
            try harness.revoke(name)
            #expect(try harness.decide(ask) == .revoked)
            #expect(try harness.decide(other) != .revoked)
            #expect(try harness.restore(name))
            #expect(try harness.decide(ask) != .revoked)
        }
    }

    @Test(
        arguments: StoreKind.allCases,
        [(0, true), (30_000, true), (60_000, false), (90_000, false)] as [(Int64, Bool)])
    func `a revocation is taken back once, and not when it has ended`(
        _ kind: StoreKind, _ taken: (after: Int64, isTaken: Bool)
    ) throws {
        let harness = try kind.harness(limit: 10, seconds: 3600)
        #expect(try !harness.restore("bad"))
        try harness.revoke("bad", forMilliseconds: 60_000)
        try harness.advance(milliseconds: taken.after)
        #expect(try harness.restore("bad") == taken.isTaken)
        #expect(try !harness.restore("bad"))
        #expect(try harness.decide(Ask(token: "bad", subject: [0x61])) != .revoked)
    }

    @Test(arguments: StoreKind.allCases)
    func `neither a revoked nor an uncharged request is charged`(_ kind: StoreKind) throws {
        let harness = try kind.harness(limit: 2, seconds: 3600)
        try harness.revoke("bad")
        let subject = Array("ann".utf8)
        for _ in 0..<5 {
            #expect(try harness.decide(Ask(token: "bad", subject: subject)) == .revoked)
            #expect(try harness.decide(Ask(subject: subject, charges: 0)) == .uncharged)
        }
        #expect(try harness.decide(.by("ann")) == .admitted(left: 1, resetSeconds: 3600))
        #expect(try harness.decide(.by("ann")) == .admitted(left: 0, resetSeconds: 3600))
        #expect(try harness.decide(.by("ann")) == .refused(retrySeconds: 3600))
    }

    @Test(arguments: StoreKind.allCases)
    func `with the quota used up, a revoked token is revoked and an invalid body uncharged`(
        _ kind: StoreKind
    ) throws {
        let harness = try kind.harness(limit: 1, seconds: 3600)
        try harness.revoke("bad")
        let subject = Array("ann".utf8)
        _ = try harness.decide(.by("ann"))
        #expect(try harness.decide(.by("ann")) == .refused(retrySeconds: 3600))
        #expect(try harness.decide(Ask(token: "bad", subject: subject)) == .revoked)
        #expect(try harness.decide(Ask(subject: subject, charges: 0)) == .uncharged)
    }

    @Test(arguments: StoreKind.allCases)
    func `a subject's name revokes nothing, and a token's name uses no quota`(
        _ kind: StoreKind
    ) throws {
        let harness = try kind.harness(limit: 1, seconds: 3600)
        try harness.revoke("ann")
        #expect(try harness.decide(.by("ann")) == .admitted(left: 0, resetSeconds: 3600))
        let ask = Ask(token: "quota:ann", tokenID: "blacklist:ann", subject: [0x62])
        #expect(try harness.decide(ask) == .admitted(left: 0, resetSeconds: 3600))
    }
}
