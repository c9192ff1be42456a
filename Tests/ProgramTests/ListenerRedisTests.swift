import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// The operations listener with the store in Redis.
    @Suite struct ListenerRedisTests {
        private static let revocations = [
            HTTPRequest.operations(
                "POST", "/admin/tokens/revoke", body: #"{"jti":"another","seconds":60}"#),
            .operations("POST", "/admin/tokens/unrevoke", body: #"{"jti":"another"}"#),
        ]

        @Test func `revocations are made in Redis and not over the listener`() throws {
            let deployment = try Deployment()
            let client = try deployment.churnd.operationsClient()
            let token = try deployment.tokens.administrator()
            for request in ListenerRedisTests.revocations {
                let answer = try client.exchange(
                    request.with("Authorization", "Bearer \(token)"))
                #expect(answer.status == 409)
                #expect(answer.problem == "conflict")
                #expect(answer.detail?.contains("churnctl token revoke") == true)
            }
            #expect(try deployment.redis.client().command("KEYS", "*") == .array([]))
        }

        @Test func `an administrator is refused from the next request on after a revocation`()
            throws
        {
            let deployment = try Deployment()
            let client = try deployment.churnd.operationsClient()
            let redis = try deployment.redis.client()
            let token = try deployment.tokens.administrator(id: "the-id")
            let request = HTTPRequest.operations("GET", "/admin/models", token: token)
            for key in ["blacklist:the-id", "blacklist:\(token)"] {
                #expect(try client.exchange(request).status == 200)
                try redis.command("SET", key, "1")
                #expect(try client.exchange(request).problem == "token-revoked")
                try redis.command("DEL", key)
            }
            #expect(try client.exchange(request).status == 200)
            let samples = try deployment.churnd.scrape()
            #expect(samples["churnd_redis_duration_seconds_count"] == 5)
            // Nobody administers on account of a quota.
            #expect(try redis.command("KEYS", "quota:*") == .array([]))
        }

        @Test func `without Redis nobody administers over TCP, and monitoring goes on`() throws {
            let deployment = try Deployment(["redis.deadline": "100"])
            let client = try deployment.churnd.operationsClient()
            let token = try deployment.tokens.administrator()
            let request = HTTPRequest.operations("GET", "/admin/models", token: token)
            #expect(try client.exchange(request).status == 200)
            deployment.redis.kill()
            let answer = try client.exchange(request)
            #expect(answer.status == 503)
            #expect(answer.problem == "unavailable")
            #expect(answer["Retry-After"] == "1")
            try eventually("health fails") {
                try client.exchange(.get("/health")).status == 503
            }
            #expect(try client.exchange(.get("/livez")).status == 200)
            #expect(try deployment.churnd.scrape()["churnd_redis_up"] == 0)
            let errors = try deployment.churnd.scrape().sum(of: "churnd_redis_errors_total")
            #expect(errors == 1, "the administrator's is counted")
            // A token that is bad needs no Redis.
            #expect(try client.exchange(.operations("GET", "/admin/models")).status == 401)
            try deployment.redis.restart()
            try eventually("administration is back") {
                try client.exchange(request).status == 200
            }
        }

        @Test func `without Redis a Unix socket still administers`() throws {
            let versions = try ModelVersions(active: "1\n2\n")
            let directory = try TemporaryDirectory()
            var flags = ChurndProcess.onSocket(in: directory)
            flags["model.path"] = versions.path
            let deployment = try Deployment(flags)
            deployment.redis.kill()
            let client = try deployment.churnd.operationsClient()
            try eventually("health fails") {
                try client.exchange(.get("/health")).status == 503
            }
            #expect(try client.exchange(.get("/admin/models")).status == 200)
            #expect(try client.exchange(.activate("2")).status == 200)
            #expect(try client.exchange(.rollback).status == 200)
            for request in ListenerRedisTests.revocations {
                #expect(try client.exchange(request).status == 409)
            }
        }
    }
}
