import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// What quotas, revocations and levels mean on every route that needs a token.
    @Suite struct RoleLimitTests {
        private static let roles = """
            role.service = predict
            role.caller = predict:band
            role.reader = metrics:read
            role.engineer = models:activate
            role.guard = tokens:revoke
            role.auditor = audit:read
            role.keeper = keys:manage
            quota.role.service = 2
            quota.role.caller = 1
            quota.role.guard = 3
            quota.role.keeper = 4
            """
        private static let all = [
            "service", "caller", "reader", "engineer", "guard", "auditor", "keeper",
        ]

        private let directory: TemporaryDirectory
        private let key: IssuerKey
        private let churnd: ChurndProcess

        init() throws {
            directory = try TemporaryDirectory()
            key = try IssuerKey("k", .es256)
            let (roles, set) = (directory.path(of: "roles.conf"), directory.path(of: "set.json"))
            try Files.writeAtomically(Array(RoleLimitTests.roles.utf8).span, to: roles)
            try Files.writeAtomically(Array(try IssuerKey.set([key]).utf8).span, to: set)
            churnd = try ChurndProcess([
                "roles.path": roles, "jwt.jwks": set, "behaviour": "watch", "quota.limit": "9",
                "operations.listen": "127.0.0.1:0",
            ])
        }

        private func token(_ subject: String, _ scope: String, id: String) throws -> String {
            let now = Clock.unixMilliseconds() / 1000
            return try key.token(
                #"{"sub":"\#(subject)","jti":"\#(id)","iat":\#(now),"exp":4102444800,"#
                    + #""scope":"\#(scope)"}"#)
        }

        /// The commands that change nothing that the test goes by, and the role of each.
        private static let commands: [(method: String, path: String, body: String?, role: String)] =
            [
                ("GET", "/metrics", nil, "reader"),
                ("GET", "/admin/models", nil, "engineer"),
                ("GET", "/admin/behaviour", nil, "auditor"),
                ("POST", "/admin/behaviour/clear", #"{"subject":"x"}"#, "guard"),
                ("POST", "/admin/tokens/revoke", #"{"jti":"x","seconds":9}"#, "guard"),
                ("POST", "/admin/tokens/unrevoke", #"{"jti":"x"}"#, "guard"),
                ("POST", "/admin/keys/reload", "", "keeper"),
            ]

        private func ask(
            _ client: ClientSocket, _ index: Int, _ token: String
        ) throws -> HTTPAnswer {
            let (method, path, body, _) = RoleLimitTests.commands[index]
            return try client.exchange(.operations(method, path, token: token, body: body))
        }

        @Test func `each command is for its role alone, and logging out for every role`() throws {
            let operations = try churnd.operationsClient()
            let service = try churnd.client()
            for role in RoleLimitTests.all {
                let token = try token("ann", role, id: "id-\(role)")
                for (index, command) in RoleLimitTests.commands.enumerated() {
                    let answer = try ask(operations, index, token)
                    #expect(
                        answer.status == (command.role == role ? 200 : 403),
                        "\(command.path) as \(role): \(answer.text)")
                    #expect(answer["RateLimit"] == nil)
                }
                func logout() throws -> Int {
                    try service.exchange(.logout(token: token)).status
                }
                #expect(try logout() == 200, "\(role)")
                #expect(try logout() == 401, "\(role)")
                // A scope is missed before the store is asked.
                let predicts = ["service", "caller"].contains(role)
                #expect(
                    try service.exchange(.predict(token: token)).status == (predicts ? 401 : 403))
                for (index, command) in RoleLimitTests.commands.enumerated() {
                    let status = try ask(operations, index, token).status
                    #expect(status == (command.role == role ? 401 : 403), "\(role)")
                }
            }
        }

        @Test func `a quota counts predictions, and keeps nobody from commands`() throws {
            let operations = try churnd.operationsClient()
            let service = try churnd.client()
            let cases = [
                ("a", "service", 2), ("b", "caller", 1), ("c", "guard service", 3),
                ("d", "keeper caller", 4), ("e", "auditor caller", 1), ("f", "reader predict", 9),
            ]
            for (subject, scope, limit) in cases {
                let token = try token(subject, scope, id: "id-\(subject)")
                let allowed = RoleLimitTests.commands.indices.filter {
                    scope.split(separator: " ").contains(RoleLimitTests.commands[$0].role[...])
                }
                func command() throws {
                    for index in allowed {
                        #expect(try ask(operations, index, token).status == 200, "\(scope)")
                    }
                }
                try command()
                for left in (0..<limit).reversed() {
                    let answer = try service.exchange(.predict(token: token))
                    #expect(answer.status == 200 && answer.quota?.left == left, "\(scope)")
                }
                let refused = try service.exchange(.predict(token: token))
                #expect(refused.status == 429 && refused.problem == "rate-limited", "\(scope)")
                try command()
                // The token logs out with its quota used up.
                #expect(try service.exchange(.logout(token: token)).status == 200)
            }
        }

        @Test func `nothing that a caller of bands gets holds the probability`() throws {
            let client = try churnd.client()
            let full = try client.exchange(
                .predict(token: token("one", "service", id: "full")))
            let text = full.text
            let start = try #require(text.firstRange(of: "\"churn_probability\":")).upperBound
            let number = String(text[start...].prefix { $0 != "," && $0 != "}" })
            #expect(number.hasPrefix("0.") && number.utf8.count > 3)
            let band = try token("two", "caller", id: "band")
            let predict = HTTPRequest.predict(token: band)
            let invalid = Customer.valid.with("tenure", "-1").json
            var answers = [
                (try client.exchange(predict), 200), (try client.exchange(predict), 429),
                (try client.exchange(.predict(token: band, body: invalid)), 422),
                (try client.exchange(.get("/health")), 200),
            ]
            // Pipelined, so that refused ones share a question and are not scored.
            try client.send([predict.bytes, predict.bytes, predict.bytes].flatMap { $0 })
            for _ in 0..<3 { answers.append((try client.readAnswer(), 429)) }
            let operations = try churnd.operationsClient()
            for index in RoleLimitTests.commands.indices {
                answers.append((try ask(operations, index, band), 403))
            }
            answers.append(
                (try client.exchange(.logout(token: band)), 200))
            for (answer, status) in answers {
                #expect(answer.status == status)
                let all = answer.fields.map { "\($0.name): \($0.value)\n" }.joined() + answer.text
                #expect(!all.contains(number) && !all.contains("probability"), "\(all)")
            }
        }
    }
}
