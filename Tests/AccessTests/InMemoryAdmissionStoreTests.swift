import Access
import TestSupport
import Testing

@Suite struct InMemoryAdmissionStoreTests {
    private func harness(
        limit: Int, milliseconds: Int64, subjectsMax: Int = 1000
    ) -> MemoryHarness {
        MemoryHarness(
            quota: QuotaRules(limit: limit, windowMilliseconds: milliseconds),
            subjectsMax: subjectsMax)
    }

    @Test(arguments: [(999, false), (1000, true), (1001, true)] as [(Int64, Bool)])
    func `an admission leaves at the window's end to the millisecond`(
        _ milliseconds: Int64, _ isAdmitted: Bool
    ) throws {
        let harness = harness(limit: 1, milliseconds: 1000)
        _ = try harness.decide(.by("ann"))
        harness.advance(milliseconds: milliseconds)
        let expected: AdmissionDecision =
            isAdmitted ? .admitted(left: 0, resetSeconds: 1) : .refused(retrySeconds: 1)
        #expect(try harness.decide(.by("ann")) == expected)
    }

    @Test(
        arguments: [
            (1, 3600), (599, 3600), (1_000, 3599), (3_598_999, 2), (3_599_000, 1), (3_599_999, 1),
        ] as [(Int64, Int)])
    func `seconds are rounded up, and at least 1`(_ milliseconds: Int64, _ seconds: Int) throws {
        let harness = harness(limit: 1, milliseconds: 3_600_000)
        _ = try harness.decide(.by("ann"))
        harness.advance(milliseconds: milliseconds)
        #expect(try harness.decide(.by("ann")) == .refused(retrySeconds: seconds))
    }

    @Test func `as many subjects are followed as the limit says, and each that ends makes room`()
        throws
    {
        let harness = harness(limit: 2, milliseconds: 1000, subjectsMax: 3)
        for subject in ["a", "b", "c"] {
            #expect(try harness.decide(.by(subject)) == .admitted(left: 1, resetSeconds: 1))
            harness.advance(milliseconds: 100)
        }
        #expect(try harness.decide(.by("d")) == .unavailable(.storeFull(subjectsMax: 3)))
        #expect(try harness.decide(.by("a")) == .admitted(left: 0, resetSeconds: 1))
        #expect(try harness.decide(Ask(subject: [0x64], charges: 0)) == .uncharged)

        // b ends at 1,100 ms, c at 1,200 ms, and a, admitted again at 300 ms, at 1,300 ms.
        harness.advance(milliseconds: 799)
        #expect(try harness.decide(.by("d")) == .unavailable(.storeFull(subjectsMax: 3)))
        harness.advance(milliseconds: 1)
        #expect(try harness.decide(.by("d")) == .admitted(left: 1, resetSeconds: 1))
        #expect(try harness.decide(.by("e")) == .unavailable(.storeFull(subjectsMax: 3)))
        harness.advance(milliseconds: 100)
        #expect(try harness.decide(.by("e")) == .admitted(left: 1, resetSeconds: 1))
        #expect(try harness.decide(.by("b")) == .unavailable(.storeFull(subjectsMax: 3)))
    }

    /// Admissions are a millisecond apart; how many after the last one is asked for.
    @Test(arguments: [0, 1, 2, 3, 500, 998, 999, 1000, 1001, 1998, 1999, 2000, 5000])
    func `however many have left the window, those that have not count`(_ later: Int64) throws {
        let window: Int64 = 1000
        let harness = harness(limit: 3000, milliseconds: window)
        for number in 0..<2 * window {
            _ = try harness.decide(.by("ann"))
            if number < 2 * window - 1 { harness.advance(milliseconds: 1) }
        }
        harness.advance(milliseconds: later)
        let inWindow = max(0, window - later)
        guard case .admitted(let left, _) = try harness.decide(.by("ann")) else {
            Issue.record("refused")
            return
        }
        #expect(left == 3000 - Int(inWindow) - 1)
    }

