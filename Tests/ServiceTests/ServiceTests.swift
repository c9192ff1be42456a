import Bundle
import Configuration
import JSON
import Models
import POSIX
import Service
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
        #expect(!running.log.text.contains("second signal: exiting"))
        #expect(running.service.beginDraining(now: began + repeated))
        running.service.waitUntilEnded()
        #expect(running.log.text.contains("second signal: exiting"))
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
