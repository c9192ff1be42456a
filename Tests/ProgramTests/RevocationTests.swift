import TestSupport
import Testing

extension ProgramTests {
    @Suite struct RevocationTests {
        /// Commands, without the key, that make keys of every type.
        static let values: [[String]] = [
            ["SET", "1", "EX", "600"], ["SET", ""], ["LPUSH", "x"], ["SADD", "x"],
            ["HSET", "x", "y"], ["ZADD", "1", "x"], ["XADD", "*", "x", "y"],
        ]

        @Test(arguments: [true, false])
        func `a revocation and its end take effect on the next request of a live connection`(
            byToken: Bool
        ) throws {
            let deployment = try Deployment()
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let token = try deployment.tokens.token("alice", id: "the-id")
            let request = HTTPRequest.predict(token: token)
            let other = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            let key = "blacklist:" + (byToken ? token : "the-id")
            for value in RevocationTests.values {
                #expect(try client.exchange(request).status == 200)
                let words = [value[0], key] + value.dropFirst()
                if case .error(let text) = try redis.command(words.map { Array($0.utf8) }) {
                    Issue.record("\(text)")
                }
                let answer = try client.exchange(request)
                #expect(answer.status == 401, "\(value)")
                #expect(answer.detail == "Token revoked")
                #expect(
                    answer["WWW-Authenticate"] == """
                        Bearer realm="churnd", error="invalid_token", \
                        error_description="Token revoked"
                        """)
                #expect(try client.exchange(other).status == 200, "not the subject is revoked")
                #expect(try redis.command("DEL", key) == .integer(1))
            }
            #expect(try client.exchange(request).status == 200)
        }

        @Test func `a token without jti can be revoked and an empty name revokes nobody`() throws {
            let deployment = try Deployment()
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let token = deployment.tokens.token(claims: #"{"sub":"alice","exp":4102444800}"#)
            try redis.command("SET", "blacklist:", "1")
            #expect(try client.exchange(.predict(token: token)).status == 200)
            try redis.command("SET", "blacklist:\(token)", "1")
            #expect(try client.exchange(.predict(token: token)).status == 401)
        }

        @Test func `a revocation ends by itself when its key expires`() throws {
            let deployment = try Deployment()
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let request = HTTPRequest.predict(
                token: try deployment.tokens.token("alice", id: "the-id"))
            try redis.command("SET", "blacklist:the-id", "1", "EX", "1")
            #expect(try client.exchange(request).status == 401)
            try eventually("the revocation has ended") {
                try client.exchange(request).status == 200
            }
        }

        @Test func `a revoked token gets 401 before anything else, and is not charged`() throws {
            let deployment = try Deployment(["quota.limit": "1"])
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let token = try deployment.tokens.token("alice", id: "the-id")
            try redis.command("SET", "blacklist:the-id", "1")
            for body in [Customer.valid.json, "{}", "{", ""] {
                let answer = try client.exchange(.predict(token: token, body: body))
                #expect(answer.status == 401)
                #expect(answer.detail == "Token revoked")
            }
            #expect(try redis.admissions(of: "alice") == [])
            try redis.command("DEL", "blacklist:the-id")
            #expect(try client.exchange(.predict(token: token)).status == 200)
            try redis.command("SET", "blacklist:the-id", "1")
            #expect(try client.exchange(.predict(token: token)).status == 401, "not 429")
        }
    }
}
