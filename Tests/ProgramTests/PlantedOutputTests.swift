import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// A search of everything that the programs write for what they were given and must keep.
    @Suite struct PlantedOutputTests {
        private static let password = "planted-redis-password"
        private static let tokenID = "planted-jti"
        private static let administratorTokenID = "planted-jti-2"
        /// The jti is what a record is found by.
        private static let recordedIDs = [tokenID, administratorTokenID].map { "\"jti\":\"\($0)\"" }
        private static let customer = "planted-customer"
        /// What may be repeated to a caller: the names of its own fields, and its own customer.
        private static let echoed = ["planted-name", customer]
        /// What nobody may find anywhere but where `SearchedOutput` says so.
        private static let planted =
            [
                ChurndProcess.secret, AuditedChurnd.key, password, tokenID,
                "planted-subject", "planted-operator", "planted-scope", "planted-value",
                "planted-query", "planted-path", "planted-header", "planted-revoked",
                // Of the customer, as the body has them.
                "56.9517", "7353.9184",
            ] + echoed

        private let tokens = TokenFactory()
        private let token: String
        private let administrator: String

        init() throws {
            token = try tokens.token(
                "planted-subject", id: Self.tokenID, scope: "planted-scope predict")
            administrator = try tokens.administrator(
                "planted-operator", id: Self.administratorTokenID)
        }

        /// The parts of a token that tell something, and the whole.
        private func parts(_ token: String) -> [String] {
            [token] + token.split(separator: ".").dropFirst().map(String.init)
        }

        private var bodies: (good: String, wrong: String, noJSON: String) {
            let good = Customer.valid.named(Self.customer).with("MonthlyCharges", "56.9517")
                .with("TotalCharges", "7353.9184")
            let wrong = good.with("gender", #""planted-value""#).with("planted-name", "1")
            return (good.json, wrong.json, #"{"planted-name":"planted-value""#)
        }

        private func callers() throws -> [(request: HTTPRequest, status: Int, allowed: [String])] {
            let forged = try TokenFactory(secret: String(repeating: "x", count: 32))
                .token("planted-subject", id: Self.tokenID)
            let expired = try tokens.token("planted-subject", lifetimeSeconds: -3600)
            let unscoped = try tokens.token("planted-subject", id: Self.tokenID)
            let (good, wrong, noJSON) = bodies
            var query = HTTPRequest.predict(token: nil, body: good)
            query.target = "/predict?access_token=planted-query"
            let own = "\"customer_id\":\"\(Self.customer)\""
            return [
                (.predict(token: token, body: good), 200, [own]),
                (.predict(token: token, body: wrong), 422, ["planted-name"]),
                (.predict(token: token, body: noJSON), 400, []),
                (.predict(token: forged, body: good), 401, []),
                (.predict(token: expired, body: good), 401, []),
                (.predict(token: unscoped, body: good), 403, []),
                (.predict(token: "planted-value", body: good), 401, []),
                (query, 401, []), (.get("/planted-path"), 404, []),
                (HTTPRequest.get("/livez").with("A", "planted-header"), 200, []),
                (HTTPRequest.get("/livez").with("traceparent", "planted-header"), 200, []),
                (HTTPRequest("GET", "/planted-path\u{1}"), 400, []),
                (.predict(token: token, body: good), 429, []),
            ]
        }

        private func administration() -> [(request: HTTPRequest, status: Int)] {
            func post(_ path: String, _ body: String, _ token: String?) -> HTTPRequest {
                .operations("POST", path, token: token, body: body)
            }
            let revoke = "/admin/tokens/revoke"
            return [
                (.operations("GET", "/admin/models", token: administrator), 200),
                (.operations("GET", "/admin/models", token: token), 403),
                (.operations("GET", "/admin/models", token: "planted-value"), 401),
                (.activate("1", token: administrator), 409),
                (post(revoke, #"{"jti":"planted-revoked","seconds":60}"#, administrator), 409),
                (post(revoke, #"{"jti":"planted-revoked","seconds":0}"#, administrator), 422),
                (post(revoke, #"{"planted-name":"planted-value"}"#, administrator), 422),
                (post(revoke, #""planted-value"#, administrator), 422),
                (.get("/metrics"), 200), (.get("/metrics/planted-path"), 404),
                (HTTPRequest.get("/metrics").with("Accept", "planted-header"), 200),
                (
                    HTTPRequest.get("/metrics").with("Accept", "application/openmetrics-text"),
                    200
                ),
                (.get("/health"), 200),
            ]
        }

        @Test func `nothing that was given in confidence is found in any output`() throws {
            let redis = try RedisServer(["--requirepass", Self.password])
            let url = "redis://:\(Self.password)@127.0.0.1:\(redis.port)"
            let audited = try AuditedChurnd(
                [
                    "store": "redis", "redis.deadline": "2000", "quota.limit": "1",
                    "jwt.scope": "predict", "operations.listen": "127.0.0.1:0",
                    "log.slow_requests": "0.001",
                ], environment: ["REDIS_URL": url])
            var output = SearchedOutput()
            let client = try audited.churnd.client()
            try eventually("Redis is reached") {
                try client.exchange(.get("/health")).status == 200
            }
            for (request, status, allowed) in try callers() {
                let client = try audited.churnd.client()
                let answer = try client.exchange(request)
                #expect(answer.status == status)
                output.add(answer, allowing: allowed)
            }
            let operations = try audited.churnd.operationsClient()
            for (request, status) in administration() {
                let answer = try operations.exchange(request)
                #expect(answer.status == status)
                output.add(answer)
            }
            try commands(audited, url: url, &output)

            // A token that is revoked, Redis away, and the end.
            let connection = try redis.client()
            try connection.command("AUTH", Self.password)
            try connection.command("SET", "blacklist:\(Self.tokenID)", "1")
            for status in [401, 503] {
                let answer = try client.exchange(.predict(token: token, body: bodies.good))
                #expect(answer.status == status)
                output.add(answer)
                redis.kill()
            }
            try audited.end()
            output.add(audited.churnd.child)
            for path in try audited.segments() {
                let bytes = try Files.read(path, bytesMax: 1 << 24)
                output.add(
                    "the audit log", String(decoding: bytes, as: UTF8.self),
                    allowing: Self.recordedIDs)
            }
            let checkpoints = AuditFiles(directory: audited.directory).checkpointsPath
            output.add(
                "the checkpoints",
                String(decoding: try Files.read(checkpoints, bytesMax: 1 << 24), as: UTF8.self))
            #expect(output.texts.count > 35)
            output.expectNone(of: Self.planted + parts(token) + parts(administrator))
        }

        /// The commands that an operator has for a running churnd.
        private func commands(
            _ audited: AuditedChurnd, url: String, _ output: inout SearchedOutput
        ) throws {
            let environment = [
                "JWT_SECRET": ChurndProcess.secret, "REDIS_URL": url,
                "AUDIT_KEY": AuditedChurnd.key, "CHURND_AUDIT_DIRECTORY": audited.directory,
                "CHURND_MODEL_PATH": BuiltProgram.modelPath, "PORT": "0",
                "CHURND_OPERATIONS_LISTEN": "127.0.0.1:0",
            ]
            let operations = ["--operations", try #require(audited.churnd.operationsAddress)]
            let shown = "blacklist:\(Self.tokenID)"
            let runs: [(program: String, arguments: [String], allowed: [String])] = [
                (BuiltProgram.churnd, ["--print-config"], []),
                (BuiltProgram.churnd, ["--quota.limit=planted"], []),
                (BuiltProgram.churnd, ["--check-health"], []),
                (BuiltProgram.churnctl, ["doctor"], []),
                (BuiltProgram.churnctl, ["audit", "verify", audited.directory], []),
                (BuiltProgram.churnctl, ["audit", "show", audited.directory], Self.recordedIDs),
                (
                    BuiltProgram.churnctl,
                    ["audit", "show", audited.directory, "--customer", Self.customer],
                    Self.recordedIDs
                ),
                (
                    BuiltProgram.churnctl,
                    [
                        "audit", "replay", audited.directory, "--models",
                        "\(ProjectPlaces.root)/Models/telco-churn",
                    ], []
                ),
                (BuiltProgram.churnctl, ["model", "list"] + operations, []),
                (BuiltProgram.churnctl, ["model", "activate", "1"] + operations, []),
                (BuiltProgram.churnctl, ["model", "rollback"] + operations, []),
                // By its jti, which is what the command is about.
                (BuiltProgram.churnctl, ["token", "revoke", token], [shown]),
                (BuiltProgram.churnctl, ["token", "unrevoke", token], [shown]),
                (BuiltProgram.churnctl, ["token", "revoke", "--jti", "x", "--seconds", "0"], []),
            ]
            for (program, arguments, allowed) in runs {
                let child = try ChildProcess(program, arguments, environment: environment)
                _ = try child.waitForExit()
                #expect(child.output + child.errors != "" || arguments == ["--check-health"])
                output.add(child, allowing: allowed)
            }
        }

        @Test func `a wrong password and a wrong key are not told either`() throws {
            var output = SearchedOutput()
            let redis = try RedisServer(["--requirepass", "another-password-of-redis"])
            let url = "redis://planted-user:\(Self.password)@127.0.0.1:\(redis.port)"
            let churnd = try ChurndProcess(["store": "redis"], environment: ["REDIS_URL": url])
            output.add(try churnd.client().exchange(.predict(token: token)))
            _ = try churnd.log("Redis cannot serve: predictions get 503", count: 1)
            output.add(try churnd.operations(.get("/metrics")))
            churnd.child.signal(SIGTERM)
            _ = try churnd.child.waitForExit()
            output.add(churnd.child)
            #expect(churnd.child.output.contains("WRONGPASS"))
            for environment in [
                ["JWT_SECRET": "planted-value"], ["AUDIT_KEY": "planted-value"],
                ["REDIS_URL": "redis://planted-value:\(Self.password)@a b"],
                ["REDIS_URL": "http://planted-value:\(Self.password)@a"],
                ["AUDIT_KEY": AuditedChurnd.key, "AUDIT_KEY_FILE": "/planted-path"],
            ] {
                let child = try ChildProcess(
                    BuiltProgram.churnd, ["--audit.directory=a"],
                    environment: [
                        "JWT_SECRET": ChurndProcess.secret, "REDIS_URL": url,
                        "AUDIT_KEY": AuditedChurnd.key,
                    ].merging(environment) { $1 })
                #expect(try child.waitForExit() == .code(78))
                output.add(child)
            }
            output.expectNone(of: Self.planted + parts(token))
        }
    }
}
