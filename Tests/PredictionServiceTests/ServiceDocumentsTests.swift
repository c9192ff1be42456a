import Configuration
import Features
import HTTP
import JSON
import POSIX
import PredictionService
import TestSupport
import Testing

/// The documents for callers and operators, compared with the code's own lists.
@Suite struct ServiceDocumentsTests {
    @Test func `the document of the interface has every route with its methods`() throws {
        let found = try DocumentTable("routes", of: "Docs/reference/http.md").rows.map {
            $0.prefix(2)
        }
        let expected = Route.allCases.map { ["`\($0.rawValue)`", "\($0.allowedMethods)"] }
        #expect(found.map(Array.init) == expected)
    }

    @Test func `the document of the interface has every type of problem, its status and title`()
        throws
    {
        let found = try DocumentTable("problems", of: "Docs/reference/http.md").rows.map {
            $0.prefix(3)
        }
        let expected = ProblemType.allCases.map { ["`\($0.uri)`", "\($0.status)", $0.title] }
        #expect(
            found.map(Array.init) == expected,
            "the rows have to begin: \(expected.map { $0.joined(separator: " | ") })")
    }

    @Test func `the document of the interface has every code of a violation`() throws {
        let found = try DocumentTable("codes", of: "Docs/reference/http.md").rows.map { $0[0] }
        #expect(found == ViolationCode.allCases.map { "`\($0.rawValue)`" })
    }

    @Test func `the document for operators has every member of a request's log line`() throws {
        let log = CapturedLog()
        log.add(
            RequestOutcome(
                method: .post, route: .predict, status: 401, nanoseconds: 0,
                trace: TraceContext(traceHigh: 1, traceLow: 2, spanID: 3),
                peer: PeerAddress([127, 0, 0, 1]),
                problem: RequestOutcome.Problem(type: .tokenExpired, reason: "")),
            subject: "s")
        let line = try #require(try log.objects().first)
        let found = try DocumentTable("request log", of: "Docs/operating/logs-and-traces.md").rows
            .map { $0[0] }
        #expect(found == line.members.map { "`\($0.name)`" })
    }

    @Test func `the document for operators has every member of a line that counts requests`()
        throws
    {
        let captured = CapturedLog()
        let log = RequestLog(
            sink: captured.sink, salt: [1].span,
            rules: RequestLog.Rules(logsAll: true, refusedPerSecond: 1))
        let id = Array("id".utf8)
        for _ in 0..<3 {
            log.add(
                RequestOutcome(
                    method: .post, route: .predict, status: 401, nanoseconds: 0,
                    problem: RequestOutcome.Problem(type: .missingToken, reason: "")),
                requestID: id.span, subject: nil, unixMilliseconds: 0, now: 0)
        }
        log.end()
        log.turnEnded()
        let line = try #require(try captured.objects().last)
        #expect(line["count"] == .number(2))
        let found = try DocumentTable("counted requests", of: "Docs/operating/logs-and-traces.md")
            .rows
        #expect(found.map { $0[0] } == line.members.map { "`\($0.name)`" })
    }

    @Test func `idle connections outlast those of the load balancers that need no setting`() throws
    {
        let rows = try DocumentTable("load balancers", of: "Docs/operating/connections.md").rows
        let standard = try #require(
            Double(ConfigurationTable.key(named: "http.idle_timeout")?.defaultText ?? ""))
        #expect(rows.count >= 8)
        for row in rows {
            let kept = try #require(Double(row[1].replacing(",", with: "")), "\(row)")
            #expect((row[2] == "the default") == (kept < standard), "\(row[0])")
        }
    }
}
