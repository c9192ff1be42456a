import AuditLog
import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// Revocations that are made in Redis, by others than this churnd.
    @Suite struct NoticedRevocationsProgramTests {
        private static let listening = "listening to revocations made in Redis"
        private static let changed = "a revocation was changed in Redis"
        private static let deaf =
            "not listening to revocations made in Redis: some may not be noticed"

        private func churnd(
            _ redis: RedisServer, _ flags: [String: String] = [:], url: String? = nil
        ) throws -> AuditedChurnd {
            try AuditedChurnd(
                [
                    "store": "redis", "redis.keyspace_events": "on", "redis.deadline": "2000",
                ].merging(flags) { $1 },
                environment: ["REDIS_URL": url ?? "redis://127.0.0.1:\(redis.port)/2"])
        }

        private func actions(_ churnd: AuditedChurnd, count: Int) throws -> [String] {
            try churnd.records(.revocation, count: count).compactMap { $0["action"]?.asString }
        }

        @Test func `they are recorded, logged without names, and counted`() throws {
            let redis = try RedisServer(["--notify-keyspace-events", "K$g"])
            let audited = try churnd(redis)
            let churnd = audited.churnd
            _ = try churnd.log(Self.listening, count: 1)
            let client = try redis.client()
            try client.command("SELECT", "2")
            try client.command("SET", "blacklist:planted-id", "1", "EX", "600")
            try client.command("EXPIRE", "blacklist:planted-id", "10")
            try client.command("DEL", "blacklist:planted-id")
            try client.command("SET", "revoked-before:planted-subject", "1")
            // In another database, and of another kind.
            try client.command("SET", "quota:x", "1")
            try client.command("SELECT", "0")
            try client.command("SET", "blacklist:other", "1")
            try client.command("SELECT", "2")
            try client.command("DEL", "revoked-before:planted-subject")
            #expect(
                try actions(audited, count: 5) == [
                    "noticed-revoke", "noticed-expiry", "noticed-unrevoke",
                    "noticed-revoke-subject", "noticed-unrevoke-subject",
                ])
            let lines = try churnd.log(Self.changed, count: 5)
            #expect(
                lines.map { $0["of"]?.asString } == [
                    "token", "token", "token", "subject", "subject",
                ])
            let family = "churnd_revocations_noticed_total"
            let samples = try churnd.scrape()
            #expect(samples["\(family){change=\"revoked\"}"] == 2)
            #expect(samples["\(family){change=\"restored\"}"] == 2)
            #expect(samples["\(family){change=\"expiry\"}"] == 1)
            try audited.end()
            #expect(!churnd.child.output.contains("planted-id"))
            #expect(!churnd.child.output.contains("planted-subject"))
        }

        @Test func `a logout is recorded once, and another churnd notices it`() throws {
            let redis = try RedisServer(["--notify-keyspace-events", "KA"])
            let (one, other) = (try churnd(redis), try churnd(redis))
            for audited in [one, other] { _ = try audited.churnd.log(Self.listening, count: 1) }
            let token = try TokenFactory().token("alice", id: "the-id")
            let logout = HTTPRequest.logout(token: token)
            #expect(try one.churnd.client().exchange(logout).status == 200)
            #expect(try actions(other, count: 1) == ["noticed-revoke"])
            // What follows shows that nothing else came before it.
            let client = try redis.client()
            try client.command("SELECT", "2")
            try client.command("DEL", "blacklist:the-id")
            #expect(try actions(one, count: 2) == ["logout", "noticed-unrevoke"])
        }

        @Test func `a flood is counted, and not each has its record`() throws {
            let redis = try RedisServer(["--notify-keyspace-events", "K$g"])
            let audited = try churnd(redis)
            _ = try audited.churnd.log(Self.listening, count: 1)
            let client = try redis.client()
            try client.command("SELECT", "2")
            try client.command(
                "EVAL", "for i = 1, 5000 do redis.call('SET', 'blacklist:f' .. i, '1') end", "0")
            try eventually("all are counted") {
                try audited.churnd.scrape().sum(of: "churnd_revocations_noticed_total") == 5000
            }
            redis.kill()
            let line = try audited.churnd.log(
                "more revocations were changed in Redis than are recorded", count: 1)[0]
            let unrecorded = try #require(line["unrecorded"]?.asString.flatMap { Int($0) })
            try audited.end()
            let recorded = try audited.records(.revocation).count
            // A second or two.
            #expect((100...400).contains(recorded), "\(recorded)")
            let lines = audited.churnd.log(
                "more revocations were changed in Redis than are recorded")
            #expect(lines.count > 1 || unrecorded + recorded == 5000)
        }

        @Test func `a lost connection and a missing right are in the log, once each`() throws {
            let redis = try RedisServer(["--notify-keyspace-events", "K$g"])
            let admin = try redis.client()
            let rights =
                "on >pw resetkeys ~* resetchannels &__keyspace@2__:blacklist:* "
                + "&__keyspace@2__:revoked-before:* -@all +@scripting +@string +@list +@read "
                + "+@write +time +ping +select"
            try admin.command(
                ["ACL", "SETUSER", "churnd"]
                    + rights.split(separator: " ").map(
                        String.init))
            let url = "redis://churnd:pw@127.0.0.1:\(redis.port)/2"
            let audited = try churnd(redis, url: url)
            let line = try audited.churnd.log(Self.deaf, count: 1)[0]
            #expect(line["reason"]?.asString == "PSUBSCRIBE was answered with NOPERM")
            // Predictions do not need it.
            let token = try TokenFactory().token("alice", id: "the-id")
            try eventually("it predicts") {
                try audited.churnd.client().exchange(.predict(token: token)).status == 200
            }
            try admin.command("ACL", "SETUSER", "churnd", "+psubscribe")
            _ = try audited.churnd.log(Self.listening, count: 1)
            #expect(audited.churnd.log(Self.deaf).count == 1)
            try admin.command("CLIENT", "KILL", "TYPE", "pubsub")
            _ = try audited.churnd.log(Self.deaf, count: 2)
            _ = try audited.churnd.log(Self.listening, count: 2)
            try admin.command("SELECT", "2")
            try admin.command("SET", "blacklist:x", "1")
            #expect(try actions(audited, count: 1) == ["noticed-revoke"])
        }

        @Test(arguments: [
            ("K$g", true), ("KA", true), ("KEA", true), ("", false), ("E$g", false),
            ("K$", false), ("Kg", false), ("Kx", false),
        ]) func `the doctor says whether Redis reports enough`(
            flags: String, isEnough: Bool
        ) throws {
            let redis = try RedisServer(["--notify-keyspace-events", flags])
            let child = try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "doctor", "--model.path=\(BuiltProgram.modelPath)", "--http.port=0",
                    "--operations.listen=off", "--redis.keyspace_events=on",
                ],
                environment: [
                    "JWT_SECRET": ChurndProcess.secret,
                    "REDIS_URL": "redis://127.0.0.1:\(redis.port)",
                ])
            _ = try child.waitForExit()
            #expect(
                child.output.contains("ok    redis keyspace events: notify-keyspace-events is")
                    == isEnough)
            #expect(child.output.contains("FAIL  redis keyspace events: ") == !isEnough)
        }

        @Test func `it is off unless it is wanted`() throws {
            let redis = try RedisServer(["--notify-keyspace-events", "K$g"])
            let audited = try churnd(redis, ["redis.keyspace_events": "off"])
            try eventually("Redis is reached") {
                try audited.churnd.client().exchange(.get("/health")).status == 200
            }
            #expect(try redis.client().command("CLIENT", "LIST", "TYPE", "pubsub").text == "")
        }
    }
}
