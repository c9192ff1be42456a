import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `POST /predict?explain=N`: reasons for a prediction.
    @Suite struct ReasonsTests {
        private static let model = "\(ProjectPlaces.root)/Models/telco-churn/3"

        private func explained(
            _ query: String, token: String, body: String = Customer.valid.json
        ) -> HTTPRequest {
            var request = HTTPRequest.predict(token: token, body: body)
            request.target = "/predict\(query)"
            return request
        }

        private func reasons(_ answer: HTTPAnswer) throws -> [JSONObject] {
            try #require(answer.member("reasons")?.asArray).compactMap(\.asObject)
        }

        @Test func `the strongest reasons are given, and all of them add up to the log-odds`()
            throws
        {
            let churnd = try ChurndProcess(["model.path": Self.model])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let three = try client.exchange(explained("?explain=3", token: token))
            #expect(three.status == 200)
            let plain = try client.exchange(explained("", token: token))
            #expect(plain.member("reasons") == nil && plain.member("base_log_odds") == nil)
            #expect(three.member("churn_probability") == plain.member("churn_probability"))
            #expect(try reasons(three).count == 3)
            let all = try client.exchange(explained("?explain=all", token: token))
            let list = try reasons(all)
            #expect(list.count == 20)
            let sum = try list.reduce(#require(all.member("base_log_odds")?.asNumber)) {
                $0 + ($1["contribution"]?.asNumber ?? .nan)
            }
            let command = try ChildProcess(
                BuiltProgram.churnctl, ["explain", "--model", Self.model],
                input: Customer.valid.json)
            #expect(try command.waitForExit() == .code(0))
            let last = command.output.split(separator: "\n").last ?? ""
            let margin = try #require(
                Double(last.split(separator: " ").first.map(String.init) ?? ""))
            #expect((sum - margin).magnitude < 2e-5)
        }

        @Test(arguments: [
            "?explain=0", "?explain=65", "?explain=", "?explain=3&explain=3", "?explain=x",
        ])
        func `another value is refused before anything is charged`(_ query: String) throws {
            let churnd = try ChurndProcess(["model.path": Self.model, "quota.limit": "1"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let refused = try client.exchange(explained(query, token: token))
            #expect(refused.status == 400)
            #expect(refused.problem == "invalid-parameter")
            #expect(
                refused.member("detail")?.asString
                    == "explain must be 1 to 64 or all, and be there once")
            #expect(try client.exchange(explained("?a=b&explain=1&c", token: token)).status == 200)
        }

        @Test func `a model without means gives no reasons, and charges nothing`() throws {
            let churnd = try ChurndProcess(["quota.limit": "1"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let refused = try client.exchange(explained("?explain=3", token: token))
            #expect(refused.status == 409)
            #expect(refused.member("detail")?.asString == "The active model gives no reasons")
            #expect(try client.exchange(explained("", token: token)).status == 200)
        }

        @Test func `with roles reasons need their scope, and a band has none`() throws {
            let directory = try TemporaryDirectory()
            let roles = directory.path(of: "roles.conf")
            let text = "role.full = predict explain\nrole.band = predict:band explain\n"
            try Files.writeAtomically(Array(text.utf8).span, to: roles)
            let churnd = try ChurndProcess(["model.path": Self.model, "roles.path": roles])
            let client = try churnd.client()
            func ask(_ scope: String) throws -> HTTPAnswer {
                try client.exchange(
                    explained(
                        "?explain=all", token: TokenFactory().token("alice", scope: scope)))
            }
            #expect(try reasons(ask("full")).count == 20)
            let refused = try ask("predict")
            #expect(refused.status == 403 && refused.problem == "insufficient-scope")
            #expect(refused.values(of: "WWW-Authenticate").joined().contains("scope=\"explain\""))
            let band = try ask("band")
            #expect(band.status == 200)
            for name in ["reasons", "base_log_odds", "churn_probability"] {
                #expect(band.member(name) == nil)
            }
        }

        @Test func `a call that is scored after the store has decided is explained, too`() throws {
            let churnd = try ChurndProcess(["model.path": Self.model, "quota.limit": "2"])
            let token = try TokenFactory().token("alice")
            let client = try churnd.client()
            // The third is refused, and those of one turn that follow are not scored ahead.
            try client.send(
                Array(repeatElement(explained("?explain=1", token: token).bytes, count: 6).joined())
            )
            let answers = try (0..<6).map { _ in try client.readAnswer() }
            let given = answers.filter { $0.status == 200 }
            #expect(given.count == 2)
            for answer in given { #expect(try reasons(answer).count == 1) }
        }
    }
}
