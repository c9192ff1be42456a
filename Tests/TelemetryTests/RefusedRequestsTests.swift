import HTTP
import JSON
import ServiceTestSupport
import Telemetry
import Testing

/// Lines of requests that are refused: the first are written, a flood is counted.
@Suite struct RefusedRequestsTests {
    private let captured = CapturedLog()
    private let log: RequestLog
    private static let rate = 100
    private static let second: Int64 = 1_000_000_000

    init() {
        log = RequestLog(
            sink: captured.sink, salt: [1].span,
            rules: RequestLog.Rules(
                logsAll: true, slowNanoseconds: 1_000, refusedPerSecond: RefusedRequestsTests.rate))
    }

    private func add(
        _ status: UInt16, _ type: String?, route: RouteLabel? = .predict, subject: String? = nil,
        at now: Int64 = 0
    ) {
        let id = Array("id".utf8)
        log.add(
            RequestOutcome(
                method: .post, route: route, status: status, nanoseconds: 0,
                problem: type.map { RequestOutcome.LoggedProblem(type: $0, reason: "why") }),
            requestID: id.span, subject: subject.map { Array($0.utf8) },
            unixMilliseconds: now / 1_000_000, now: now)
    }

    /// All lines once the reactor has ended: those of requests, and those that count others.
    private func lines() throws -> (own: [JSONObject], counts: [JSONObject]) {
        log.end()
        log.endTurn()
        let all = try captured.objects()
        return (
            all.filter { $0["message"] == .string("request") },
            all.filter { $0["message"] == .string("requests") }
        )
    }

    private func count(_ line: JSONObject) -> Int { Int(line["count"]?.asNumber ?? 0) }

    @Test(
        arguments: [
            (UInt16(401), "missing-token"), (401, "invalid-token"), (400, "malformed-request"),
            (404, "not-found"), (405, "method-not-allowed"), (408, "request-timeout"),
            (413, "content-too-large"), (431, "head-too-large"),
            (501, "transfer-coding-not-supported"), (505, "version-not-supported"),
        ], [-1, 0, 1])
    func `strangers have a second's lines, and what is beyond is counted`(
        answer: (status: UInt16, type: String), excess: Int
    ) throws {
        let count = RefusedRequestsTests.rate + excess
        for _ in 0..<count { add(answer.status, answer.type) }
        let (own, counts) = try lines()
        #expect(own.count == min(count, RefusedRequestsTests.rate))
        #expect(counts.map(self.count) == (excess > 0 ? [excess] : []))
    }

    @Test func `a flood is bounded each second, and its counts are complete`() throws {
        for millisecond in 0..<5_000 {
            for _ in 0..<4 {
                add(401, "missing-token", at: Int64(millisecond) * 1_000_000)
            }
            add(404, "not-found", route: nil, at: Int64(millisecond) * 1_000_000)
        }
        let (own, counts) = try lines()
        #expect(own.count >= 5 * 99 && own.count <= 6 * RefusedRequestsTests.rate)
        #expect(counts.count == 2)
        #expect(own.count + counts.reduce(0) { $0 + count($1) } == 25_000)
        let line = try #require(counts.first { $0["status"] == .number(401) })
        #expect(
            line.members.map(\.name) == [
                "time", "level", "message", "route", "status", "problem", "count", "first", "last",
            ])
        #expect(line["problem"] == .string("missing-token"))
        #expect(line["route"] == .string("/predict"))
        #expect(line["last"] == .string("1970-01-01T00:00:04.999Z"))
    }

    @Test func `a flood drops no line of others`() throws {
        for _ in 0..<10_000 { add(401, "missing-token") }
        for _ in 0..<10_000 { add(429, "rate-limited", subject: "flooder") }
        for _ in 0..<10_000 { add(200, nil, route: .liveness) }
        for _ in 0..<500 { add(200, nil, subject: "alice") }
        for _ in 0..<500 { add(503, "unavailable", subject: "alice") }
        for _ in 0..<500 { add(200, nil, route: .metrics) }
        for subject in 0..<900 { add(429, "rate-limited", subject: "s\(subject)") }
        let (own, counts) = try lines()
        func written(_ status: Double, _ route: String) -> Int {
            own.count { $0["status"] == .number(status) && $0["route"] == .string(route) }
        }
        #expect(written(200, "/predict") == 500)
        #expect(written(503, "/predict") == 500)
        #expect(written(200, "/metrics") == 500)
        #expect(written(429, "/predict") == 10 + 900)
        #expect(written(401, "/predict") == RefusedRequestsTests.rate)
        #expect(written(200, "/livez") == RefusedRequestsTests.rate)
        #expect(counts.reduce(0) { $0 + count($1) } == 9_900 + 9_990 + 9_900)
    }

    @Test(arguments: [-1, 0, 1])
    func `a known caller has the first ten lines of each period`(excess: Int) throws {
        for _ in 0..<(10 + excess) { add(422, "invalid-record", subject: "alice") }
        let now = 11 * RefusedRequestsTests.second
        log.deadlinePassed()
        add(422, "invalid-record", subject: "alice", at: now)
        let (own, counts) = try lines()
        #expect(own.count == 10 + min(excess, 0) + 1)
        #expect(counts.map(count) == (excess > 0 ? [excess] : []))
    }

    @Test func `more known callers than are followed share what strangers have`() throws {
        for subject in 0..<2_000 { add(429, "rate-limited", subject: "s\(subject)") }
        let (own, counts) = try lines()
        #expect(own.count == 1_024 + RefusedRequestsTests.rate)
        #expect(counts.map(count) == [2_000 - own.count])
    }

    @Test func `counts are due ten seconds after the first refusal`() throws {
        #expect(log.deadline == nil)
        add(200, nil, subject: "alice")
        #expect(log.deadline == nil)
        add(401, "missing-token", at: 5)
        #expect(log.deadline == 5 + 10 * RefusedRequestsTests.second)
        log.deadlinePassed()
        #expect(log.deadline == nil)
    }
}
