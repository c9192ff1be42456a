import Access
import Serving
import Telemetry
import Testing

@Suite struct RefusedSubjectsTests {
    private static let second: Int64 = 1_000_000_000
    private let ann = Array("ann".utf8)

    static let decisions: [(AdmissionDecision, untilSeconds: Int64?)] = [
        (.refused(retrySeconds: 5), 5), (.admitted(left: 0, resetSeconds: 7), 7), (.revoked, 1),
        (.admitted(left: 1, resetSeconds: 7), nil), (.uncharged, nil),
        (.unavailable(.unexpectedReply), nil),
    ]

    @Test(arguments: decisions)
    func `a subject is known to be refused for as long as the store has said`(
        _ decision: AdmissionDecision, _ untilSeconds: Int64?
    ) {
        let refused = RefusedSubjects()
        refused.note(decision, on: ann, limit: nil, now: 100)
        let end = 100 + (untilSeconds ?? 0) * RefusedSubjectsTests.second
        #expect(refused.contains(ann, limit: nil, now: end - 1) == (untilSeconds != nil))
        #expect(!refused.contains(ann, limit: nil, now: end))
        #expect(!refused.contains(Array("anne".utf8), limit: nil, now: 100))
    }

    @Test func `one that is admitted after all is not known any more`() {
        let refused = RefusedSubjects()
        refused.note(.refused(retrySeconds: 5), on: ann, limit: nil, now: 0)
        refused.note(.unavailable(.unexpectedReply), on: ann, limit: nil, now: 1)
        #expect(refused.contains(ann, limit: nil, now: 2))
        refused.note(.admitted(left: 1, resetSeconds: 5), on: ann, limit: nil, now: 2)
        #expect(!refused.contains(ann, limit: nil, now: 2))
        refused.note(.refused(retrySeconds: 5), on: ann, limit: nil, now: 3)
        #expect(refused.contains(ann, limit: nil, now: 3))
    }

    @Test func `a limit that is used up says nothing of a subject's other limits`() {
        let refused = RefusedSubjects()
        refused.note(.refused(retrySeconds: 5), on: ann, limit: 10, now: 0)
        #expect(refused.contains(ann, limit: 10, now: 1))
        #expect(!refused.contains(ann, limit: 20, now: 1))
        #expect(!refused.contains(ann, limit: nil, now: 1))
        refused.note(.admitted(left: 3, resetSeconds: 5), on: ann, limit: 20, now: 1)
        #expect(refused.contains(ann, limit: 10, now: 1))
    }

    @Test func `as many are known as the limit says, and a further one displaces the first`() {
        let refused = RefusedSubjects()
        func name(_ number: Int) -> [UInt8] { Array("subject \(number)".utf8) }
        let countMax = RefusedSubjects.countMax
        for number in 0..<countMax {
            refused.note(.refused(retrySeconds: 60), on: name(number), limit: nil, now: 0)
        }
        #expect((0..<countMax).allSatisfy { refused.contains(name($0), limit: nil, now: 1) })
        refused.note(.refused(retrySeconds: 60), on: name(countMax), limit: nil, now: 1)
        #expect(!refused.contains(name(0), limit: nil, now: 1))
        #expect((1...countMax).allSatisfy { refused.contains(name($0), limit: nil, now: 1) })
        // One that is known already displaces no other.
        refused.note(.refused(retrySeconds: 60), on: name(1), limit: nil, now: 1)
        #expect(refused.contains(name(2), limit: nil, now: 1))
        refused.note(.refused(retrySeconds: 60), on: name(0), limit: nil, now: 1)
        #expect(!refused.contains(name(1), limit: nil, now: 1))
    }

    @Test func `a question is shared until the turn ends`() {
        let refused = RefusedSubjects()
        #expect(refused.leaderOfTurn == nil)
        refused.lead(7)
        refused.lead(8)
        #expect(refused.leaderOfTurn == 8)
        refused.endTurn()
        #expect(refused.leaderOfTurn == nil)
    }

    @Test func `a question that is answered is not shared any more`() {
        let refused = RefusedSubjects()
        refused.lead(7)
        refused.dismiss(8)
        #expect(refused.leaderOfTurn == 7)
        refused.dismiss(7)
        #expect(refused.leaderOfTurn == nil)
    }

    @Test func `a stage that is come to twice counts both times`() {
        var stages = StageTimes(start: 0)
        stages.end(.decode, at: 5)
        stages.end(.store, at: 7)
        stages.end(.decode, at: 10)
        stages.end(.score, at: 11)
        #expect([Stage.decode, .store, .score].map { stages[$0] } == [8, 2, 1])
    }

    @Test func `what refuses one refuses another with its token, and what admits it does not`() {
        let unavailable = AdmissionDecision.unavailable(.unexpectedReply)
        let cases: [(AdmissionDecision, charged: AdmissionDecision?, invalid: AdmissionDecision?)] =
            [
                (.refused(retrySeconds: 3), .refused(retrySeconds: 3), .uncharged),
                (.revoked, .revoked, .revoked), (unavailable, unavailable, unavailable),
                (.admitted(left: 1, resetSeconds: 3), nil, .uncharged),
            ]
        for (decision, charged, invalid) in cases {
            #expect(decision.ofFollower(charges: 1, isAlike: true) == charged)
            #expect(decision.ofFollower(charges: 0, isAlike: false) == invalid)
        }
    }
}
