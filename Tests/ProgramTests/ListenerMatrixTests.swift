import Configuration
import JSON
import Serving
import TestSupport
import Testing

extension ProgramTests {
    /// Who gets what on which listener.
    @Suite struct ListenerMatrixTests {
        /// What comes with a request, in the order of the table's columns.
        private enum Credential: CaseIterable {
            case none, plain, administrator, stale, revoked, expired
        }

        /// The words of the table: a status and the problem's type.
        private static let answers: [Substring: (status: Int, problem: String?)] = [
            "ok": (200, nil), "missing": (401, "missing-token"),
            "expired": (401, "token-expired"), "revoked": (401, "token-revoked"),
            "stale": (401, "stale-authentication"), "scope": (403, "insufficient-scope"),
            "nothing": (404, "not-found"), "conflict": (409, "conflict"),
        ]

        private struct Row {
            let request: HTTPRequest
            /// For each credential.
            let publicly: [Substring]
            let overTCP: [Substring]
            let onSocket: [Substring]
        }

        private static let everyFamily = RouteFamily.allCases.map(\.rawValue).joined(separator: " ")

        /// The credentials from the left: none, a plain token, an administrator's, one that is too
        /// old for that, one that was revoked, one that has expired. One word stands for all.
        private static let table = """
            POST /predict|missing ok ok ok revoked expired|nothing|nothing
            POST /v1/predict/batch|missing ok ok ok revoked expired|nothing|nothing
            GET /v1/customers/C-1/risk|missing ok ok ok revoked expired|nothing|nothing
            GET /v2|missing ok ok ok revoked expired|nothing|nothing
            GET /v2/health/live|ok|nothing|nothing
            GET /v2/health/ready|ok|nothing|nothing
            GET /v2/models/telco-churn|missing ok ok ok revoked expired|nothing|nothing
            GET /v2/models/telco-churn/versions/1|missing ok ok ok revoked expired|nothing|nothing
            GET /v2/models/telco-churn/ready|ok|nothing|nothing
            GET /v2/models/telco-churn/versions/1/ready|ok|nothing|nothing
            POST /v2/models/telco-churn/infer|missing ok ok ok revoked expired|nothing|nothing
            POST /v2/models/telco-churn/versions/1/infer|missing ok ok ok revoked expired\
            |nothing|nothing
            POST /v2/repository/index|missing ok ok ok revoked expired|nothing|nothing
            POST /invocations|missing ok ok ok revoked expired|nothing|nothing
            POST /vertex/predict|missing ok ok ok revoked expired|nothing|nothing
            POST /score|missing ok ok ok revoked expired|nothing|nothing
            GET /ping|ok|nothing|nothing
            GET /version|ok|nothing|nothing
            GET /|ok|nothing|nothing
            POST /logout|missing ok ok ok revoked expired|nothing|nothing
            GET /health|ok|ok|ok
            GET /livez|ok|ok|ok
            GET /readyz|ok|ok|ok
            GET /openapi.json|ok|nothing|nothing
            GET /docs|ok|nothing|nothing
            GET /docs/{file}|nothing|nothing|nothing
            GET /metrics|nothing|ok|ok
            GET /admin/models|nothing|missing scope ok stale revoked expired|ok
            POST /admin/models/activate|nothing|missing scope ok stale revoked expired|ok
            POST /admin/models/rollback|nothing|missing scope ok stale revoked expired|ok
            POST /admin/tokens/revoke|nothing|missing scope ok stale revoked expired|ok
            POST /admin/tokens/unrevoke|nothing|missing scope ok stale revoked expired|ok
            GET /admin/behaviour|nothing|missing scope ok stale revoked expired|ok
            POST /admin/behaviour/clear|nothing|missing scope ok stale revoked expired|ok
            POST /admin/keys/reload|nothing|missing scope conflict stale revoked expired|conflict
            GET /admin|nothing|nothing|nothing
            GET /other|nothing|nothing|nothing
            """

