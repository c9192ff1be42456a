import HTTP
import JSON
import ServiceTestSupport
import Telemetry
import Testing

@Suite struct RequestLogTests {
    private let ok = RequestOutcome(
        method: .post, route: .predict, status: 200, nanoseconds: 1_234_999)

    private func subject(_ name: String, salt: String = "salt") throws -> String? {
        let log = CapturedLog()
        log.add(ok, subject: name, salt: salt)
        return try log.objects().first?["subject"]?.asString
    }

    @Test func `a line has time, level, message, id, method, route, status, duration and subject`()
        throws
    {
        let log = CapturedLog()
        log.add(ok, requestID: "a.b_C-1", subject: "alice", unixMilliseconds: 1_790_000_000_123)
        let hash = try #require(try log.objects().first?["subject"]?.asString)
        #expect(
            log.text == """
                {"time":"2026-09-21T14:13:20.123Z","level":"info","message":"request",\
                "request_id":"a.b_C-1","method":"POST","route":"/predict","status":200,\
                "duration_us":1234,"subject":"\(hash)"}

                """)
    }

    @Test func `a subject is logged as sixteen digits of a hash`() throws {
        let hash = try #require(try subject("alice"))
        #expect(hash.utf8.count == 16)
        #expect(hash.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }

    @Test func `a hash tells subjects apart, and processes do not share it`() throws {
        let hash = try subject("alice")
        #expect(try subject("alice") == hash)
        #expect(try subject("alicf") != hash)
        #expect(try subject("alice", salt: "another") != hash)
    }

    @Test(arguments: [
        (HTTPMethod?.some(.get), "GET"), (.head, "HEAD"), (.post, "POST"), (.other, "other"),
        (nil, "none"),
    ]) func `a method of no route is only called another one`(
        method: HTTPMethod?, name: String
    ) throws {
        let log = CapturedLog()
        log.add(RequestOutcome(method: method, route: nil, status: 404, nanoseconds: 0))
        let line = try #require(try log.objects().first)
        #expect(line["method"] == .string(name))
        #expect(line["route"] == .string("none"))
        #expect(line["subject"] == nil)
    }

    @Test(arguments: RouteLabel.all) func `a route is logged by its path`(route: RouteLabel) throws
    {
        let log = CapturedLog()
        log.add(RequestOutcome(method: .get, route: route, status: 200, nanoseconds: 0))
        #expect(try log.objects().first?["route"] == .string("\(route.path)"))
    }

    @Test func `a problem is logged with its type and why`() throws {
        let log = CapturedLog()
        log.add(
            RequestOutcome(
                method: .post, route: .predict, status: 503, nanoseconds: 0,
                problem: RequestOutcome.LoggedProblem(
                    type: "unavailable", reason: "a \"quote\"\nand é")))
        let line = try #require(try log.objects().first)
        #expect(line["problem"] == .string("unavailable"))
        #expect(line["reason"] == .string("a \"quote\"\nand é"))
        #expect(log.text.filter { $0 == "\n" }.count == 1)
    }

    @Test func `lines of a turn go out together at its end`() throws {
        let captured = CapturedLog()
        let log = RequestLog(
            sink: captured.sink, salt: [1].span, rules: RequestLog.Rules(logsAll: true))
        for number in 0..<3 {
            log.add(
                ok, requestID: Array("\(number)".utf8).span, subject: nil,
                unixMilliseconds: Int64(number))
        }
        #expect(captured.text == "")
        log.endTurn()
        log.endTurn()
        let lines = try captured.objects()
        #expect(lines.map { $0["request_id"] } == [.string("0"), .string("1"), .string("2")])
        #expect(lines.map { $0["time"]?.asString?.suffix(4) } == ["000Z", "001Z", "002Z"])
    }

    @Test func `a turn of very many requests does not gather them without bound`() {
        let captured = CapturedLog()
        let log = RequestLog(
            sink: captured.sink, salt: [1].span, rules: RequestLog.Rules(logsAll: true))
        let id = Array("id".utf8)
        var byteCount = 0
        while captured.text.isEmpty, byteCount < 2 * RequestLog.bytesMax {
            for _ in 0..<1000 { log.add(ok, requestID: id.span, subject: nil, unixMilliseconds: 0) }
            byteCount += 1000 * 100
        }
        #expect(byteCount <= RequestLog.bytesMax + 1000 * 100)
        #expect(captured.text.utf8.count >= RequestLog.bytesMax)
    }
}
