import AuditLog
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// What each role may ask of the program, on both listeners.
    @Suite struct RoleAccessTests {
        private static let roles = """
            role.service = predict
            role.caller = predict:band
            role.reader = metrics:read
            role.engineer = models:activate
            role.guard = tokens:revoke
            role.auditor = audit:read
            step_up.age.tokens:revoke = 60
            step_up.acr.tokens:revoke = gold silver
            step_up.amr.tokens:revoke = pwd otp
            """

        private let directory: TemporaryDirectory
        private let churnd: ChurndProcess
        private let versions: ModelVersions

        init() throws {
            directory = try TemporaryDirectory()
            let path = "\(directory.path)/roles.conf"
            try Files.writeAtomically(Array(RoleAccessTests.roles.utf8).span, to: path)
            versions = try ModelVersions(["1", "2"], from: .logistic)
            churnd = try ChurndProcess(
                [
                    "roles.path": path, "behaviour": "watch", "operations.listen": "127.0.0.1:0",
                    "model.path": versions.path, "model.watch": "0", "routes": "predict batch oip",
                    "audit.directory": "\(directory.path)/audit",
                ], environment: ["AUDIT_KEY": String(repeating: "audit-key", count: 5)])
        }

        private func token(_ scope: String?, login: String = "") -> String {
            let now = Clock.unixMilliseconds() / 1000
            let rights = scope.map { #","scope":"\#($0)""# } ?? ""
            return TokenFactory().token(
                claims: #"{"sub":"ann","iat":\#(now),"exp":4102444800\#(rights)\#(login)}"#)
        }

        private static let goodLogin = #","acr":"silver","amr":["otp","pwd","x"]"#

        /// A route that needs a scope, and the roles that have it.
        private struct Row {
            let method: String
            let path: String
            var body: String?
            let roles: [String]

            func request(_ token: String) -> HTTPRequest {
                if path == "/predict" { return .predict(token: token) }
                return .operations(method, path, token: token, body: body)
            }
        }

        private static let matrix = [
            Row(method: "POST", path: "/predict", roles: ["service", "caller"]),
            Row(
                method: "POST", path: "/v1/predict/batch", body: "[\(Customer.valid.json)]",
                roles: ["service", "caller"]),
            Row(
                method: "POST", path: "/v2/models/telco-logistic/infer", body: InferenceText.one,
                roles: ["service", "caller"]),
            Row(method: "GET", path: "/metrics", roles: ["reader"]),
            Row(method: "GET", path: "/admin/models", roles: ["engineer"]),
            Row(
                method: "POST", path: "/admin/models/activate", body: #"{"version":"2"}"#,
                roles: ["engineer"]),
            Row(method: "POST", path: "/admin/models/rollback", body: "", roles: ["engineer"]),
            Row(
                method: "POST", path: "/admin/tokens/revoke", body: #"{"jti":"x","seconds":9}"#,
                roles: ["guard"]),
            Row(
                method: "POST", path: "/admin/tokens/unrevoke", body: #"{"jti":"x"}"#,
                roles: ["guard"]),
            Row(method: "GET", path: "/admin/behaviour", roles: ["auditor"]),
            Row(
                method: "POST", path: "/admin/behaviour/clear", body: #"{"subject":"x"}"#,
                roles: ["guard"]),
        ]

        @Test func `a role may ask for what its scopes allow, and for nothing else`() throws {
            let service = try churnd.client()
            let operations = try churnd.operationsClient()
            let roles = [
                "service", "caller", "reader", "engineer", "guard", "auditor",
                "churnd:admin",
            ]
            for row in RoleAccessTests.matrix {
                let isPublic = row.path == "/predict" || row.path.hasPrefix("/v")
                let client = isPublic ? service : operations
                for role in roles {
                    let token = token(role, login: RoleAccessTests.goodLogin)
                    let answer = try client.exchange(row.request(token))
                    let isAllowed = row.roles.contains(role)
                    #expect(answer.status == (isAllowed ? 200 : 403), "\(row.path): \(role)")
                    if !isAllowed {
                        #expect(answer["WWW-Authenticate"]?.contains("insufficient_scope") == true)
                    }
                }
                #expect(try client.exchange(row.request(token(nil))).status == 403, "\(row.path)")
            }
            #expect(try operations.exchange(.get("/metrics")).status == 401)
            #expect(try operations.exchange(.get("/health")).status == 200)
            // The scope by its own name, beside others.
            #expect(try service.exchange(.predict(token: token("a predict b"))).status == 200)
        }

        @Test func `a caller of bands gets the level and not the number`() throws {
            let client = try churnd.client()
            let full = try client.exchange(.predict(token: token("service")))
            let band = try client.exchange(.predict(token: token("caller")))
            #expect(full.member("churn_probability") != nil)
            #expect(band.status == 200)
            #expect(band.member("churn_probability") == nil)
            #expect(band.member("risk_level") == full.member("risk_level"))
            #expect(band.member("churn_prediction") == full.member("churn_prediction"))
            // A caller that may have both gets the number.
            let both = try client.exchange(.predict(token: token("caller service")))
            #expect(both.member("churn_probability") != nil)
        }

        @Test func `every refusal of a command is in the audit log`() throws {
            let path = directory.path(of: "roles.conf")
            let audited = try AuditedChurnd([
                "roles.path": path, "operations.listen": "127.0.0.1:0",
                "model.path": versions.path, "model.watch": "0",
            ])
            let client = try audited.churnd.operationsClient()
            let revocation = #"{"jti":"x","seconds":9}"#
            let refused: [(String, String, String?, String?, Int, String)] = [
                ("models/rollback", "", "engineer", nil, 409, "conflict"),
                ("models/activate", #"{"version":"9"}"#, "engineer", nil, 422, "model-refused"),
                ("models/activate", #"{"versio":"9"}"#, "engineer", nil, 422, "invalid-command"),
                ("tokens/revoke", "{", "guard", nil, 422, "invalid-command"),
                ("tokens/revoke", revocation, "engineer", nil, 403, "insufficient-scope"),
                ("tokens/revoke", revocation, "guard", "", 401, "stale-authentication"),
            ]
            for (name, body, role, login, status, problem) in refused {
                let token = token(role, login: login ?? RoleAccessTests.goodLogin)
                let answer = try client.exchange(
                    .operations("POST", "/admin/\(name)", token: token, body: body))
                #expect(answer.status == status, "\(name) \(body)")
                #expect(answer.problem == problem)
            }
            let records = try audited.records(.refusal, count: refused.count)
            #expect(records.map { $0["reason"]?.asString } == refused.map(\.5))
            #expect(records.map { $0["status"]?.asNumber } == refused.map { Double($0.4) })
            // What was done is there as well.
            let token = token("guard", login: RoleAccessTests.goodLogin)
            #expect(
                try client.exchange(
                    .operations("POST", "/admin/tokens/revoke", token: token, body: revocation)
                ).status == 200)
            #expect(try audited.records(.revocation, count: 1).count == 1)
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }

        @Test(arguments: [
            (#","acr":"gold","amr":["pwd","otp"]"#, 0, true),
            (#","acr":"gold","amr":["pwd","otp"]"#, 50, true),
            (#","acr":"gold","amr":["pwd","otp"]"#, 65, false),
            (#","acr":"bronze","amr":["pwd","otp"]"#, 0, false),
            (#","acr":"gold","amr":["pwd"]"#, 0, false), (#","acr":"gold""#, 0, false),
            (#","acr":["gold"],"amr":["pwd","otp"]"#, 0, false),
            (#","acr":"gold","amr":"pwd otp""#, 0, false), ("", 0, false),
        ])
        func `an action needs a young login of the right kind`(
            login: String, age: Int, isEnough: Bool
        ) throws {
            let time = Int(Clock.unixMilliseconds() / 1000) - age
            let token = token("guard", login: login + #","auth_time":\#(time)"#)
            let answer = try churnd.operationsClient().exchange(
                .operations(
                    "POST", "/admin/tokens/revoke", token: token,
                    body: #"{"jti":"x","seconds":9}"#))
            #expect(answer.status == (isEnough ? 200 : 401))
            guard !isEnough else { return }
            #expect(answer.problem == "stale-authentication")
            let challenge = try #require(answer["WWW-Authenticate"])
            #expect(challenge.contains(#"error="insufficient_user_authentication""#))
            #expect(challenge.hasSuffix(#"max_age=60, acr_values="gold silver""#))
        }
    }
}