        private static let instances = #"{"instances":[\#(Customer.valid.json)]}"#
        private static let bodies = [
            "/predict": Customer.valid.json, "/v1/predict/batch": "[\(Customer.valid.json)]",
            "/v2/models/telco-churn/infer": InferenceText.one,
            "/v2/models/telco-churn/versions/1/infer": InferenceText.one,
            "/v2/repository/index": "{}", "/invocations": instances, "/vertex/predict": instances,
            "/score": #"{"input_data":[\#(Customer.valid.json)]}"#, "/logout": "",
            "/admin/models/activate": #"{"version":"1"}"#,
            "/admin/models/rollback": "{}",
            "/admin/tokens/revoke": #"{"jti":"another","seconds":60}"#,
            "/admin/tokens/unrevoke": #"{"jti":"another"}"#,
            "/admin/behaviour/clear": #"{"subject":"another"}"#,
            // The key is one secret.
            "/admin/keys/reload": "",
        ]

        private static let rows = table.split(separator: "\n").map { line in
            let cells = line.split(separator: "|")
            let place = cells[0].split(separator: " ").map(String.init)
            let columns = cells.dropFirst().map { cell in
                let words = cell.split(separator: " ")
                return words.count == 1
                    ? Array(repeating: words[0], count: Credential.allCases.count) : words
            }
            return Row(
                request: .operations(place[0], place[1], body: bodies[place[1]]),
                publicly: columns[0], overTCP: columns[1], onSocket: columns[2])
        }

        private static func token(_ credential: Credential) throws -> String? {
            let tokens = TokenFactory()
            return switch credential {
            case .none: nil
            case .plain: try tokens.token("alice")
            case .administrator: try tokens.administrator()
            case .stale: tokens.administrator(issuedAgo: 600)
            case .revoked: try tokens.administrator(id: "the-revoked")
            case .expired:
                try tokens.token(
                    "operator", lifetimeSeconds: -60, scope: TokenFactory.administratorScope)
            }
        }

        /// Sends every row's request with every credential, and compares with the row's words.
        private func expectAll(
            _ listener: String, _ words: (Row) -> [Substring], on client: ClientSocket
        ) throws {
            for row in ListenerMatrixTests.rows {
                for (credential, word) in zip(Credential.allCases, words(row)) {
                    var request = row.request
                    if let token = try ListenerMatrixTests.token(credential) {
                        request = request.with("Authorization", "Bearer \(token)")
                    }
                    let answer = try client.exchange(request)
                    let wanted = try #require(ListenerMatrixTests.answers[word])
                    let what = "\(request.target) with \(credential), \(listener)"
                    #expect(answer.status == wanted.status, "\(what)")
                    // Other protocols have forms of their own.
                    if answer.status < 400 || answer["Content-Type"] != "application/json" {
                        #expect(answer.problem == wanted.problem, "\(what)")
                    }
                    #expect(
                        (answer.status == 401) == (answer["WWW-Authenticate"] != nil)
                            || answer.status == 403, "\(what)")
                }
            }
        }

