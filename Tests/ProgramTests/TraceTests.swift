import AuditLog
import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// `traceparent`, and where the time of a slow request went.
    @Suite struct TraceTests {
        private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
        private static let spanID = "00f067aa0ba902b7"
        private static let stages = [
            "parse_us", "token_us", "decode_us", "score_us", "redis_us", "audit_us", "write_us",
        ]

        private let audited: AuditedChurnd
        private let token: String

        init() throws {
            audited = try AuditedChurnd(["log.slow_requests": "0.001"])
            token = try TokenFactory().token("alice")
        }

        /// The parts of an answer's field, which must be of the form of version 00.
        private func parts(_ answer: HTTPAnswer) throws -> (
            trace: String, span: String, flags: String
        ) {
            let field = try #require(answer["traceparent"])
            let match = try #require(
                try /^00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])$/.wholeMatch(in: field), "\(field)")
            #expect(match.1 != String(repeating: "0", count: 32))
            #expect(match.2 != String(repeating: "0", count: 16))
            return (String(match.1), String(match.2), String(match.3))
        }

        private func line(_ churnd: ChurndProcess, _ message: String, _ id: String) throws
            -> JSONObject
        {
            var line: JSONObject?
            try eventually("a line of \(id)") {
                line = churnd.log(message).first { $0.text("request_id") == id }
                return line != nil
            }
            return line ?? JSONObject()
        }

        @Test(arguments: ["00", "01", "03", "fe"])
        func `a trace goes on in answer, log and audit, with a span of its own`(flags: String)
            throws
        {
            let client = try audited.churnd.client()
            let parent = "00-\(Self.traceID)-\(Self.spanID)-\(flags)"
            let requests: [(HTTPRequest, Int)] = [
                (.predict(token: token), 200), (.predict(token: nil), 401), (.get("/nowhere"), 404),
                (.predict(token: token, body: "{"), 400), (.get("/health"), 200),
            ]
            var spans: Set<String> = [Self.spanID]
            for (index, (request, status)) in requests.enumerated() {
                let answer = try client.exchange(
                    request.with("traceparent", parent).with("X-Request-Id", "id-\(index)"))
                #expect(answer.status == status)
                let (trace, span, sampled) = try parts(answer)
                #expect(trace == Self.traceID)
                #expect(spans.insert(span).inserted, "each request is a span of its own")
                #expect(sampled == (flags == "01" || flags == "03" ? "01" : "00"))
                let line = try line(audited.churnd, "request", "id-\(index)")
                #expect(line.text("trace_id") == Self.traceID)
                #expect(line.text("span_id") == span)
                let slow = try self.line(audited.churnd, "slow request", "id-\(index)")
                #expect(slow.text("trace_id") == Self.traceID)
            }
            #expect(
                try audited.records(.prediction).map { $0.text("trace_id") } == [Self.traceID])
        }

        @Test func `a trace begins where there is none, or none that can be read`() throws {
            let good = "00-\(Self.traceID)-\(Self.spanID)-01"
            let zero = String(repeating: "0", count: 32)
            let values: [[String]] = [
                [], [""], [good, good], [good.uppercased()], ["ff" + good.dropFirst(2)],
                [String(good.dropLast())], [good + "-"], [good + "x"], [" "],
                ["00-\(zero)-\(Self.spanID)-01"], ["00-\(Self.traceID)-\(zero.prefix(16))-01"],
                [good.replacing("-", with: "_")], ["00" + good], ["0g" + good.dropFirst(2)],
                [good + ",\(good)"],
            ]
            let client = try audited.churnd.client()
            var traces: Set<String> = [Self.traceID]
            for fields in values {
                var request = HTTPRequest.predict(token: token)
                for value in fields { request = request.with("traceparent", value) }
                let answer = try client.exchange(request)
                #expect(answer.status == 200)
                let (trace, _, flags) = try parts(answer)
                #expect(traces.insert(trace).inserted, "\(fields)")
                #expect(flags == "00")
                #expect(try audited.records(.prediction).last?.text("trace_id") == trace)
            }
            // A version to come may say more after a dash.
            let later = try client.exchange(
                HTTPRequest.get("/health").with("traceparent", "01" + good.dropFirst(2) + "-x"))
            #expect(try parts(later).trace == Self.traceID)
            // A request that cannot be read has one too.
            let broken = try audited.churnd.client()
            try broken.send("GET / HTTP/1.1\r\n\r\n")
            #expect(traces.insert(try parts(broken.readAnswer()).trace).inserted)
        }

        @Test func `without traces there are none anywhere`() throws {
            let audited = try AuditedChurnd([
                "trace.context": "off", "log.slow_requests": "0.001",
            ])
            let request = HTTPRequest.predict(token: token, requestID: "the-id")
                .with("traceparent", "00-\(Self.traceID)-\(Self.spanID)-01")
            let answer = try audited.churnd.client().exchange(request)
            #expect(answer.status == 200)
            #expect(answer.values(of: "traceparent") == [])
            #expect(try audited.churnd.operations(.get("/livez")).values(of: "traceparent") == [])
            let record = try #require(try audited.records(.prediction).first)
            #expect(record["trace_id"] == nil)
            try audited.end()
            for line in audited.churnd.logLines {
                #expect(line["trace_id"] == nil)
                #expect(line["span_id"] == nil)
            }
        }

        @Test func `a slow request has a line with the time in each stage`() throws {
            let client = try audited.churnd.client()
            let requests: [(HTTPRequest, Int)] = [
                (.predict(token: token), 200), (.predict(token: nil), 401),
                (.predict(token: token, body: "{}"), 422), (.get("/health"), 200),
            ]
            for (index, (request, status)) in requests.enumerated() {
                let answer = try client.exchange(request.with("X-Request-Id", "id-\(index)"))
                #expect(answer.status == status)
                let line = try line(audited.churnd, "slow request", "id-\(index)")
                #expect(
                    line.names == [
                        "time", "level", "message", "request_id", "trace_id", "route", "status",
                        "duration_us",
                    ] + Self.stages)
                #expect(line.text("level") == "warning")
                #expect(line["status"]?.asNumber == Double(status))
                let duration = try #require(line["duration_us"]?.asNumber)
                let times = Self.stages.compactMap { line[$0]?.asNumber }
                #expect(times.count == Self.stages.count)
                #expect(times.allSatisfy { $0 >= 0 })
                // All but the writing lies within the duration.
                #expect(times.dropLast().reduce(0, +) <= duration, "\(line)")
                // Only the first came so far; a stage of less than a microsecond is 0 as well.
                if index == 0 {
                    #expect(line["audit_us"]?.asNumber ?? 0 > 0)
                } else {
                    #expect(line["score_us"]?.asNumber == 0)
                    #expect(line["audit_us"]?.asNumber == 0)
                }
            }
        }

        @Test func `the time that Redis hangs is told as Redis'`() throws {
            let deployment = try Deployment([
                "redis.deadline": "300", "log.slow_requests": "250",
            ])
            let client = try deployment.churnd.client()
            try eventually("one is quick") {
                try client.exchange(.predict(token: token, requestID: "quick")).status == 200
            }
            try deployment.redis.pause()
            let answer = try client.exchange(.predict(token: token, requestID: "hung"))
            deployment.redis.resume()
            #expect(answer.status == 503)
            let line = try line(deployment.churnd, "slow request", "hung")
            let waited = line["redis_us"]?.asNumber ?? 0
            let duration = line["duration_us"]?.asNumber ?? 0
            #expect((290_000...duration).contains(waited), "\(line)")
            let times = Self.stages.dropLast().compactMap { line[$0]?.asNumber }
            #expect(duration - times.reduce(0, +) < 100_000, "\(line)")
            #expect(line["status"]?.asNumber == 503)
            #expect(
                deployment.churnd.log("slow request").allSatisfy {
                    $0.text("request_id") != "quick"
                })
        }
    }
}
