import HTTP
import JSON
import OpenSSL
import POSIX
import ServiceTestSupport
import Telemetry
import TestSupport
import Testing

/// The tables of log lines in the document for operators, compared with the lines.
@Suite struct LogDocumentsTests {
    private static let path = "Docs/operating/logs-and-traces.md"

    @Test func `the document for operators has every member of a request's log line`() throws {
        let log = CapturedLog()
        log.add(
            RequestOutcome(
                method: .post, route: .predict, status: 401, nanoseconds: 0,
                trace: TraceContext(traceHigh: 1, traceLow: 2, spanID: 3),
                peer: PeerAddress([127, 0, 0, 1]), proxy: PeerAddress([127, 0, 0, 2]),
                clientName: TLSPeerName(commonName: [0x61], fingerprint: [1]),
                problem: RequestOutcome.LoggedProblem(type: "token-expired", reason: "")),
            subject: "s")
        let line = try #require(try log.objects().first)
        let found = try DocumentTable("request log", of: LogDocumentsTests.path).rows.map { $0[0] }
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
                    problem: RequestOutcome.LoggedProblem(type: "missing-token", reason: "")),
                requestID: id.span, subject: nil, unixMilliseconds: 0, now: 0)
        }
        log.end()
        log.endTurn()
        let line = try #require(try captured.objects().last)
        #expect(line["count"] == .number(2))
        let found = try DocumentTable("counted requests", of: LogDocumentsTests.path).rows
        #expect(found.map { $0[0] } == line.members.map { "`\($0.name)`" })
    }
}
