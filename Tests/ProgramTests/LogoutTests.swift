import AuditLog
import JSON
import POSIX
import TestSupport
import Testing

extension HTTPRequest {
    static func logout(token: String?) -> HTTPRequest {
        .operations("POST", "/logout", token: token, body: "")
    }
}

extension ProgramTests {
    /// A caller revokes its own token.
    @Suite struct LogoutTests {
        /// How a token of the test is named, and the claims that make it so.
        static let claims = [
            #"{"sub":"alice","exp":4102444800,"jti":"the-id"}"#,
            #"{"sub":"alice","exp":4102444800}"#, #"{"sub":"alice","exp":1e300}"#,
        ]

        @Test(arguments: [false, true], claims)
        func `a token is refused from its logout on, and others of its subject are not`(
            inRedis: Bool, claims: String
        ) throws {
            let redis = inRedis ? try RedisServer() : nil
            let churnd = try ContractServer(
                .program, redisPort: redis?.port,
                Deployment.patient.merging(["quota.limit": "2"]) { $1 })
            let client = try churnd.client()
            let token = TokenFactory().token(claims: claims)
            #expect(try client.exchange(.predict(token: token)).status == 200)
            let answer = try client.exchange(.logout(token: token))
            #expect(answer.status == 200)
            #expect(answer.text == #"{"revoked":true}"#)
            for request in [HTTPRequest.predict(token: token), .logout(token: token)] {
                let refused = try client.exchange(request)
                #expect(refused.status == 401)
                #expect(refused.detail == "Token revoked")
            }
            // The other of two that the quota has: logging out was not charged.
            let other = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            #expect(try client.exchange(other).status == 200)
            #expect(try client.exchange(other).status == 429)
        }

        @Test func `its key lasts until no churnd takes the token any more`() throws {
            let deployment = try Deployment()
            let token = try deployment.tokens.token("alice", id: "the-id", lifetimeSeconds: 600)
            #expect(try deployment.churnd.client().exchange(.logout(token: token)).status == 200)
            let time = try deployment.redis.client().command("TTL", "blacklist:the-id")
            guard case .integer(let seconds) = time else { return #expect(time == .integer(660)) }
            #expect((620...660).contains(seconds))
        }

        @Test func `neither its scope nor a quota that is used up keeps a caller from it`() throws {
            let deployment = try Deployment(["jwt.scope": "predict", "quota.limit": "1"])
            let client = try deployment.churnd.client()
            let poor = try deployment.tokens.token("alice", id: "poor")
            #expect(try client.exchange(.predict(token: poor)).status == 403)
            #expect(try client.exchange(.logout(token: poor)).status == 200)
            #expect(try client.exchange(.logout(token: poor)).status == 401)
            let rich = try deployment.tokens.token("bob", id: "rich", scope: "predict")
            #expect(try client.exchange(.predict(token: rich)).status == 200)
            #expect(try client.exchange(.predict(token: rich)).status == 429)
            #expect(try client.exchange(.logout(token: rich)).status == 200)
        }

        @Test func `without the right to write it is a 503, and health passes`() throws {
            let deployment = try Deployment()
            let client = try deployment.churnd.client()
            try deployment.redis.client().command("ACL", "SETUSER", "default", "-set")
            let token = try deployment.tokens.token("alice", id: "the-id")
            for _ in 0..<3 {
                let answer = try client.exchange(.logout(token: token))
                #expect(answer.status == 503)
                #expect(answer["Retry-After"] == "1")
                #expect(try client.exchange(.get("/health")).status == 200)
                #expect(try client.exchange(.predict(token: token)).status == 200)
            }
        }

        @Test func `while Redis is away it is a 503`() throws {
            let deployment = try Deployment(["redis.deadline": "200"])
            let client = try deployment.churnd.client()
            let token = try deployment.tokens.token("alice", id: "the-id")
            deployment.redis.kill()
            #expect(try client.exchange(.logout(token: token)).status == 503)
            #expect(try client.exchange(.logout(token: "a.b.c")).status == 401)
        }

        @Test func `the audit log has it, by whom and under the token's pseudonym`() throws {
            let audited = try AuditedChurnd()
            let client = try audited.churnd.client()
            let token = try TokenFactory().token("alice", id: "the-id")
            let revoke = HTTPRequest.operations(
                "POST", "/admin/tokens/revoke", body: #"{"jti":"the-id","seconds":60}"#)
            let unrevoke = HTTPRequest.operations(
                "POST", "/admin/tokens/unrevoke", body: #"{"jti":"the-id"}"#)
            #expect(try client.exchange(.predict(token: token)).status == 200)
            #expect(try audited.churnd.operations(revoke).status == 200)
            #expect(try audited.churnd.operations(unrevoke).status == 200)
            #expect(try client.exchange(.logout(token: token)).status == 200)
            let records = try audited.records(.revocation, count: 3)
            #expect(
                records.map { $0["action"]?.asString } == ["revoke", "unrevoke", "logout"])
            let name = try #require(records[0]["name"]?.asString)
            #expect(records[2]["name"]?.asString == name)
            let predictions = try audited.records(.prediction, count: 1)
            #expect(records[2]["subject"]?.asString == predictions[0]["subject"]?.asString)
            #expect(records[2]["subject"] != nil)
            #expect(records[2]["result"] == nil)
        }

        @Test func `an administrator revokes what a subject has, and takes that back`() throws {
            let audited = try AuditedChurnd()
            let client = try audited.churnd.client()
            let old = try TokenFactory().token("alice")
            let soon = Clock.unixMilliseconds() / 1000 + 20
            let later = TokenFactory().token(
                claims: #"{"sub":"alice","exp":4102444800,"iat":\#(soon)}"#)
            let bob = try TokenFactory().token("bob")
            func change(_ verb: String, _ body: String) throws -> HTTPAnswer {
                try audited.churnd.operations(
                    .operations("POST", "/admin/tokens/\(verb)", body: body))
            }
            let revoked = try change("revoke", #"{"subject":"alice","seconds":60}"#)
            #expect(revoked.text == #"{"changed":true}"#)
            #expect(try client.exchange(.predict(token: old)).detail == "Token revoked")
            #expect(try client.exchange(.predict(token: later)).status == 200)
            #expect(try client.exchange(.predict(token: bob)).status == 200)
            for isChanged in [true, false] {
                let restored = try change("unrevoke", #"{"subject":"alice"}"#)
                #expect(restored.text == #"{"changed":\#(isChanged)}"#)
            }
            #expect(try client.exchange(.predict(token: old)).status == 200)
            for body in [
                #"{"subject":"","seconds":60}"#, #"{"subject":"a\u0001","seconds":60}"#,
                #"{"subject":"\#(String(repeating: "a", count: 257))","seconds":60}"#,
                #"{"subject":"alice","jti":"x","seconds":60}"#,
                #"{"subject":"alice","seconds":0}"#, #"{"subject":1,"seconds":60}"#,
            ] {
                #expect(try change("revoke", body).status == 422, "\(body)")
            }
            let actions = try audited.records(.revocation, count: 2).map { $0["action"]?.asString }
            #expect(actions == ["revoke-subject", "unrevoke-subject"])
        }
    }
}