        @Test func `every route is in the table`() {
            let targets = ListenerMatrixTests.rows.map { Array($0.request.target.utf8) }
            for route in Route.table {
                #expect(
                    targets.contains { PathPattern.matches(route.path, $0.span) }, "\(route.path)")
            }
        }

        @Test func `every route answers who may use it, on the listener that has it`() throws {
            let versions = try ModelVersions(active: "1\n2\n")
            let redis = try RedisServer()
            _ = try redis.client().command(Customer.valid.hashCommand("C-1"))
            let churnd = try ChurndProcess([
                "model.path": versions.path, "behaviour": "watch",
                "routes": Self.everyFamily,
                "features.redis.url": "redis://127.0.0.1:\(redis.port)",
            ])
            let revocation = try churnd.operations(
                .operations(
                    "POST", "/admin/tokens/revoke", token: try TokenFactory().administrator(),
                    body: #"{"jti":"the-revoked","seconds":600}"#))
            #expect(revocation.status == 200)
            try expectAll("public", \.publicly, on: churnd.client())
            try expectAll("operations over TCP", \.overTCP, on: churnd.operationsClient())
        }

        @Test func `on a Unix socket whoever can connect may administer`() throws {
            let versions = try ModelVersions(active: "1\n2\n")
            let directory = try TemporaryDirectory()
            var flags = ChurndProcess.onSocket(in: directory)
            flags["model.path"] = versions.path
            flags["behaviour"] = "watch"
            flags["routes"] = Self.everyFamily
            // Not asked over this listener.
            flags["features.redis.url"] = "redis://127.0.0.1:1"
            let churnd = try ChurndProcess(flags)
            let revocation = try churnd.operations(
                .operations(
                    "POST", "/admin/tokens/revoke", body: #"{"jti":"the-revoked","seconds":600}"#))
            #expect(revocation.status == 200)
            try expectAll("operations on a socket", \.onSocket, on: churnd.operationsClient())
        }

        @Test func `challenges say which scope and how new a token is expected`() throws {
            let churnd = try ChurndProcess()
            let client = try churnd.operationsClient()
            let tokens = TokenFactory()
            func challenge(_ token: String?) throws -> String? {
                let request = HTTPRequest.operations("GET", "/admin/models", token: token)
                return try client.exchange(request)["WWW-Authenticate"]
            }
            #expect(try challenge(nil) == #"Bearer realm="churnd""#)
            #expect(
                try challenge(tokens.token("alice"))
                    == #"Bearer error="insufficient_scope", scope="churnd:admin""#)
            #expect(
                try challenge(tokens.administrator(issuedAgo: 600))
                    == """
                    Bearer realm="churnd", error="insufficient_user_authentication", \
                    error_description="A token at most 300 seconds old is needed", max_age=300
                    """)
        }

        @Test func `a token may be 300 seconds old, counted from the authentication`() throws {
            let churnd = try ChurndProcess()
            let client = try churnd.operationsClient()
            let tokens = TokenFactory()
            // A second is left for the exchange on the one side, none is needed on the other.
            let cases: [(issued: Double?, authenticated: Double?, word: Substring)] = [
                (0, nil, "ok"), (299, nil, "ok"), (300.001, nil, "stale"), (302, nil, "stale"),
                (-20, nil, "ok"), (9000, 0, "ok"), (9000, 299, "ok"), (0, 300.001, "stale"),
                (nil, 0, "ok"), (nil, nil, "stale"),
            ]
            for (issued, authenticated, word) in cases {
                let token = tokens.administrator(
                    issuedAgo: issued, authenticatedAgo: authenticated)
                let answer = try client.exchange(
                    .operations("GET", "/admin/models", token: token))
                let wanted = try #require(ListenerMatrixTests.answers[word])
                let what: Comment = "issued \(issued as Any), authenticated \(authenticated as Any)"
                #expect(answer.status == wanted.status, what)
                #expect(answer.problem == wanted.problem, what)
            }
            // From the future by more than jwt.leeway, and of a wrong form.
            let future = tokens.administrator(issuedAgo: 0, authenticatedAgo: -40)
            let malformed = tokens.token(
                claims: """
                    {"sub":"operator","exp":4102444800,"iat":1,"scope":"churnd:admin",\
                    "auth_time":"now"}
                    """)
            for token in [future, malformed] {
                let answer = try client.exchange(
                    .operations("GET", "/admin/models", token: token))
                #expect(answer.problem == "invalid-token")
            }
        }

        @Test func `another method is 405 with Allow where the route is, else 404`() throws {
            let churnd = try ChurndProcess([
                "routes": Self.everyFamily, "features.redis.url": "redis://127.0.0.1:1",
            ])
            let listeners = [
                (Route.Audience.service, try churnd.client()),
                (.operations, try churnd.operationsClient()),
            ]
            for (listener, client) in listeners {
                for row in ListenerMatrixTests.rows {
                    let target = Array(row.request.target.utf8)
                    let isServed = Route.table.contains {
                        PathPattern.matches($0.path, target.span) && $0.isServed(by: listener)
                    }
                    let allowed = row.request.method == "GET" ? ["GET", "HEAD"] : ["POST"]
                    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "get"]
                    where !(isServed && allowed.contains(method)) {
                        let answer = try client.exchange(
                            .operations(method, row.request.target, body: ""))
                        let what: Comment = "\(method) \(row.request.target), \(listener)"
                        #expect(answer.status == (isServed ? 405 : 404), what)
                        let allow = allowed.joined(separator: ", ")
                        #expect(answer["Allow"] == (isServed ? allow : nil), what)
                    }
                }
            }
        }

        @Test func `HEAD is answered as GET without content`() throws {
            let churnd = try ChurndProcess()
            let client = try churnd.operationsClient()
            let token = try TokenFactory().administrator()
            for path in ["/health", "/livez", "/readyz", "/metrics", "/admin/models"] {
                let head = try client.exchange(.operations("HEAD", path, token: token))
                let get = try client.exchange(.operations("GET", path, token: token))
                #expect(head.status == 200)
                #expect(head["Content-Type"] == get["Content-Type"])
                if path != "/metrics" {
                    #expect(head["Content-Length"] == get["Content-Length"])
                }
            }
        }

        @Test func `what became of an administrator's token is counted`() throws {
            let churnd = try ChurndProcess()
            let client = try churnd.operationsClient()
            for credential in Credential.allCases {
                var request = HTTPRequest.operations("GET", "/admin/models")
                if let token = try ListenerMatrixTests.token(credential) {
                    request = request.with("Authorization", "Bearer \(token)")
                }
                _ = try client.exchange(request)
            }
            let administrator = try TokenFactory().administrator()
            let revocation = HTTPRequest.operations(
                "POST", "/admin/tokens/revoke", token: administrator,
                body: #"{"jti":"the-revoked","seconds":600}"#)
            #expect(try client.exchange(revocation).status == 200)
            let revoked = HTTPRequest.operations(
                "GET", "/admin/models", token: try ListenerMatrixTests.token(.revoked))
            #expect(try client.exchange(revoked).status == 401)
            let metrics = try churnd.scrape()
            for (result, count) in [
                ("accepted", 3.0), ("missing", 1), ("expired", 1), ("stale", 1),
                ("insufficient_scope", 1), ("revoked", 1),
            ] {
                #expect(metrics["churnd_auth_total{result=\"\(result)\"}"] == count, "\(result)")
            }
            #expect(metrics.sum(of: "churnd_auth_total") == 8)
            #expect(metrics.sum(of: "churnd_quota_total") == 0)
        }

        @Test func `who asks comes before what is asked for`() throws {
            let churnd = try ChurndProcess()
            let administrator = try TokenFactory().administrator()
            let stranger = try TokenFactory().token("alice")
            let wrong = HTTPRequest("POST", "/admin/models/activate", body: "{")
            let foreign = wrong.with("Content-Type", "text/plain")
            let cases: [(HTTPRequest, problem: String)] = [
                (wrong, "invalid-command"), (foreign, "unsupported-media-type"),
                (HTTPRequest("POST", "/admin/tokens/revoke"), "length-required"),
            ]
            for (request, problem) in cases {
                #expect(try churnd.operations(request).problem == "missing-token")
                let plain = try churnd.operations(
                    request.with("Authorization", "Bearer \(stranger)"))
                #expect(plain.problem == "insufficient-scope")
                let told = try churnd.operations(
                    request.with("Authorization", "Bearer \(administrator)"))
                #expect(told.problem == problem)
            }
        }
    }
}