    @Test func `a revocation ends when its time is over`() throws {
        let harness = harness(limit: 9, milliseconds: 1000)
        #expect(harness.isRevoked("token", forMilliseconds: 500))
        harness.advance(milliseconds: 499)
        #expect(try harness.decide(.by("ann")) == .revoked)
        harness.advance(milliseconds: 1)
        #expect(try harness.decide(.by("ann")) == .admitted(left: 8, resetSeconds: 1))
    }

    @Test(arguments: [(499, true), (500, false), (501, false)] as [(Int64, Bool)])
    func `a revocation is taken back until its end to the millisecond`(
        _ milliseconds: Int64, _ isTaken: Bool
    ) {
        let harness = harness(limit: 9, milliseconds: 1000)
        #expect(harness.isRevoked("token", forMilliseconds: 500))
        harness.advance(milliseconds: milliseconds)
        #expect(harness.restore("token") == isTaken)
    }

    @Test func `as many revocations are held as the limit says, and ended ones make room`() {
        let harness = harness(limit: 9, milliseconds: 1000)
        for number in 0..<InMemoryAdmissions.revocationsMax - 1 {
            _ = harness.isRevoked("\(number)", forMilliseconds: 1000)
        }
        #expect(harness.isRevoked("last", forMilliseconds: 2000))
        #expect(!harness.isRevoked("one more", forMilliseconds: 1000))
        #expect(harness.isRevoked("last", forMilliseconds: 2000))
        harness.advance(milliseconds: 1000)
        #expect(harness.isRevoked("one more", forMilliseconds: 1000))
    }

    @Test(arguments: [(8191, true), (8192, true), (8193, false)])
    func `the names of revoked tokens have room together, and ended ones make some`(
        bytes: Int, isRevoked: Bool
    ) {
        func name(_ number: Int, bytes: Int) -> String {
            let digits = "\(number)"
            return digits + String(repeating: ".", count: bytes - digits.utf8.count)
        }
        let harness = harness(limit: 9, milliseconds: 1000)
        let countMax = InMemoryAdmissions.revocationBytesMax / 8192
        for number in 1..<countMax {
            _ = harness.isRevoked(name(number, bytes: 8192), forMilliseconds: 1000)
        }
        let last = name(0, bytes: bytes)
        #expect(harness.isRevoked(last, forMilliseconds: 2000) == isRevoked)
        #expect(harness.isRevoked(name(1, bytes: 8192), forMilliseconds: 2000), "it has its room")
        // What is revoked no more makes room immediately.
        #expect(harness.restore(name(2, bytes: 8192)))
        #expect(harness.isRevoked(name(3, bytes: 8191), forMilliseconds: 1000))
        #expect(harness.isRevoked(last, forMilliseconds: 2000))
        #expect(!harness.isRevoked(name(4, bytes: 8193), forMilliseconds: 1000))
        harness.advance(milliseconds: 1000)
        #expect(harness.isRevoked(name(4, bytes: 8193), forMilliseconds: 1000))
    }

    @Test func `a quota is exact though several threads ask at once`() throws {
        let admissions = InMemoryAdmissions(
            quota: QuotaRules(limit: 100, windowMilliseconds: 3_600_000), subjectsMax: 10)
        let decisions = try concurrently(4) { thread in
            let decisions = Decisions()
            let store = InMemoryAdmissionStore(
                admissions: admissions, milliseconds: { 1000 })
            for ticket: UInt64 in 0..<60 { store.admit(.by("ann"), deadline: .max, ticket: ticket) }
            decisions.takeAll(of: store)
            return try decisions.removeAll(tickets: 0..<60)
        }
        let left = decisions.joined().compactMap { decision -> Int? in
            if case .admitted(let left, _) = decision { left } else { nil }
        }
        #expect(left.sorted() == Array(0..<100))
    }
}
