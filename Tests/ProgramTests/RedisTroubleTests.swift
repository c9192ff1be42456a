import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// A Redis that answers, but not what a prediction needs.
    @Suite struct RedisTroubleTests {
        struct Trouble: Sendable, CustomTestStringConvertible {
            /// One of these is in the log's reason.
            let codes: [String]
            let begin: [[String]]
            let end: [[String]]
            var testDescription: String { codes[0] }
        }

        static let troubles = [
            Trouble(
                codes: ["READONLY"], begin: [["REPLICAOF", "127.0.0.1", "1"]],
                end: [["REPLICAOF", "NO", "ONE"]]),
            Trouble(
                codes: ["OOM"], begin: [["CONFIG", "SET", "maxmemory", "1"]],
                end: [["CONFIG", "SET", "maxmemory", "0"]]),
            Trouble(
                codes: ["NOREPLICAS"], begin: [["CONFIG", "SET", "min-replicas-to-write", "1"]],
                end: [["CONFIG", "SET", "min-replicas-to-write", "0"]]),
            Trouble(
                codes: ["NOPERM", "ERR"], begin: [["ACL", "SETUSER", "default", "-lpush"]],
                end: [["ACL", "SETUSER", "default", "+lpush"]]),
        ]

        private static let down = "Redis cannot serve: predictions get 503"
        private static let up = "Redis serves again"

        private func waitForHealth(_ churnd: ChurndProcess, status: Int) throws {
            let client = try churnd.client()
            try eventually("health is \(status)") {
                try client.exchange(.get("/health")).status == status
            }
        }

        @Test(arguments: troubles)
        func `health, metric and log say that no prediction works, also while nobody asks for one`(
            trouble: Trouble
        ) throws {
            let deployment = try Deployment()
            let churnd = deployment.churnd
            let client = try churnd.client()
            let redis = try deployment.redis.client()
            try redis.command("SET", "blacklist:bad", "1")
            for command in trouble.begin {
                #expect(try redis.command(command) == .status("OK"))
            }
            try waitForHealth(churnd, status: 503)
            // Refused without a write, which does not show that others could be admitted.
            let revoked = HTTPRequest.predict(token: try deployment.tokens.token("eve", id: "bad"))
            let invalid = HTTPRequest.predict(
                token: try deployment.tokens.token("eve"), body: "{}")
            let line = try churnd.log(RedisTroubleTests.down, count: 1)[0]
            let reason = try #require(line["reason"]?.asString)
            #expect(trouble.codes.contains { reason.contains($0) }, "\(reason)")
            // For longer than one result counts.
            let operations = try churnd.operationsClient()
            try eventually("it is not ready") {
                try operations.exchange(.get("/readyz")).status == 503
            }
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .milliseconds(2500) {
                #expect(try client.exchange(.get("/health")).status == 503)
                #expect(try operations.exchange(.get("/readyz")).status == 503)
                for request in [revoked, invalid] {
                    #expect([401, 422, 503].contains(try client.exchange(request).status))
                }
            }
            #expect(try churnd.scrape()["churnd_redis_up"] == 0)
            #expect(churnd.log(RedisTroubleTests.down).count == 1)
            #expect(churnd.log(RedisTroubleTests.up).isEmpty)
            for command in trouble.end {
                #expect(try redis.command(command) == .status("OK"))
            }
            try waitForHealth(churnd, status: 200)
            _ = try churnd.log(RedisTroubleTests.up, count: 1)
            #expect(try churnd.scrape()["churnd_redis_up"] == 1)
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            try eventually("predictions are served") { try client.exchange(request).status == 200 }
        }

        @Test func `a Redis that has lost its data serves again once it is marked`() throws {
            let redis = try RedisServer()
            let key = "churnd:marker"
            let churnd = try ChurndProcess(
                redisPort: redis.port, Deployment.patient.merging(["redis.marker_key": key]) { $1 })
            let client = try churnd.client()
            let environment = [
                "REDIS_URL": "redis://127.0.0.1:\(redis.port)", "CHURND_REDIS_MARKER_KEY": key,
                "JWT_SECRET": ChurndProcess.secret,
            ]
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            for _ in 0..<2 {
                try waitForHealth(churnd, status: 503)
                let answer = try client.exchange(request)
                #expect(answer.status == 503)
                #expect(answer["Retry-After"] == "1")
                let finding = try doctorFinding(environment)
                #expect(finding.hasPrefix("FAIL  redis marker: \(key) is missing"), "\(finding)")

                let mark = try ChildProcess(
                    BuiltProgram.churnctl, ["redis", "mark"], environment: environment)
                #expect(try mark.waitForExit() == .code(0), "\(mark.errors)")
                let place = "redis://127.0.0.1:\(redis.port)/0"
                #expect(mark.output == "marked: \(key) is in \(place)\n")
                try waitForHealth(churnd, status: 200)
                #expect(try client.exchange(request).status == 200)
                #expect(try doctorFinding(environment) == "ok    redis marker: \(key) exists")
                #expect(try redis.client().command("TTL", key) == .integer(-1))
                try redis.client().command("FLUSHALL")
            }
            let reasons = churnd.logLines.compactMap { $0["reason"]?.asString }
            #expect(reasons.contains { $0.contains("the marker key is missing") })
            let samples = try churnd.scrape()
            #expect(samples[#"churnd_redis_errors_total{kind="marker_missing"}"#] == 2)
        }

        private func doctorFinding(_ environment: [String: String]) throws -> String {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["doctor", "--model.path", BuiltProgram.modelPath],
                environment: environment)
            _ = try child.waitForExit()
            return child.output.split(separator: "\n").map(String.init)
                .first { $0.contains("redis marker") } ?? child.output + child.errors
        }

        static let marks: [(arguments: [String], environment: [String: String], exit: Int32)] = [
            (["--key", "m"], [:], 64), ([], ["REDIS_URL": "redis://127.0.0.1:1"], 64),
            (["--key", ""], ["REDIS_URL": "redis://127.0.0.1:1"], 64),
            (["--key", "quota:alice"], ["REDIS_URL": "redis://127.0.0.1:1"], 64),
            (["--key", "m"], ["REDIS_URL": "redis://127.0.0.1:1"], 69),
        ]

        @Test(arguments: marks)
        func `churnctl says why a Redis was not marked`(
            _ mark: (arguments: [String], environment: [String: String], exit: Int32)
        ) throws {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["redis", "mark"] + mark.arguments,
                environment: mark.environment)
            #expect(try child.waitForExit() == .code(mark.exit))
            #expect(!child.errors.isEmpty)
            #expect(child.output.isEmpty)
        }

        @Test func `the first answer to health is what Redis said, however long that took`() throws
        {
            let redis = try RedisServer()
            let control = try redis.client()
            #expect(try control.command("CLIENT", "PAUSE", "300", "ALL") == .status("OK"))
            let churnd = try ChurndProcess(redisPort: redis.port, ["redis.deadline": "5000"])
            #expect(try churnd.client().exchange(.get("/health")).status == 200)
        }
    }
}
