import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// A request that is wrong in two ways gets the answer of the way that is judged first.
    @Suite struct ContractOrderTests {
        private static let scope = "predict"
        private static let invalid = Customer.valid.with("tenure", "73").json
        private static let tooLarge = String(repeating: " ", count: 16_385)

        /// A request to predict, made wrong step by step.
        private struct Attempt {
            var request: HTTPRequest

            init(token: String?, body: String? = Customer.valid.json) {
                request = .predict(token: token)
                request.body = body
            }

            func at(_ target: String) -> Attempt { with { $0.target = target } }
            func by(_ method: String) -> Attempt { with { $0.method = method } }
            func withText() -> Attempt {
                with { $0 = $0.without("Content-Type").with("Content-Type", "text/plain") }
            }
            func withSecondAuthorization() -> Attempt {
                with { $0 = $0.with("Authorization", "Bearer x") }
            }
            func withoutHost() -> Attempt { with { $0 = $0.without("Host") } }

            private func with(_ change: (inout HTTPRequest) -> Void) -> Attempt {
                var copy = self
                change(&copy.request)
                return copy
            }
        }

        @Test(arguments: Door.allCases)
        func `of two wrongs the one that is judged first is answered`(door: Door) throws {
            let redis = try RedisServer()
            let (tokens, scope) = (TokenFactory(), ContractOrderTests.scope)
            let churnd = try ContractServer(
                door, redisPort: redis.port,
                Deployment.patient.merging(["jwt.scope": scope]) { _, new in new })
            let good = try tokens.token("alice", scope: scope)
            let unscoped = try tokens.token("alice", scope: "other")
            let expired = try tokens.token("alice", lifetimeSeconds: -60, scope: "other")
            let forged = String(good.dropLast(2))
            let (invalid, tooLarge) = (ContractOrderTests.invalid, ContractOrderTests.tooLarge)
            let table: [(name: String, attempt: Attempt, status: Int)] = [
                ("framing, route", Attempt(token: good).withoutHost().at("/nowhere"), 400),
                ("route, method", Attempt(token: good).at("/nowhere").by("DELETE"), 404),
                ("route, media type", Attempt(token: good).at("/nowhere").withText(), 404),
                ("route, token", Attempt(token: nil).at("/nowhere"), 404),
                ("method, media type", Attempt(token: good).by("PUT").withText(), 405),
                ("method, token", Attempt(token: nil).by("PUT"), 405),
                ("method, length", Attempt(token: good, body: nil).by("GET"), 405),
                ("media type, length", Attempt(token: good, body: nil).withText(), 415),
                ("media type, size", Attempt(token: good, body: tooLarge).withText(), 415),
                ("media type, token", Attempt(token: nil).withText(), 415),
                (
                    "length, two tokens",
                    Attempt(token: good, body: nil).withSecondAuthorization(), 411
                ),
                ("length, token", Attempt(token: nil, body: nil), 411),
                (
                    "size, two tokens",
                    Attempt(token: good, body: tooLarge).withSecondAuthorization(), 413
                ),
                ("size, token", Attempt(token: nil, body: tooLarge), 413),
                ("two tokens, token", Attempt(token: forged).withSecondAuthorization(), 400),
                ("token, scope", Attempt(token: expired), 401),
                ("token, body", Attempt(token: forged, body: "{"), 401),
                ("no token, body", Attempt(token: nil, body: invalid), 401),
                ("scope, malformed body", Attempt(token: unscoped, body: "{"), 403),
                ("scope, invalid body", Attempt(token: unscoped, body: invalid), 403),
                (
                    "malformed body, invalid body",
                    Attempt(token: good, body: #"{"tenure":99,"tenure":99}"#), 400
                ),
            ]
            for row in table {
                let answer = try churnd.client().exchange(row.attempt.request)
                #expect(answer.status == row.status, "\(row.name)")
            }
            #expect(try redis.client().command("DBSIZE") == .integer(0))
        }

        @Test func `revocation comes before body and quota and an invalid body before the quota`()
            throws
        {
            let deployment = try Deployment(["quota.limit": "1"])
            let client = try deployment.churnd.client()
            let token = try deployment.tokens.token("alice", id: "the-id")
            let bodies = [Customer.valid.json, ContractOrderTests.invalid, "{"]
            func statuses() throws -> [Int] {
                try bodies.map { try client.exchange(.predict(token: token, body: $0)).status }
            }
            #expect(try statuses() == [200, 422, 400])
            #expect(try statuses() == [429, 422, 400])
            try deployment.redis.client().command("SET", "blacklist:the-id", "1")
            #expect(try statuses() == [401, 401, 401])
        }

        @Test func `without Redis what it need not be asked for is still answered`() throws {
            let deployment = try Deployment([
                "jwt.scope": ContractOrderTests.scope, "redis.deadline": "50",
            ])
            let good = try deployment.tokens.token("alice", scope: ContractOrderTests.scope)
            let unscoped = try deployment.tokens.token("alice")
            deployment.redis.kill()
            let table: [(attempt: Attempt, status: Int)] = [
                (Attempt(token: good), 503),
                (Attempt(token: good, body: ContractOrderTests.invalid), 503),
                (Attempt(token: good, body: "{"), 503),
                (Attempt(token: unscoped), 403),
                (Attempt(token: nil), 401),
                (Attempt(token: good + "A"), 401),
                (Attempt(token: good).withText(), 415),
                (Attempt(token: good, body: nil), 411),
                (Attempt(token: good).by("PUT"), 405),
                (Attempt(token: good).at("/nowhere"), 404),
            ]
            for (attempt, status) in table {
                let client = try deployment.churnd.client()
                #expect(try client.exchange(attempt.request).status == status)
            }
        }
    }
}
