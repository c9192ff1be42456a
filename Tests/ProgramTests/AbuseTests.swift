import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// Addresses whose requests fail, which 127.0.0.2 and its neighbours stand for.
    @Suite struct AbuseTests {
        private let tokens = TokenFactory()
        /// Nothing worth noticing is paid back while a test runs.
        private let slow = [
            "abuse.failures_per_minute": "1", "abuse.failures_burst": "5", "http.reactors": "1",
        ]

        private func churnd(
            _ more: [String: String] = [:], redisPort: UInt16? = nil
        ) throws -> ChurndProcess {
            try ChurndProcess(
                redisPort: redisPort,
                Deployment.patient.merging(slow) { $1 }.merging(more) { $1 })
        }

        private func statuses(
            _ count: Int, _ client: ClientSocket, _ request: HTTPRequest
        ) throws -> [Int] {
            try (0..<count).map { _ in try client.exchange(request).status }
        }

        /// Uses the budget of the client's address up.
        private func useUp(_ client: ClientSocket) throws {
            #expect(
                try statuses(5, client, .predict(token: "no token")) == [401, 401, 401, 401, 401])
        }

        @Test func `an address over its budget is refused, and no other`() throws {
            let churnd = try churnd()
            let good = HTTPRequest.predict(token: try tokens.token("alice"))
            let client = try ClientSocket(port: churnd.port, source: 2)
            try useUp(client)
            let refused = try client.exchange(good)
            #expect(refused.status == 429)
            #expect(refused.text.contains("urn:churnd:problem:too-many-failures"))
            let seconds = try #require(refused["Retry-After"].flatMap { Int($0) })
            #expect(50...60 ~= seconds)
            // On another connection too.
            let again = try ClientSocket(port: churnd.port, source: 2)
            #expect(try statuses(3, again, good) == [429, 429, 429])
            // What needs no token is not refused, and what there is not.
            #expect(try again.exchange(.get("/livez")).status == 200)
            #expect(try again.exchange(.get("/nowhere")).status == 404)
            let other = try ClientSocket(port: churnd.port, source: 3)
            #expect(try other.exchange(good).status == 200)

            let metrics = try churnd.scrape()
            #expect(metrics[#"churnd_abuse_requests_total{result="counted"}"#] == 5)
            #expect(metrics[#"churnd_abuse_requests_total{result="refused"}"#] == 4)
            #expect(metrics[#"churnd_abuse_requests_total{result="uncounted"}"#] == 0)
            let lines = try churnd.log("address refused: too many failed requests", count: 1)
            #expect(lines.map { $0.text("peer") } == ["127.0.0.2"])
        }

        @Test func `time pays back`() throws {
            let churnd = try churnd(["abuse.failures_per_minute": "600"])
            let client = try ClientSocket(port: churnd.port, source: 2)
            let bad = HTTPRequest.predict(token: "no token")
            try eventually("it is refused") { try client.exchange(bad).status == 429 }
            let good = HTTPRequest.predict(token: try tokens.token("alice"))
            try eventually("it is served again") { try client.exchange(good).status == 200 }
        }

        @Test func `invalid tokens and bodies count, and other failures do not`() throws {
            let flags = slow.merging(["abuse.failures_burst": "100", "quota.limit": "1"]) { $1 }
            let churnd = try churnd(flags)
            let client = try ClientSocket(port: churnd.port, source: 2)
            let token = try tokens.token("alice")
            let expired = try tokens.token("alice", lifetimeSeconds: -60)
            let json = Customer.valid.json
            let predict = HTTPRequest.predict(token: token)
            let cases: [(request: HTTPRequest, status: Int, isCounted: Bool)] = [
                (predict, 200, false), (predict, 429, false),
                (.predict(token: nil), 401, true), (.predict(token: "x"), 401, true),
                (.predict(token: expired), 401, true),
                (predict.with("Authorization", "Bearer \(token)"), 400, true),
                (.predict(token: token, body: "{"), 400, true),
                (.predict(token: token, body: "[]"), 400, true),
                (.predict(token: token, body: "{}"), 422, true),
                (predict.with("Content-Type", "text/plain"), 415, false),
                (HTTPRequest("POST", "/nowhere", body: json), 404, false),
                (.get("/predict"), 405, false),
            ]
            var expected = 0.0
            for (request, status, isCounted) in cases {
                #expect(try client.exchange(request).status == status)
                if isCounted { expected += 1 }
                let name = #"churnd_abuse_requests_total{result="counted"}"#
                #expect(try churnd.scrape()[name] == expected, "\(request)")
            }
        }

        @Test func `pipelined requests are refused from the same one on`() throws {
            let churnd = try churnd()
            let client = try ClientSocket(port: churnd.port, source: 2)
            let bad = HTTPRequest.predict(token: "no token").bytes
            try client.send([[UInt8]](repeating: bad, count: 40).flatMap { $0 })
            let statuses = try (0..<40).map { _ in try client.readAnswer().status }
            let failed = [Int](repeating: 401, count: 5)
            #expect(statuses == failed + [Int](repeating: 429, count: 35))
        }

        @Test func `it is the same over TLS`() throws {
            let authority = try TestAuthority.shared.get()
            let churnd = try churnd(authority.serverFlags())
            func client(_ source: UInt8) throws -> ClientSocket {
                let client = try ClientSocket(port: churnd.port, source: source)
                try client.startTLS(authority.clientContext())
                return client
            }
            try useUp(client(2))
            let good = HTTPRequest.predict(token: try tokens.token("alice"))
            #expect(try client(2).exchange(good).status == 429)
            #expect(try client(3).exchange(good).status == 200)
        }

        @Test func `a refused request asks nothing of Redis and costs no quota`() throws {
            let redis = try RedisServer()
            let churnd = try churnd(redisPort: redis.port)
            let client = try ClientSocket(port: churnd.port, source: 2)
            let good = HTTPRequest.predict(token: try tokens.token("alice"))
            #expect(try client.exchange(good).status == 200)
            // Of an invalid body too, which Redis is asked about.
            let invalid = HTTPRequest.predict(token: try tokens.token("alice"), body: "{}")
            #expect(try statuses(6, client, invalid) == [422, 422, 422, 422, 422, 429])
            let asked = try redis.client().scriptCalls()
            #expect(try statuses(50, client, good) == [Int](repeating: 429, count: 50))
            #expect(try redis.client().scriptCalls() == asked)
            #expect(try redis.client().admissions(of: "alice").count == 1)
            let other = try ClientSocket(port: churnd.port, source: 3)
            #expect(try other.exchange(good).status == 200)
            #expect(try redis.client().admissions(of: "alice").count == 2)
        }

        @Test func `behind a trusted proxy the client's address counts, and the proxy's never`()
            throws
        {
            let churnd = try churnd(["http.trusted_proxies": "127.0.0.7"])
            let proxy = try ClientSocket(port: churnd.port, source: 7)
            let good = HTTPRequest.predict(token: try tokens.token("alice"))
            let bad = HTTPRequest.predict(token: "no token")
            func of(_ address: String, _ request: HTTPRequest) -> HTTPRequest {
                request.with("X-Forwarded-For", address)
            }
            #expect(try statuses(20, proxy, bad) == [Int](repeating: 401, count: 20))
            #expect(
                try statuses(20, proxy, of("unknown", bad)) == [Int](repeating: 401, count: 20))
            #expect(
                try statuses(6, proxy, of("2001:db8::1", bad)) == [401, 401, 401, 401, 401, 429])
            #expect(try proxy.exchange(of("forged, 2001:db8::2", good)).status == 429)
            #expect(try proxy.exchange(of("2001:db8:0:1::1", good)).status == 200)
            #expect(try proxy.exchange(good).status == 200)
            let line = try churnd.log("address refused: too many failed requests", count: 1)[0]
            #expect(line.text("peer") == "2001:db8::1")
            #expect(line.text("proxy") == "127.0.0.7")
        }

        @Test func `administrators' tokens have a budget, but not on the machine itself`() throws {
            let churnd = try churnd(["http.trusted_proxies": "127.0.0.7"])
            let bad = HTTPRequest.operations("GET", "/admin/models", token: "no token")
            let good = HTTPRequest.operations(
                "GET", "/admin/models", token: try tokens.administrator())
            let here = try ClientSocket(port: churnd.operationsPort, source: 2)
            #expect(try statuses(20, here, bad) == [Int](repeating: 401, count: 20))
            #expect(try here.exchange(good).status == 200)
            let elsewhere = try ClientSocket(port: churnd.operationsPort, source: 7)
            let (far, fine) = (
                bad.with("X-Forwarded-For", "192.0.2.1"), good.with("X-Forwarded-For", "192.0.2.1")
            )
            #expect(try statuses(6, elsewhere, far) == [401, 401, 401, 401, 401, 429])
            #expect(try elsewhere.exchange(fine).status == 429)
            #expect(try here.exchange(good).status == 200)
            #expect(
                try elsewhere.exchange(good.with("X-Forwarded-For", "192.0.2.2")).status == 200)
        }

        @Test func `without a limit nothing is refused`() throws {
            let churnd = try churnd(["abuse.failures_per_minute": "0"])
            let client = try ClientSocket(port: churnd.port, source: 2)
            let bad = HTTPRequest.predict(token: "no token")
            #expect(try statuses(200, client, bad) == [Int](repeating: 401, count: 200))
        }
    }
}

extension RedisClient {
    /// How often a script was run.
    fileprivate func scriptCalls() throws -> Int {
        let text = try command("INFO", "commandstats").text ?? ""
        let counts = text.split(separator: "\r\n").filter { $0.hasPrefix("cmdstat_eval") }.map {
            $0.split(separator: "=")[1].prefix { $0.isNumber }
        }
        return counts.compactMap { Int($0) }.reduce(0, +)
    }
}
