import Bundle
import Configuration
import JSON
import Models
import POSIX
import PredictionService
import ServiceTestSupport
import TestSupport
import Testing

/// A whole service in this process, its store in memory.
@Suite struct ServiceTests {
    private struct Running {
        let service: Service
        let log: CapturedLog

        init(_ flags: [String] = [], log: CapturedLog = CapturedLog()) throws {
            // A flag may be given once only.
            let names = flags.map { $0.prefix { $0 != "=" } }
            let standard = ["--http.port=0", "--http.reactors=2", "--store=memory"].filter { flag in
                !names.contains(flag.prefix { $0 != "=" })
            }
            let configuration = try ServiceConfiguration.testing(
                standard + flags, environment: ["JWT_SECRET": ChurndProcess.secret])
            self.log = log
            service = try Service.start(configuration, sink: log.sink)
        }

        /// Sends one request on a connection of its own.
        func answer(_ request: HTTPRequest) throws -> HTTPAnswer {
            try ClientSocket(port: service.port).exchange(request)
        }

        func end() {
            service.beginDraining()
            service.waitUntilEnded()
        }
    }

    private func token(_ subject: String = "acme") throws -> String {
        try TokenFactory().token(subject)
    }

    @Test func `a prediction is answered with the model's score and the quota`() throws {
        let running = try Running(["--quota.limit=5", "--quota.window=60"])
        let body = Customer.valid.named("C-1").json
        let answer = try running.answer(
            .predict(token: token(), body: body, requestID: "my-id"))
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "application/json")
        #expect(answer["X-Request-Id"] == "my-id")
        #expect(answer["Cache-Control"] == "no-store")
        #expect(answer["X-Content-Type-Options"] == "nosniff")
        #expect(answer["Date"]?.hasSuffix(" GMT") == true)
        #expect(answer["RateLimit-Policy"] == "\"hourly\";q=5;w=60")
        #expect(answer["RateLimit"] == "\"hourly\";r=4;t=60")
        #expect(answer.member("customer_id") == .string("C-1"))
        #expect(answer.member("request_id") == .string("my-id"))
        #expect(answer.member("model_version") == .string("telco-churn/1"))
        let probability = try #require(answer.member("churn_probability")?.asNumber)
        #expect(answer.member("churn_prediction") == .bool(probability > 0.5))
        running.end()
    }

    @Test func `a linear model is served as trees are`() throws {
        let path = ProjectPlaces.root + "/Models/telco-logistic/1"
        let running = try Running(["--model.path=\(path)"])
        let golden = try Files.read("\(path)/golden.jsonl", bytesMax: 1 << 20)
        let line = Array(golden.prefix { $0 != UInt8(ascii: "\n") })
        let row = try GoldenRow(parsing: line.span)
        let body = String(decoding: row.request, as: UTF8.self)
        let answer = try running.answer(.predict(token: token(), body: body))
        #expect(answer.status == 200)
        #expect(answer.member("model_version") == .string("telco-logistic/1"))
        let probability = try #require(answer.member("churn_probability")?.asNumber)
        #expect(abs(probability - Double(row.probability)) <= 0.00005)
        running.end()
    }

    @Test func `a request whose body cannot be read is answered under its own name`() throws {
        let running = try Running()
        let client = try ClientSocket(port: running.service.port)
        try client.send(
            "POST /predict HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nnot a size\r\n")
        let answer = try client.readAnswer()
        #expect(answer.status == 400)
        #expect(answer["X-Request-Id"] == "mine")
        #expect(answer.member("request_id") == .string("mine"))
        running.end()
    }

    @Test func `an invalid record is told every violation and is not charged`() throws {
        let running = try Running(["--quota.limit=2"])
        let token = try token()
        let body = Customer.valid.with("tenure", "73").with("planted", "1").without("gender").json
        for _ in 1...3 {
            let answer = try running.answer(.predict(token: token, body: body))
            #expect(answer.status == 422)
            #expect(answer["Content-Type"] == "application/problem+json")
            #expect(answer["RateLimit"] == nil)
            let errors = try #require(answer.member("errors")?.asArray)
            #expect(
                errors.map { $0.asObject?["code"]?.asString }
                    == ["missing", "out_of_range", "unknown_field"])
        }
        #expect(try running.answer(.predict(token: token))["RateLimit"]?.contains(";r=1;") == true)
        running.end()
    }

    @Test func `beyond the quota a request is refused, another subject's is not`() throws {
        let running = try Running(["--quota.limit=2", "--quota.window=100"])
        let token = try token()
        for _ in 1...2 { #expect(try running.answer(.predict(token: token)).status == 200) }
        let answer = try running.answer(.predict(token: token))
        #expect(answer.status == 429)
        #expect(answer.member("detail") == .string("Rate limit exceeded"))
        let seconds = try #require(answer["Retry-After"].flatMap { Int($0) })
        #expect((1...100).contains(seconds))
        #expect(answer["RateLimit"] == "\"hourly\";r=0;t=\(seconds)")
        let other = try running.answer(.predict(token: self.token("other")))
        #expect(other.status == 200)
        running.end()
    }

    @Test func `the health routes pass, to HEAD as well, and say who answers`() throws {
        let running = try Running()
        for path in ["/health", "/readyz", "/livez"] {
            let answer = try running.answer(.get(path))
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == "application/health+json")
            #expect(answer.member("status") == .string("pass"))
            let head = try running.answer(HTTPRequest("HEAD", path))
            #expect(head.status == 200)
            #expect(head["Content-Length"] == "\(answer.body.count)")
        }
        let report = try running.answer(.get("/health"))
        #expect(report.member("version") == .string(Release.version))
        #expect(report.member("model")?.asObject?["name"] == .string("telco-churn"))
        running.end()
    }

    @Test func `ids made here differ on one connection and between connections`() throws {
        let running = try Running()
        var ids: Set<String> = []
        for _ in 1...4 {
            let client = try ClientSocket(port: running.service.port)
            for _ in 1...4 { ids.insert(try client.exchange(.get("/livez"))["X-Request-Id"] ?? "") }
        }
        #expect(ids.count == 16)
        running.end()
    }

    @Test func `ids that cannot be repeated safely are replaced`() throws {
        let running = try Running()
        let odd = ["a b", "é", String(repeating: "x", count: 65), "a\"b", ""]
        for id in odd {
            let answer = try running.answer(HTTPRequest.get("/livez").with("X-Request-Id", id))
            #expect(answer["X-Request-Id"]?.utf8.count == 29, "\(id)")
        }
        let twice = HTTPRequest.get("/livez").with("X-Request-Id", "a").with("X-Request-Id", "a")
        #expect(try running.answer(twice)["X-Request-Id"]?.utf8.count == 29)
        running.end()
    }

    @Test func `a drained service ends, with every request in its log`() throws {
        let running = try Running()
        let client = try ClientSocket(port: running.service.port)
        for number in 1...5 {
            let request = HTTPRequest.get("/livez").with("X-Request-Id", "n-\(number)")
            #expect(try client.exchange(request).status == 200)
        }
        running.end()
        let lines = try running.log.objects()
        let ids = lines.filter { $0["message"] == .string("request") }.map { $0["request_id"] }
        #expect(ids == (1...5).map { .string("n-\($0)") })
        #expect(lines.last?["message"] == .string("ended"))
        #expect(throws: (any Error).self) { try ClientSocket(port: running.service.port) }
    }

    @Test func `the answer after which the last connection closes is in the log at the end`() throws
    {
        for _ in 1...20 {
            let running = try Running(["--http.reactors=1"])
            let client = try ClientSocket(port: running.service.port)
            try client.send("GET /livez HTTP/1.1\r\nHost: h\r\nX-Request-Id: last\r\n")
            running.service.beginDraining()
            try eventually("the listener is closed") {
                do {
                    _ = try ClientSocket(port: running.service.port)
                    return false
                } catch {
                    return true
                }
            }
            try client.send("\r\n")
            client.finishSending()
            #expect(try client.readAnswer().closes)
            running.service.waitUntilEnded()
            let ids = try running.log.objects().compactMap { $0["request_id"] }
            #expect(ids == [.string("last")])
        }
    }

    @Test func `draining fails readiness alone until the listener closes`() throws {
        let running = try Running(["--drain.delay=19", "--drain.timeout=20"])
        running.service.beginDraining()
        let ready = try running.answer(.get("/readyz"))
        #expect(ready.status == 503)
        #expect(ready["Retry-After"] == "1")
        #expect(ready.member("status") == .string("fail"))
        #expect(try running.answer(.get("/health")).status == 200)
        #expect(try running.answer(.get("/livez")).status == 200)
        #expect(try running.answer(.predict(token: token())).status == 200)
        running.end()
    }

    @Test func `told twice to end, a service does not wait for its connections`() throws {
        let running = try Running()
        let client = try ClientSocket(port: running.service.port)
        try client.send("POST /predict HTTP/1.1\r\n")
        let began = Clock.monotonicNanoseconds()
        let repeated = Service.repeatNanoseconds
        #expect(!running.service.beginDraining(now: began))
        for later in [0, 1, repeated - 1] {
            #expect(!running.service.beginDraining(now: began + later), "\(later) ns later")
        }
        #expect(!running.log.text.contains("told again to end"))
        #expect(running.service.beginDraining(now: began + repeated))
        running.service.waitUntilEnded()
        #expect(running.log.text.contains("told again to end"))
    }

    @Test func `at the drain timeout a service ends with connections open, and says so`() throws {
        let running = try Running(["--drain.timeout=0.05"])
        let client = try ClientSocket(port: running.service.port)
        try client.send("POST /predict HTTP/1.1\r\n")
        #expect(try running.answer(.get("/livez")).status == 200)
        running.end()
        #expect(running.log.text.contains("the drain timeout passed"))
    }

    @Test func `a second service on the same port does not start`() throws {
        let running = try Running()
        #expect {
            _ = try Running(["--http.port=\(running.service.port)"])
        } throws: { error in
            guard case .listening(let reason) = error as? StartError else { return false }
            return reason.isPortTaken
                && "\(error)".hasPrefix("flag --http.port: cannot listen on 127.0.0.1 port ")
        }
        running.end()
    }

    @Test func `a model that is not there stops the start`() {
        #expect {
            _ = try Running(["--model.path=/nowhere"])
        } throws: { error in
            guard case .model(path: "/nowhere", _) = error as? StartError else { return false }
            return true
        }
    }

    @Test func `requests are not logged where that is turned off`() throws {
        let running = try Running(["--log.requests=off"])
        #expect(try running.answer(.get("/livez")).status == 200)
        running.end()
        let messages = try running.log.objects().compactMap { $0["message"]?.asString }
        #expect(messages.contains("listening") && messages.contains("ended"))
        #expect(!messages.contains("request"))
    }
}
