import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// Requests of subjects and tokens that the store has refused before, which are made cheap.
    @Suite struct RefusedRequestTests {
        private static let clientCount = 40

        /// What a body is answered with for a used-up quota, and for a revoked token.
        static let bodies: [(body: String, status: Int, revokedStatus: Int)] = [
            (Customer.valid.json, 429, 401), ("{}", 422, 401), ("{", 400, 401),
        ]

        @Test(arguments: [true, false])
        func `a used-up subject is answered in the contract's order, again and again`(
            isInRedis: Bool
        ) throws {
            let redis = isInRedis ? try RedisServer() : nil
            var flags = Deployment.patient
            flags["quota.limit"] = "1"
            let churnd = try ChurndProcess(redisPort: redis?.port, flags)
            let client = try churnd.client()
            let tokens = TokenFactory()
            let token = try tokens.token("alice", id: "first")
            #expect(try client.exchange(.predict(token: token)).status == 200)
            for _ in 0..<3 {
                for (body, status, _) in RefusedRequestTests.bodies {
                    #expect(
                        try client.exchange(.predict(token: token, body: body)).status == status)
                }
                #expect(try client.exchange(.predict(token: token + "A")).status == 401)
            }
            guard let redis else { return }
            try redis.client().command("SET", "blacklist:first", "1")
            let other = try tokens.token("alice", id: "second")
            for _ in 0..<3 {
                for (body, status, revokedStatus) in RefusedRequestTests.bodies {
                    let revoked = try client.exchange(.predict(token: token, body: body))
                    #expect(revoked.status == revokedStatus)
                    #expect(revoked.detail == "Token revoked")
                    #expect(
                        try client.exchange(.predict(token: other, body: body)).status == status)
                }
            }
            try redis.client().command("DEL", "blacklist:first")
            #expect(try client.exchange(.predict(token: token)).status == 429)
        }

        @Test func `a quota that an operator gives back is used from the next request on`() throws {
            let deployment = try Deployment(["quota.limit": "1", "http.reactors": "1"])
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let token = try deployment.tokens.token("alice")
            let body = Customer.valid.named("C-7").json
            let first = try client.exchange(.predict(token: token, body: body))
            for _ in 0..<2 {
                #expect(try client.exchange(.predict(token: token, body: body)).status == 429)
                try redis.command("DEL", "quota:alice")
                // It is scored only now, and as it would have been at first.
                let answer = try client.exchange(.predict(token: token, body: body))
                #expect(answer.status == 200)
                for name in ["churn_probability", "risk_level", "customer_id", "model_version"] {
                    #expect(answer.member(name) == first.member(name), "\(name)")
                }
                #expect(answer.quota?.left == 0)
            }
        }

        /// Sends one request on each of many connections that churnd finds all together: it is
        /// stopped meanwhile.
        private func answersOfOneTurn(
            _ deployment: Deployment, _ request: (Int) -> HTTPRequest,
            before: () throws -> Void = {}
        ) throws -> [HTTPAnswer] {
            let churnd = deployment.churnd
            let clients = try (0..<RefusedRequestTests.clientCount).map { _ in try churnd.client() }
            for client in clients {
                #expect(try client.exchange(.get("/livez")).status == 200)
            }
            try before()
            churnd.child.signal(SIGSTOP)
            defer { churnd.child.signal(SIGCONT) }
            for (index, client) in clients.enumerated() { try client.send(request(index).bytes) }
            churnd.child.signal(SIGCONT)
            return try clients.map { try $0.readAnswer() }
        }

        private func calls(_ name: String, _ redis: RedisClient) throws -> Int {
            let lines = try redis.command("INFO", "commandstats").text?.split(separator: "\r\n")
            let line = lines?.first { $0.hasPrefix("cmdstat_\(name):calls=") }
            return line?.split(separator: "=")[1].split(separator: ",").first.flatMap { Int($0) }
                ?? 0
        }

        @Test(arguments: [true, false])
        func `a flood of one refused token costs Redis one question a turn`(isRevoked: Bool) throws
        {
            let deployment = try Deployment(["quota.limit": "1", "http.reactors": "1"])
            let redis = try deployment.redis.client()
            let token = try deployment.tokens.token("alice", id: "id")
            let request = HTTPRequest.predict(token: token)
            let client = try deployment.churnd.client()
            #expect(try client.exchange(request).status == 200)
            if isRevoked { try redis.command("SET", "blacklist:id", "1") }
            let status = isRevoked ? 401 : 429
            let answers = try answersOfOneTurn(deployment) { index in
                .predict(token: token, requestID: "r-\(index)")
            } before: {
                // A revocation is remembered for a second.
                #expect(try client.exchange(request).status == status)
                try redis.command("CONFIG", "RESETSTAT")
            }
            #expect(answers.map(\.status) == Array(repeating: status, count: answers.count))
            #expect(answers.enumerated().allSatisfy { $1["X-Request-Id"] == "r-\($0)" })
            // What the script calls for each question; those of other turns and of probes are few.
            #expect(try calls(isRevoked ? "exists" : "lrange", redis) < answers.count / 2)
        }

        @Test func `requests that shared a question are counted one by one when it is admitted`()
            throws
        {
            let limit = 25
            let deployment = try Deployment(["quota.limit": "\(limit)", "http.reactors": "1"])
            let redis = try deployment.redis.client()
            let token = try deployment.tokens.token("alice")
            let client = try deployment.churnd.client()
            for _ in 0..<limit {
                #expect(try client.exchange(.predict(token: token)).status == 200)
            }
            #expect(try client.exchange(.predict(token: token)).status == 429)
            try redis.command("DEL", "quota:alice")
            let answers = try answersOfOneTurn(deployment) { index in
                let customer = Customer.valid.named("C-\(index)")
                return .predict(token: token, body: index % 10 == 9 ? "{}" : customer.json)
            }
            let admitted = answers.filter { $0.status == 200 }
            #expect(admitted.compactMap { $0.quota?.left }.sorted() == Array(0..<limit))
            #expect(answers.count { $0.status == 422 } == answers.count / 10)
            #expect(answers.count { $0.status == 429 } == answers.count * 9 / 10 - limit)
            for (index, answer) in answers.enumerated() where answer.status == 200 {
                #expect(answer.member("customer_id")?.asString == "C-\(index)")
            }
            #expect(try redis.admissions(of: "alice").count == limit)
        }
    }
}
