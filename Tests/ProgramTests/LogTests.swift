import Glibc
import JSON
import TestSupport
import Testing

extension ProgramTests {
    @Suite struct LogTests {
        private static let redisPassword = "planted-redis-password"
        private static let planted = [
            ChurndProcess.secret, redisPassword, "planted-subject", "planted-jti",
            "planted-customer", "planted-scope", "planted-value", "planted-name",
            "planted-query", "planted-path", "planted-field",
        ]

        /// Requests with something planted wherever a caller can put something, and their statuses.
        private func requests(
            _ tokens: TokenFactory
        ) throws -> [(request: HTTPRequest, status: Int)] {
            let token = try tokens.token(
                "planted-subject", id: "planted-jti", scope: "planted-scope")
            let body = Customer.valid.named("planted-customer").json
            let wrong = Customer.valid.named("planted-customer")
                .with("gender", #""planted-value""#).with("planted-name", "1").json
            let forged = try TokenFactory(secret: String(repeating: "x", count: 32))
                .token("planted-subject", id: "planted-jti")
            let expired = try tokens.token("planted-subject", lifetimeSeconds: -3600)
            var inQuery = HTTPRequest.predict(token: nil, body: body)
            inQuery.target = "/predict?access_token=planted-query"
            return [
                (.predict(token: token, body: body), 200),
                (.predict(token: token, body: wrong), 422),
                (.predict(token: token, body: #"{"planted-name":"planted-value""#), 400),
                (.predict(token: forged, body: body), 401),
                (.predict(token: expired, body: body), 401),
                (.predict(token: "planted-value", body: body), 401),
                (HTTPRequest.predict(token: token, body: body).with("A", "planted-field"), 429),
                (inQuery, 401),
                (.get("/planted-path"), 404),
                (.get("/health"), 200),
            ]
        }

        private func expectNothingPlanted(in child: ChildProcess, tokens: [String]) {
            for text in [child.output, child.errors] {
                for planted in LogTests.planted { #expect(!text.contains(planted), "\(planted)") }
                for token in tokens {
                    for part in token.split(separator: ".").dropFirst() {
                        #expect(!text.contains(part))
                    }
                }
            }
        }

        @Test func `each request is one line of JSON that tells nothing of token and body`() throws
        {
            let redis = try RedisServer(["--requirepass", LogTests.redisPassword])
            let url = "redis://:\(LogTests.redisPassword)@127.0.0.1:\(redis.port)"
            let churnd = try ChurndProcess(
                ["quota.limit": "1", "store": "redis", "redis.deadline": "2000"],
                environment: ["REDIS_URL": url])
            let client = try churnd.client()
            try eventually("Redis is reached") {
                try churnd.client().exchange(.get("/readyz")).status == 200
            }
            let requests = try requests(TokenFactory())
            for (index, (request, status)) in requests.enumerated() {
                let answer = try client.exchange(request.with("X-Request-Id", "id-\(index)"))
                #expect(answer.status == status)
            }
            // One that fails before its fields are read, and one that Redis does not decide.
            let broken = try churnd.client()
            try broken.send(
                "GET /planted-path HTTP/1.1\r\nHost: a\r\nplanted-name : planted-field\r\n")
            #expect(try broken.readAnswer().status == 400)
            redis.kill()
            let away = try client.exchange(requests[0].request.with("X-Request-Id", "id-away"))
            #expect(away.status == 503)
            churnd.child.signal(SIGTERM)
            #expect(try churnd.child.waitForExit() == .code(0))

            let lines = churnd.logLines.filter { $0["message"]?.asString == "request" }
            var byID: [String: JSONObject] = [:]
            for line in lines {
                let id = try #require(line["request_id"]?.asString)
                #expect(byID.updateValue(line, forKey: id) == nil, "one line for \(id)")
                expectForm(of: line)
            }
            for (index, (request, status)) in requests.enumerated() {
                let line = try #require(byID["id-\(index)"])
                #expect(line["method"]?.asString == request.method)
                #expect(line["status"]?.asNumber == Double(status))
                let route = status == 404 ? "none" : request.target.prefix { $0 != "?" }
                #expect(line["route"]?.asString == String(route))
            }
            #expect(byID["id-away"]?["status"]?.asNumber == 503)
            #expect(
                lines.contains { $0["status"]?.asNumber == 400 && $0["route"]?.asString == "none" })
            let tokens = requests.flatMap { $0.request.fields }
                .filter { $0.name == "Authorization" }.map { String($0.value.dropFirst(7)) }
            expectNothingPlanted(in: churnd.child, tokens: tokens)
            #expect(churnd.child.errors == "")
        }

        private func expectForm(of line: JSONObject) {
            let names = Set(line.members.map(\.name))
            let always: Set = [
                "time", "level", "message", "request_id", "method", "route", "status",
                "duration_us", "trace_id", "span_id", "peer",
            ]
            #expect(names.isSuperset(of: always))
            #expect(names.subtracting(always).isSubset(of: ["subject", "problem", "reason"]))
            let time = line["time"]?.asString ?? ""
            #expect(time.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))
            #expect(line["level"]?.asString == "info")
            #expect((0...60_000_000).contains(line["duration_us"]?.asNumber ?? -1))
            let isProblem = (line["status"]?.asNumber ?? 0) >= 400
            #expect(isProblem == (line["problem"]?.asString != nil))
            if let subject = line["subject"]?.asString {
                #expect(subject.contains(/^[0-9a-f]{16}$/))
            }
        }

        @Test func `a subject has one hash and another after the next start`() throws {
            func hashes() throws -> [String] {
                let churnd = try ChurndProcess()
                let tokens = TokenFactory()
                for (index, subject) in ["alice", "bob", "alice"].enumerated() {
                    let answer = try churnd.client().exchange(
                        .predict(token: try tokens.token(subject), requestID: "\(index)"))
                    #expect(answer.status == 200)
                }
                churnd.child.signal(SIGTERM)
                _ = try churnd.child.waitForExit()
                return (0..<3).compactMap { index in
                    churnd.logLines.first { $0["request_id"]?.asString == "\(index)" }?["subject"]?
                        .asString
                }
            }
            let first = try hashes()
            #expect(first.count == 3)
            #expect(first[0] == first[2])
            #expect(first[0] != first[1])
            #expect(try hashes()[0] != first[0])
        }

        @Test func `every line of the log is JSON and requests are left out on demand`() throws {
            let churnd = try ChurndProcess(["log.requests": "off"])
            #expect(try churnd.client().exchange(.get("/health")).status == 200)
            churnd.child.signal(SIGTERM)
            #expect(try churnd.child.waitForExit() == .code(0))
            let messages = churnd.logLines.map { $0["message"]?.asString }
            #expect(messages.contains("listening"))
            #expect(messages.last == "ended")
            #expect(!messages.contains("request"))
            #expect(!messages.contains(nil))
        }
    }
}
