import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl features load`, from a table to Redis.
    @Suite struct ChurnctlFeaturesTests {
        private let redis: RedisServer
        private static let names = ["customerID"] + Customer.valid.members.map(\.name)

        init() throws { redis = try RedisServer() }

        private struct Ended {
            let code: ChildProcess.Exit
            let errors: String
        }

        private func row(_ identifier: String, _ customer: Customer = .valid) -> String {
            ([identifier] + customer.members.map { $0.value.filter { $0 != "\"" } })
                .joined(separator: ",")
        }

        private func load(_ rows: [String], _ options: String...) throws -> Ended {
            let table = [Self.names.joined(separator: ",")] + rows
            return try run(table.joined(separator: "\n"), options)
        }

        private func run(_ input: String, _ options: [String]) throws -> Ended {
            let child = try ChildProcess(
                BuiltProgram.churnctl,
                [
                    "features", "load", "-", "--schema",
                    "\(ProjectPlaces.root)/Config/telco.schema.json", "--redis-url",
                    "redis://127.0.0.1:\(redis.port)",
                ] + options, input: input)
            let code = try child.waitForExit()
            return Ended(code: code, errors: child.errors)
        }

        private func stored(_ identifier: String, _ name: String) throws -> String? {
            try redis.client().command("HGET", "customer:\(identifier)", name).text
        }

        @Test func `churnd predicts for a customer that was loaded as for one that was sent`()
            throws
        {
            let rows = (0..<130).map { row("C-\($0)", .valid.with("tenure", "\($0 % 72 + 1)")) }
            let ended = try load(rows)
            #expect(ended.code == .code(0))
            #expect(ended.errors.contains("130 customers stored, 0 refused"))
            let churnd = try ChurndProcess([
                "routes": "predict customers", "features.max_age": "60",
                "features.redis.url": "redis://127.0.0.1:\(redis.port)",
            ])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            for number in [0, 63, 64, 129] {
                let body = Customer.valid.with("tenure", "\(number % 72 + 1)").json
                let sent = try client.exchange(.predict(token: token, body: body))
                let found = try client.exchange(
                    HTTPRequest(
                        "GET", "/v1/customers/C-\(number)/risk",
                        fields: [("Authorization", "Bearer \(token)")]))
                #expect(found.status == 200)
                #expect(found.member("churn_probability") == sent.member("churn_probability"))
            }
        }

        @Test func `a customer that is there already is replaced as a whole`() throws {
            #expect(try load([row("C-1")]).code == .code(0))
            #expect(try stored("C-1", "TotalCharges") == "1889.5")
            let blank = Customer.valid.with("TotalCharges", "").with("tenure", "0")
            #expect(try load([row("C-1"), row("C-1", blank)], "--ttl", "60").code == .code(0))
            #expect(try stored("C-1", "TotalCharges") == nil)
            #expect(try stored("C-1", "tenure") == "0")
            guard case .integer(let seconds) = try redis.client().command("TTL", "customer:C-1")
            else { return #expect(Bool(false), "it has a time to live") }
            #expect((50...60).contains(seconds))
        }

        @Test func `rows that the schema refuses are listed, and the others stored`() throws {
            let ended = try load([
                row("C-1"), row("C-2", .valid.with("tenure", "-1")), row(""), "C-4,x", row("C-5"),
            ])
            #expect(ended.code == .code(65))
            #expect(ended.errors.contains("line 3: tenure: must be an integer from 0 to"))
            #expect(ended.errors.contains("line 4: no identifier"))
            #expect(ended.errors.contains("line 5: 2 cells, expected 20"))
            #expect(ended.errors.contains("2 customers stored, 3 refused"))
            #expect(!ended.errors.contains("-1"))
            #expect(try stored("C-5", "gender") == "Female")
            #expect(try stored("C-2", "gender") == nil)
        }

        @Test func `what cannot be loaded has its exit code`() throws {
            #expect(try run("", []).code == .code(66))
            #expect(try run("a,b\n1,2\n", []).code == .code(65))
            #expect(try load([row("\"C-1")]).code == .code(65))
            #expect(try load([row("C-1")], "--ttl", "0").code == .code(64))
            redis.kill()
            let ended = try load([row("C-1")])
            #expect(ended.code == .code(69))
            #expect(ended.errors.contains("after 0 customers"))
        }
    }
}
