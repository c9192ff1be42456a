import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// churnd and churnctl with a Redis that is asked over TLS.
    @Suite struct RedisTLSProgramTests {
        private let authority: TestAuthority
        private static let password = "planted-password-7a40"

        init() throws { authority = try TestAuthority.shared.get() }

        private func redis(clients: String = "no") throws -> TLSRedisServer {
            try TLSRedisServer(
                authority, clients: clients,
                arguments: [
                    "--user", "churnd", "on", ">\(Self.password)", "~*", "+@all",
                    "--enable-debug-command", "local",
                ])
        }

        private func url(_ redis: TLSRedisServer) -> String {
            "rediss://churnd:\(Self.password)@localhost:\(redis.port)"
        }

        private func churnd(
            _ redis: TLSRedisServer, _ flags: [String: String] = [:]
        ) throws -> ChurndProcess {
            try ChurndProcess(
                [
                    "store": "redis", "redis.tls.ca": authority.path, "redis.deadline": "2000",
                ].merging(flags) { $1 }, environment: ["REDIS_URL": url(redis)])
        }

        private func health(_ churnd: ChurndProcess) throws -> Int {
            try churnd.client().exchange(.get("/health")).status
        }

        @Test func `it predicts, revokes, and survives a new certificate of Redis`() throws {
            let redis = try redis(clients: "yes")
            let own = try authority.certificate("churnd-redis", subject: "/CN=churnd")
            let churnd = try churnd(
                redis, ["redis.tls.certificate": own.certificate, "redis.tls.key": own.key])
            try eventually("Redis is reached") { try health(churnd) == 200 }
            let token = try TokenFactory().token("alice", id: "the-id")
            let client = try churnd.client()
            #expect(try client.exchange(.predict(token: token)).status == 200)

            let revoke = try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "token", "revoke", "--redis-ca", authority.path, "--redis-certificate",
                    own.certificate, "--redis-key", own.key, "--jti", "the-id", "--seconds", "600",
                ], environment: ["REDIS_URL": url(redis)])
            #expect(try revoke.waitForExit() == .code(0), "\(revoke.errors)")
            #expect(try client.exchange(.predict(token: token)).status == 401)

            try redis.replace(authority.certificate("redis-renewed"))
            try redis.server.restart()
            let other = try TokenFactory().token("bob", id: "another")
            try eventually("Redis is reached again") {
                try client.exchange(.predict(token: other)).status == 200
            }
            churnd.child.signal(SIGTERM)
            _ = try churnd.child.waitForExit()
            #expect(!(churnd.child.output + churnd.child.errors).contains(Self.password))
        }

        @Test func `a Redis that cannot be verified is a 503, and why is logged`() throws {
            let redis = try redis()
            try redis.replace(authority.certificate("redis-past", days: -1))
            try redis.server.restart()
            let churnd = try churnd(redis, ["redis.deadline": "200"])
            let token = try TokenFactory().token("alice", id: "the-id")
            let answer = try churnd.client().exchange(.predict(token: token))
            #expect(answer.status == 503)
            #expect(try health(churnd) == 503)
            #expect(try churnd.client().exchange(.get("/readyz")).status == 503)
            try eventually("why is logged") {
                churnd.child.output.contains("TLS: the certificate has expired")
            }
            let metrics = try churnd.operationsClient().exchange(.get("/metrics"))
            #expect(
                MetricSamples(metrics.text)["churnd_redis_errors_total{kind=\"tls\"}"] ?? 0 > 0)
        }

        @Test(arguments: RedisTroubleTests.troubles)
        func `health over TLS says whether the script works, not whether PING does`(
            trouble: RedisTroubleTests.Trouble
        ) throws {
            let redis = try redis()
            let churnd = try churnd(redis)
            try eventually("Redis is reached") { try health(churnd) == 200 }
            let admin = try redis.server.client()
            // The rights that are taken are those of churnd's own user.
            func run(_ commands: [[String]]) throws {
                for command in commands {
                    let words = command.map { $0 == "default" ? "churnd" : $0 }
                    #expect(try admin.command(words) == .status("OK"))
                }
            }
            let operations = try churnd.operationsClient()
            try run(trouble.begin)
            try eventually("health, readiness and the metric fail") {
                let isReady = try operations.exchange(.get("/readyz")).status == 200
                return try health(churnd) == 503 && !isReady
                    && churnd.scrape()["churnd_redis_up"] == 0
            }
            let token = try TokenFactory().token("alice", id: "the-id")
            #expect(try churnd.client().exchange(.predict(token: token)).status == 503)
            #expect(try admin.command("PING") == .status("PONG"))
            try run(trouble.end)
            try eventually("all of them pass") {
                let isReady = try operations.exchange(.get("/readyz")).status == 200
                return try health(churnd) == 200 && isReady
                    && churnd.scrape()["churnd_redis_up"] == 1
            }
        }

        @Test func `readiness stays while Redis stumbles under load`() throws {
            let redis = try redis()
            let churnd = try churnd(redis, ["redis.deadline": "50", "quota.limit": "100000"])
            try eventually("Redis is reached") { try health(churnd) == 200 }
            let token = try TokenFactory().token("alice", id: "the-id")
            let admin = try redis.server.client()
            let (client, operations) = (try churnd.client(), try churnd.operationsClient())
            var statuses: [Int: Int] = [:]
            for round in 0..<300 {
                // Longer than the deadline: what waits then gets 503, and the connection is lost.
                if round % 100 == 50 { try admin.command("DEBUG", "SLEEP", "0.2") }
                if round % 100 == 49 {
                    try admin.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                }
                statuses[try client.exchange(.predict(token: token)).status, default: 0] += 1
                #expect(try operations.exchange(.get("/readyz")).status == 200)
            }
            #expect(statuses.keys.allSatisfy { [200, 503].contains($0) })
            #expect(statuses[200] ?? 0 > 200)
        }

        @Test func `files that cannot be used stop the start`() throws {
            let redis = try redis()
            for (flags, says) in [
                (["redis.tls.ca": "/nowhere/ca.pem"], "redis.tls.ca: /nowhere/ca.pem: "),
                (["redis.tls.ca": authority.server.key], "no certificate, expected one or more"),
                (
                    [
                        "redis.tls.certificate": authority.server.certificate,
                        "redis.tls.key": authority.path,
                    ], "redis.tls.key: \(authority.path): no private key"
                ),
                (["redis.tls.key": "x.key"], "redis.tls.key: set without redis.tls.certificate"),
            ] {
                let settings = ChurndProcess.settings(
                    redisPort: nil, ["store": "redis"].merging(flags) { $1 })
                let child = try ChildProcess(
                    BuiltProgram.churnd, settings.map { "--\($0)=\($1)" },
                    environment: ["JWT_SECRET": ChurndProcess.secret, "REDIS_URL": url(redis)])
                #expect(try child.waitForExit() != .code(0))
                #expect((child.errors + child.output).contains(says), "\(child.errors)")
            }
            let plain = ChurndProcess.settings(
                redisPort: redis.server.port, ["redis.tls.ca": authority.path])
            let child = try ChildProcess(
                BuiltProgram.churnd, plain.map { "--\($0)=\($1)" },
                environment: ["JWT_SECRET": ChurndProcess.secret])
            #expect(try child.waitForExit() != .code(0))
            #expect(child.errors.contains("redis.tls.ca: set without redis.url = rediss://"))
        }

        @Test func `the doctor asks over TLS and says what the files are`() throws {
            let redis = try redis(clients: "yes")
            let own = try authority.certificate("doctor-redis", subject: "/CN=churnd")
            func doctor(_ flags: [String]) throws -> ChildProcess {
                let child = try ChildProcess(
                    BuiltProgram.churnctl,
                    [
                        "doctor", "--model.path=\(BuiltProgram.modelPath)", "--http.port=0",
                        "--operations.listen=off", "--redis.tls.ca=\(authority.path)",
                    ] + flags,
                    environment: ["JWT_SECRET": ChurndProcess.secret, "REDIS_URL": url(redis)])
                _ = try child.waitForExit()
                return child
            }
            let good = try doctor([
                "--redis.tls.certificate=\(own.certificate)", "--redis.tls.key=\(own.key)",
            ])
            #expect(good.ended == .code(0), "\(good.output)")
            #expect(good.output.contains("redis tls: 1 certificate, valid for"))
            #expect(good.output.contains("rediss://localhost:\(redis.port)/0 answers in"))
            let bad = try doctor([])
            #expect(bad.output.contains("no certificate of churnd's own"))
            #expect(bad.output.contains("TLS: a client certificate is required"))
            #expect(!(good.output + bad.output).contains(Self.password))
        }

        @Test func `churnctl names what is wrong with TLS to Redis`() throws {
            let redis = try redis()
            func revoke(_ options: [String], _ url: String) throws -> ChildProcess {
                let child = try ChildProcess(
                    BuiltProgram.churnctl,
                    ["token", "revoke", "--jti", "x", "--seconds", "60"] + options,
                    environment: ["REDIS_URL": url])
                _ = try child.waitForExit()
                return child
            }
            let untrusted = try revoke([], url(redis))
            #expect(untrusted.ended != .code(0))
            #expect(untrusted.errors.contains("TLS: the certificate is signed by an unknown"))
            let plain = try revoke(
                ["--redis-ca", authority.path], "redis://127.0.0.1:\(redis.server.port)")
            #expect(plain.errors.contains("expected a URL with rediss"))
            let half = try revoke(["--redis-key", "x"], url(redis))
            #expect(half.errors.contains("one without the other"))
            let wrongPort = try revoke([], "redis://127.0.0.1:\(redis.port)")
            #expect(wrongPort.errors.contains("that needs rediss"), "\(wrongPort.errors)")
        }
    }
}
