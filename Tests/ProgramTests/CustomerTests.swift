import AuditLog
import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// `GET /v1/customers/{id}/risk`: a customer whose features are in Redis.
    @Suite struct CustomerTests {
        private let redis: RedisServer

        init() throws { redis = try RedisServer() }

        private func churnd(_ keys: [String: String] = [:]) throws -> ChurndProcess {
            try ChurndProcess(
                [
                    "routes": "predict customers",
                    "features.redis.url": "redis://127.0.0.1:\(redis.port)",
                ].merging(keys) { $1 })
        }

        private func request(_ id: String, query: String = "") throws -> HTTPRequest {
            HTTPRequest(
                "GET", "/v1/customers/\(id)/risk\(query)",
                fields: [("Authorization", "Bearer \(try TokenFactory().token("alice"))")])
        }

        /// Writes a hash in plain text, as the layout of hashes has it.
        private func store(
            _ id: String, time: String? = "1795341600", without missing: String? = nil,
            with changed: [String: String] = [:]
        ) throws {
            var customer = Customer.valid
            for (name, value) in changed { customer = customer.with(name, value) }
            if let missing { customer = customer.without(missing) }
            var words = customer.hashCommand(id)
            if let time { words += ["_ts", time] }
            _ = try redis.client().command(words)
        }

        @Test func `answers what /predict answers, and takes one of the quota`() throws {
            try store("C-1")
            let churnd = try churnd()
            let client = try churnd.client()
            let byID = try client.exchange(try request("C-1"))
            let token = try TokenFactory().token("bob")
            let byBody = try client.exchange(.predict(token: token))
            #expect(byID.status == 200)
            #expect(byID.member("customer_id")?.asString == "C-1")
            #expect(byID.member("churn_probability") == byBody.member("churn_probability"))
            #expect(byID["RateLimit"]?.contains("r=99;") == true)
        }

        @Test(arguments: [
            ("nobody", 404, "customer-not-found"), ("%00", 400, "invalid-customer-id"),
            ("%4", 400, "invalid-customer-id"), ("part", 422, "features-missing"),
            ("wrong", 422, "invalid-record"), ("old", 409, "features-stale"),
            ("timeless", 409, "features-stale"),
        ])
        func `says what is wrong with a customer, at no cost`(
            id: String, status: Int, problem: String
        ) throws {
            try store("good", time: "4102444800")
            try store("part", time: "4102444800", without: "gender")
            try store("wrong", time: "4102444800", with: ["Contract": "For ever"])
            try store("old", time: "1000")
            try store("timeless", time: nil)
            let churnd = try churnd(["features.max_age": "86400"])
            let client = try churnd.client()
            let answer = try client.exchange(try request(id))
            #expect(answer.status == status)
            #expect(answer.problem == problem)
            let good = try client.exchange(try request("good"))
            #expect(good["RateLimit"]?.contains("r=99;") == true)
        }

        @Test func `is 404 where the operator has not switched it on`() throws {
            try store("C-1")
            let churnd = try churnd(["routes": "predict"])
            let client = try churnd.client()
            #expect(try client.exchange(try request("C-1")).status == 404)
        }

        @Test(arguments: [
            ("all", "C-1", 200), ("own", "alice", 200), ("own", "C-1", 403),
            ("own", "alice:1", 403), ("tenant", "alice:1", 200), ("tenant", "alice:", 200),
            ("tenant", "alice", 403), ("tenant", "alice2:1", 403), ("tenant", "bob:alice:1", 403),
            ("tenant", "alic%65:1", 200),
        ])
        func `a subject reads the customers that the rule lets it`(
            rule: String, id: String, status: Int
        ) throws {
            for id in ["C-1", "alice", "alice:1", "alice:", "alice2:1", "bob:alice:1"] {
                try store(id)
            }
            let audited = try AuditedChurnd([
                "routes": "customers", "customers.readable": rule, "quota.limit": "1",
                "features.redis.url": "redis://127.0.0.1:\(redis.port)",
            ])
            let client = try audited.churnd.client()
            let answer = try client.exchange(try request(id))
            #expect(answer.status == status)
            let recorded = try audited.records(status == 200 ? .prediction : .refusal)
            #expect(recorded.count == 1)
            if status == 403 {
                #expect(answer.problem == "customer-not-readable")
                #expect(recorded.first?.text("reason") == "customer-not-readable")
            }
        }

        @Test
        func `a customer that may not be read is not looked up, and a revoked token gets 401`()
            throws
        {
            try store("C-1")
            let churnd = try churnd(["customers.readable": "own"])
            let client = try churnd.client()
            // Whether it is stored makes no difference, nor whether its Redis is there.
            #expect(try client.exchange(try request("C-1")).status == 403)
            #expect(try client.exchange(try request("nobody")).status == 403)
            redis.kill()
            #expect(try client.exchange(try request("C-1")).status == 403)
            // Its text is the only name of this token.
            let token = TokenFactory().token(claims: #"{"sub":"alice","exp":4102444800}"#)
            let fields = [("Authorization", "Bearer \(token)"), ("Content-Length", "0")]
            #expect(
                try client.exchange(HTTPRequest("POST", "/logout", fields: fields)).status == 200)
            let revoked = HTTPRequest("GET", "/v1/customers/C-1/risk", fields: fields)
            #expect(try client.exchange(revoked).problem == "token-revoked")
        }

        /// What health says of the features.
        private func check(_ client: ClientSocket) throws -> String? {
            try client.exchange(.get("/health")).member("checks")?.asObject?["features"]?.asArray?
                .first?.asObject?["status"]?.asString
        }

        @Test func `without its Redis there are no predictions, and afterwards there are`() throws {
            try store("C-1")
            let churnd = try churnd()
            let client = try churnd.client()
            #expect(try client.exchange(try request("C-1")).status == 200)
            try eventually("health says so") { try check(client) == "pass" }
            redis.kill()
            #expect(try client.exchange(try request("C-1")).status == 503)
            #expect(try check(client) == "fail")
            #expect(try client.exchange(.get("/health")).status == 200)
            let token = try TokenFactory().token("alice")
            #expect(try client.exchange(.predict(token: token)).status == 200)
            try redis.restart()
            try store("C-1")
            try eventually("it is back") { try client.exchange(try request("C-1")).status == 200 }
            try eventually("health says so") { try check(client) == "pass" }
        }

        @Test func `needs a token before anything is looked up`() throws {
            let churnd = try churnd()
            let client = try churnd.client()
            let answer = try client.exchange(HTTPRequest("GET", "/v1/customers/C-1/risk"))
            #expect(answer.status == 401)
        }
    }
}
