import JSON
import POSIX
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
    /// What callers see while Redis is away or worse. The deadline is the default, 100 ms.
    @Suite struct RedisFaultTests {
        /// Far above the deadline, for a machine that does other things too; far below any timeout.
        private static let answerSecondsMax = 1.0
        /// A PING every second and its deadline make 1.1.
        private static let healthSecondsMax = 2.0

        private func isUnavailable(_ answer: HTTPAnswer) -> Bool {
            answer.status == 503 && answer["Retry-After"] == "1"
                && answer.member("type")?.asString == "urn:churnd:problem:unavailable"
        }

        /// Asks, and expects a 503 within the deadline and some.
        private func expectUnavailable(
            _ client: ClientSocket, _ request: HTTPRequest,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let start = Clock.monotonicNanoseconds()
            let answer = try client.exchange(request)
            let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
            #expect(isUnavailable(answer), "\(answer.status)", sourceLocation: sourceLocation)
            #expect(
                seconds < RedisFaultTests.answerSecondsMax, sourceLocation: sourceLocation)
        }

        private func waitForHealth(_ churnd: ChurndProcess, status: Int) throws {
            let client = try churnd.client()
            try eventually(
                "health is \(status)", within: RedisFaultTests.healthSecondsMax
            ) {
                let answer = try client.exchange(.get("/health"))
                let word = answer.member("status")?.asString
                #expect(word == (answer.status == 200 ? "pass" : "fail"))
                return answer.status == status
            }
        }

        private func waitForPrediction(_ client: ClientSocket, _ request: HTTPRequest) throws {
            try eventually("predictions are served again") {
                let answer = try client.exchange(request)
                #expect(answer.status == 200 || isUnavailable(answer), "\(answer.status)")
                return answer.status == 200
            }
        }

        @Test(arguments: [false, true])
        func `while Redis is gone or stopped the answer is 503 and it recovers by itself`(
            isStopped: Bool
        ) throws {
            let deployment = try Deployment(["redis.deadline": "100"])
            let client = try deployment.churnd.client()
            let token = try deployment.tokens.token("alice")
            let request = HTTPRequest.predict(token: token)
            try waitForPrediction(client, request)
            for _ in 0..<2 {
                if isStopped { try deployment.redis.pause() } else { deployment.redis.kill() }
                for _ in 0..<5 { try expectUnavailable(client, request) }
                try expectUnavailable(client, .predict(token: token, body: "{}"))
                #expect(try client.exchange(.predict(token: token + "A")).status == 401)
                try waitForHealth(deployment.churnd, status: 503)
                #expect(try client.exchange(.get("/livez")).status == 200)
                try eventually("it is not ready") {
                    try client.exchange(.get("/readyz")).status == 503
                }
                if isStopped { deployment.redis.resume() } else { try deployment.redis.restart() }
                try waitForPrediction(client, request)
                try waitForHealth(deployment.churnd, status: 200)
            }
            #expect(deployment.churnd.child.ended == nil)
        }

        @Test func `it starts while Redis is away and serves when it comes`() throws {
            let redis = try RedisServer()
            redis.kill()
            let churnd = try ChurndProcess(redisPort: redis.port)
            let client = try churnd.client()
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            try expectUnavailable(client, request)
            let health = try client.exchange(.get("/health"))
            #expect(health.status == 503)
            #expect(health.member("status")?.asString == "fail")
            try redis.restart()
            try waitForPrediction(client, request)
            try waitForHealth(churnd, status: 200)
        }

        @Test func `flushed scripts are loaded again within the same request`() throws {
            let deployment = try Deployment(["quota.limit": "100000"])
            let port = deployment.churnd.port
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            let leftToAnswer = Mutex(2000)
            let load = Running(8) { _ in
                let client = try ClientSocket(port: port)
                var statuses: [Int: Int] = [:]
                while leftToAnswer.withLock({ $0 }) > 0 {
                    statuses[try client.exchange(request).status, default: 0] += 1
                    leftToAnswer.withLock { $0 -= 1 }
                }
                return statuses
            }
            let redis = try deployment.redis.client()
            try eventually("all are answered", within: 60) {
                try redis.command("SCRIPT", "FLUSH", "SYNC")
                return leftToAnswer.withLock { $0 } <= 0
            }
            let statuses = try load.values()
            let total = statuses.reduce(0) { $0 + ($1[200] ?? 0) }
            #expect(total == statuses.reduce(0) { $0 + $1.values.reduce(0, +) }, "\(statuses)")
            #expect(try redis.admissions(of: "alice").count == total, "each is charged once")
        }

        /// What an operator can do to Redis that makes it answer with errors, and what ends it.
        static let troubles: [(name: String, begin: [String], end: [String])] = [
            (
                "no memory", ["CONFIG", "SET", "maxmemory", "1"],
                ["CONFIG", "SET", "maxmemory", "0"]
            ),
            ("a replica", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]),
            (
                "another password", ["CONFIG", "SET", "requirepass", "changed"],
                ["CONFIG", "SET", "requirepass", ""]
            ),
        ]

        @Test(arguments: troubles)
        func `errors of Redis make a 503 for as long as they last`(
            trouble: (name: String, begin: [String], end: [String])
        ) throws {
            let deployment = try Deployment()
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            #expect(try client.exchange(request).status == 200)
            let begun = try redis.command(trouble.begin.map { Array($0.utf8) })
            #expect(begun == .status("OK"))
            // A new password is asked for on new connections only.
            try redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            try eventually("the errors are met") {
                let answer = try client.exchange(request)
                #expect(answer.status == 200 || isUnavailable(answer), "\(answer.status)")
                return answer.status == 503
            }
            for _ in 0..<5 { try expectUnavailable(client, request) }
            #expect(try redis.command(trouble.end.map { Array($0.utf8) }) == .status("OK"))
            try waitForPrediction(client, request)
            try waitForHealth(deployment.churnd, status: 200)
        }

        @Test func `a quota key of another kind is the trouble of its subject alone`() throws {
            let deployment = try Deployment()
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            let other = HTTPRequest.predict(token: try deployment.tokens.token("bob"))
            for words in [["SET", "x"], ["RPUSH", "x"], ["HSET", "x", "y"]] {
                let command = [words[0], "quota:alice"] + words.dropFirst()
                try redis.command(command.map { Array($0.utf8) })
                #expect(isUnavailable(try client.exchange(request)), "\(words)")
                #expect(try client.exchange(other).status == 200)
                #expect(try deployment.isHealthy())
                try redis.command("DEL", "quota:alice")
                #expect(try client.exchange(request).status == 200)
                try redis.command("DEL", "quota:alice")
            }
        }

        @Test func `a connection that Redis closes is opened again without a failed request`()
            throws
        {
            let deployment = try Deployment()
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            func connections() throws -> Set<Substring> {
                let list = try redis.command("CLIENT", "LIST", "TYPE", "normal").text ?? ""
                return Set(
                    list.split(separator: "\n").compactMap { $0.split(separator: " ").first })
            }
            for _ in 0..<10 {
                let before = try connections()
                try redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                try eventually("all connections are new ones") {
                    let now = try connections()
                    return now.count == before.count && now.intersection(before).count == 1
                }
                #expect(try client.exchange(request).status == 200)
            }
        }

        @Test(arguments: [
            FakeRedis.Conduct.silent, .garbage, .closing, .hangingUp, .refusing,
        ])
        func `what is no good Redis makes a 503`(conduct: FakeRedis.Conduct) throws {
            let redis = try FakeRedis(conduct)
            let churnd = try ChurndProcess(redisPort: redis.port)
            let clients = try (0..<5).map { _ in try churnd.client() }
            let token = try TokenFactory().token("alice")
            for body in [Customer.valid.json, "{}", Customer.valid.json] {
                let start = Clock.monotonicNanoseconds()
                for client in clients {
                    try client.send(HTTPRequest.predict(token: token, body: body).bytes)
                }
                for client in clients {
                    let answer = try client.readAnswer()
                    #expect(isUnavailable(answer), "\(answer.status)")
                }
                let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
                #expect(seconds < RedisFaultTests.answerSecondsMax)
            }
            try waitForHealth(churnd, status: 503)
            #expect(redis.connectionCount > 1, "it tries again")
        }

        @Test func `a late answer of Redis reaches no other request`() throws {
            let redis = try FakeRedis(.late(subject: "slow", milliseconds: 150))
            let churnd = try ChurndProcess(redisPort: redis.port, ["http.reactors": "1"])
            let slow = try churnd.client()
            let quick = try churnd.client()
            let tokens = TokenFactory()
            let slowRequest = HTTPRequest.predict(token: try tokens.token("slow"))
            let quickRequest = HTTPRequest.predict(token: try tokens.token("quick"))
            try waitForPrediction(quick, quickRequest)
            var slowStatuses: [Int: Int] = [:]
            var quickStatuses: [Int: Int] = [:]
            for _ in 0..<10 {
                // "Revoked" comes 50 ms after its request is given up. A churnd that has to wait
                // for the machine may find it in time, but only for the request it belongs to.
                slowStatuses[try slow.exchange(slowRequest).status, default: 0] += 1
                let end = Clock.monotonicNanoseconds() + 100_000_000
                while Clock.monotonicNanoseconds() < end {
                    quickStatuses[try quick.exchange(quickRequest).status, default: 0] += 1
                }
            }
            #expect(Set(slowStatuses.keys).isSubset(of: [401, 503]), "\(slowStatuses)")
            #expect(slowStatuses[503] ?? 0 > 0)
            #expect(Set(quickStatuses.keys).isSubset(of: [200, 503]), "\(quickStatuses)")
            #expect(quickStatuses[200] ?? 0 > 10)
        }

        @Test func `an answer that Redis sends twice reaches no other request`() throws {
            let redis = try FakeRedis(.repeating)
            let churnd = try ChurndProcess(redisPort: redis.port, ["http.reactors": "1"])
            let client = try churnd.client()
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            try waitForPrediction(client, request)
            var statuses: [Int: Int] = [:]
            for _ in 0..<100 { statuses[try client.exchange(request).status, default: 0] += 1 }
            // Each tenth question ends its connection, and the first on each is the probe's.
            #expect(Set(statuses.keys) == [200, 503], "\(statuses)")
            #expect(5...20 ~= statuses[503] ?? 0, "\(statuses)")
            #expect(redis.connectionCount > 5)
        }

        /// What one client of the storm has seen.
        private struct Sightings: Sendable {
            var served = 0
            var unavailable = 0
            var wrong: [String] = []
        }

        @Test func `no answer reaches another request while Redis stops and goes on`() throws {
            let deployment = try Deployment(["redis.deadline": "50", "quota.limit": "100000"])
            let redis = try deployment.redis.client()
            let (port, tokens) = (deployment.churnd.port, deployment.tokens)
            for index in 0..<16 where index % 2 == 1 {
                try redis.command("SET", "blacklist:id-\(index)", "1")
            }
            let isOver = Mutex(false)
            let counts = Mutex((served: 0, unavailable: 0))
            let storm = Running(16) { index in
                let token = try tokens.token("subject-\(index)", id: "id-\(index)")
                let client = try ClientSocket(port: port)
                var seen = Sightings()
                var number = 0
                while !isOver.withLock({ $0 }) {
                    number += 1
                    let name = "customer-\(index)-\(number)"
                    let answer = try client.exchange(
                        .predict(
                            token: token, body: Customer.valid.named(name).json,
                            requestID: "request-\(index)-\(number)"))
                    let isRight =
                        answer.status == 200
                        ? answer.member("customer_id")?.asString == name
                        : answer.detail == "Token revoked"
                    if answer.status == 503 {
                        seen.unavailable += 1
                        counts.withLock { $0.unavailable += 1 }
                    } else if answer.status == (index % 2 == 0 ? 200 : 401), isRight {
                        seen.served += 1
                        counts.withLock { $0.served += 1 }
                    } else {
                        seen.wrong.append("\(name): \(answer.status) \(answer.text)")
                    }
                    if answer["X-Request-Id"] != "request-\(index)-\(number)" {
                        seen.wrong.append("\(name): \(answer["X-Request-Id"] ?? "no id")")
                    }
                }
                return seen
            }
            defer { isOver.withLock { $0 = true } }
            for _ in 0..<10 {
                let served = counts.withLock { $0.served }
                try eventually("requests are served") {
                    counts.withLock { $0.served } > served + 32
                }
                let unavailable = counts.withLock { $0.unavailable }
                try deployment.redis.pause()
                try eventually("requests are refused") {
                    counts.withLock { $0.unavailable } > unavailable + 32
                }
                deployment.redis.resume()
            }
            isOver.withLock { $0 = true }
            for seen in try storm.values() {
                #expect(seen.wrong == [])
                #expect(seen.served > 0)
                #expect(seen.unavailable > 0)
            }
        }
    }
}
