import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// What Prometheus gets, and what scrapers that are not Prometheus can do.
    @Suite struct ScrapeTests {
        /// Of the operations listener, immediately.
        private static let connectionsMax = 64

        private func start(_ flags: [String: String] = [:]) throws -> ChurndProcess {
            var all = ["quota.limit": "100000", "store.subjects": "1000"]
            all.merge(flags) { _, new in new }
            return try ChurndProcess(all)
        }

        private func predict(_ count: Int, _ churnd: ChurndProcess) throws {
            let client = try churnd.client()
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            for _ in 0..<count { #expect(try client.exchange(request).status == 200) }
        }

        private func expectClean(_ exposition: String) throws {
            let child = try ChildProcess(
                "/usr/bin/promtool", ["check", "metrics"], input: exposition)
            let exit = try child.waitForExit()
            #expect(exit == .code(0), "\(child.output)\(child.errors)")
            #expect(child.output == "")
            #expect(child.errors == "")
        }

        @Test func `a real Prometheus scrapes it and counts every prediction`() throws {
            let churnd = try start()
            let address = try #require(churnd.operationsAddress)
            let prometheus = try Prometheus(scraping: address)
            try eventually("the target is up", within: 30) { try prometheus.value("up") == 1 }
            #expect(try prometheus.value("sum(churnd_predictions_total)") ?? 0 == 0)
            try predict(37, churnd)
            try eventually("all are counted") {
                try prometheus.value("sum(churnd_predictions_total)") == 37
            }
            try predict(5, churnd)
            try eventually("five more are counted") {
                try prometheus.value("sum(churnd_predictions_total)") == 42
            }
            for (expression, value) in [
                ("churnd_auth_total{result=\"accepted\"}", 42),
                ("churnd_quota_total{decision=\"admitted\"}", 42), ("churnd_probability_count", 42),
                ("churnd_model_info", 1), ("churnd_build_info", 1),
                ("http_server_request_duration_seconds_count{route=\"/predict\"}", 42),
                ("sum(churnd_probability_bucket{le=\"+Inf\"})", 42),
                ("process_max_fds>0", try churnd.scrape()["process_max_fds"]),
            ] {
                let escaped = expression.replacing("\"", with: "%22").replacing("+", with: "%2B")
                #expect(try prometheus.value(escaped) == value, "\(expression)")
            }
            #expect(!prometheus.log.contains("rror"), "\(prometheus.log)")
        }

        @Test func `promtool finds nothing to complain of, whatever has happened before`() throws {
            let directory = try TemporaryDirectory()
            let churnd = try ChurndProcess(
                ["audit.directory": directory.path(of: "audit")],
                environment: ["AUDIT_KEY": String(repeating: "k", count: 32)])
            try expectClean(try churnd.scrape().text)
            try predict(2, churnd)
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            for request in [
                .get("/nowhere"), .get("/predict"), .predict(token: nil), .predict(token: "x"),
                .predict(token: token, body: "{}"), .predict(token: token, body: "{"),
                HTTPRequest("BREW", "/predict"),
            ] { _ = try client.exchange(request) }
            let metrics = try churnd.scrape()
            #expect(metrics.repeated == [])
            try expectClean(metrics.text)
        }

        @Test func `OpenMetrics is for who asks for it`() throws {
            let churnd = try start()
            try predict(3, churnd)
            let client = try churnd.operationsClient()
            let openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"
            let text = "text/plain; version=0.0.4; charset=utf-8"
            for (accept, type) in [
                (nil, text), ("*/*", text), ("text/plain", text),
                ("application/openmetrics-text", openMetrics),
                ("application/openmetrics-text;version=1.0.0", openMetrics),
                ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.9", text),
                (
                    "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;"
                        + "version=0.0.4;q=0.5,*/*;q=0.1", openMetrics
                ),
                ("application/json", text), (",;=\"", text), ("\u{e9}", text),
            ] {
                var request = HTTPRequest.get("/metrics")
                if let accept { request = request.with("Accept", accept) }
                let answer = try client.exchange(request)
                #expect(answer.status == 200)
                #expect(answer["Content-Type"] == type, "\(accept ?? "none")")
                #expect(answer.text.hasSuffix("\n# EOF\n") == (type == openMetrics))
                let metrics = MetricSamples(answer.text)
                #expect(metrics.sum(of: "churnd_predictions_total") == 3)
                #expect(
                    metrics.families.contains("churnd_predictions") == (type == openMetrics))
            }
        }

        /// As many as may be connected but one, in as many ways as there are.
        private func hang(_ churnd: ChurndProcess) throws -> [ClientSocket] {
            try (1..<ScrapeTests.connectionsMax).map { index in
                let client = try ClientSocket(
                    port: churnd.operationsPort, receiveBufferBytes: 4096)
                let scrape = HTTPRequest.get("/metrics").bytes
                switch index % 4 {
                case 0: try client.send(Array(scrape.dropLast()))
                // More answers than fit into the kernel's buffers, and nobody reads one.
                case 1: for _ in 0..<1000 { _ = try client.sendNow(scrape[...]) }
                case 2: try client.send("POST /admin/models/rollback HTTP/1.1\r\nHost: a\r\n")
                case _: break
                }
                return client
            }
        }

        @Test func `scrapers that hang hold up nobody, neither the end`() throws {
            let churnd = try start()
            let hanging = try hang(churnd)
            #expect(hanging.count == 63)
            for round in 0..<20 {
                let connections = try #require(
                    churnd.scrape()[#"http_server_connections{listener="operations"}"#])
                // Those that send nothing are let go after 5 s, which a busy machine may need.
                #expect(round == 0 ? connections == 64 : connections <= 64)
                try predict(5, churnd)
            }
            #expect(try churnd.scrape().sum(of: "churnd_predictions_total") == 100)
            churnd.child.signal(SIGTERM)
            #expect(try churnd.child.waitForExit(within: 5) == .code(0))
            #expect(churnd.child.errors == "")
        }

        @Test func `100 scrapes at once are all answered, beside predictions`() throws {
            let churnd = try start()
            let port = try churnd.operationsPort
            let scrapes = Running(100) { _ in
                let client = try ClientSocket(port: port, seconds: 30)
                let answer = try client.exchange(
                    HTTPRequest.get("/metrics").with("Connection", "close"))
                return (answer.status, MetricSamples(answer.text).sum(of: "churnd_build_info"))
            }
            try predict(50, churnd)
            let answers = try scrapes.values()
            #expect(answers.count == 100)
            #expect(answers.allSatisfy { $0 == (200, 1) })
            #expect(try churnd.scrape().sum(of: "churnd_predictions_total") == 50)
        }

        /// The first of these makes the series that there may be; the rest must make none.
        private func bombs(_ index: Int, _ token: String) throws -> [HTTPRequest] {
            let tokens = TokenFactory()
            let name = "bomb\(index)"
            let trace = String(index, radix: 16)
            let traceParent =
                "00-\(String(repeating: "a", count: 32 - trace.utf8.count))\(trace)"
                + "-00f067aa0ba902b7-01"
            return [
                .get("/\(name)"), .get("/health?\(name)"),
                HTTPRequest("\(name)", "/predict", body: ""),
                HTTPRequest("\(name)", "/\(name)", body: ""),
                .predict(token: token, requestID: name),
                HTTPRequest.predict(token: token).with("traceparent", traceParent),
                HTTPRequest.predict(token: token).with("User-Agent", name),
                .predict(token: token, body: Customer.valid.with(name, "1").json),
                .predict(token: token, body: Customer.valid.with("gender", "\"\(name)\"").json),
                .predict(token: token, body: Customer.valid.named(name).json),
                .predict(token: try tokens.token(name, keyID: name)),
                .predict(token: "\(name).\(name).\(name)"),
                .predict(token: tokens.token(header: "{\"alg\":\"\(name)\"}", claims: "{}")),
                .get("http://\(name)/\(name)"),
            ]
        }

        @Test func `no label comes from a caller`() throws {
            let churnd = try start(["store.subjects": "1000"])
            let token = try TokenFactory().token("alice")
            let client = try churnd.client()
            func names() throws -> Set<String> { Set(try churnd.scrape().values.keys) }
            // Each kind once; and the scrape itself, which is counted when it is over.
            for request in try bombs(0, token) { _ = try client.exchange(request) }
            _ = try names()
            let before = try names()
            for index in 1...200 {
                let requests = try bombs(index, token)
                let bytes = requests.flatMap(\.bytes)
                try client.sendWhileReceiving(bytes[...])
                for request in requests {
                    let answer = try client.readAnswer(toHEAD: request.method == "HEAD")
                    #expect(!answer.closes)
                }
            }
            // And on the listener that is scraped.
            let operations = try churnd.operationsClient()
            for index in 1...50 {
                for path in ["/metrics/bomb\(index)", "/metrics?bomb\(index)"] {
                    _ = try operations.exchange(
                        HTTPRequest.get(path).with("Accept", "bomb/\(index)"))
                }
            }
            let after = try churnd.scrape()
            let added = Set(after.values.keys).subtracting(before)
            #expect(added.allSatisfy { $0.contains(#"method="GET",route="none",status="404""#) })
            #expect(!after.text.contains("bomb"))
            #expect(after.sum(of: "http_server_request_duration_seconds_count") > 2900)
        }
    }
}
