import Configuration
import Foundation
import JSON
import Service
import TestSupport
import Testing

extension ProgramTests {
    /// What every answer has, and what those of a status have, behind both doors.
    @Suite struct ContractAnswerTests {
        /// A request as bytes, and its answer.
        struct Case: Sendable {
            let name: String
            let bytes: [UInt8]
            let status: Int
            let detail: String?
            /// Whether the connection serves another request.
            let isKept: Bool
            /// Fields beside those of every answer.
            let fields: [String: String]

            init(
                _ name: String, _ text: String, _ status: Int, _ detail: String? = nil,
                isKept: Bool = false, _ fields: [String: String] = [:]
            ) {
                self.name = name
                bytes = Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
                (self.status, self.detail, self.isKept) = (status, detail, isKept)
                self.fields = fields
            }

            init(
                _ name: String, _ request: HTTPRequest, _ status: Int, _ detail: String? = nil,
                isKept: Bool = true, _ fields: [String: String] = [:]
            ) {
                self.name = name
                bytes = request.bytes
                (self.status, self.detail, self.isKept) = (status, detail, isKept)
                self.fields = fields
            }
        }

        private static func challenge(_ description: String) -> [String: String] {
            [
                "WWW-Authenticate": """
                Bearer realm="churnd", error="invalid_token", error_description="\(description)"
                """
            ]
        }

        private static func tokenCases(_ tokens: TokenFactory) throws -> [Case] {
            let good = try tokens.token("alice", scope: "predict")
            let missing = ["WWW-Authenticate": #"Bearer realm="churnd""#]
            let invalid = challenge("Invalid token")
            var basic = HTTPRequest.predict(token: nil)
            basic.fields.append(("Authorization", "Basic YTpi"))
            return [
                Case("no token", .predict(token: nil), 401, "Missing token", missing),
                Case("another scheme", basic, 401, "Missing token", missing),
                Case("no JWT", .predict(token: "a.b"), 401, "Invalid token", invalid),
                Case("padded", .predict(token: good + "="), 401, "Invalid token", invalid),
                Case(
                    "a second spelling", .predict(token: secondSpelling(of: good)), 401,
                    "Invalid token", invalid),
                Case(
                    "no signature",
                    .predict(
                        token: tokens.token(
                            header: #"{"alg":"none"}"#, claims: #"{"sub":"a","exp":9999999999}"#)),
                    401, "Invalid token", invalid),
                Case(
                    "no subject",
                    .predict(token: tokens.token(claims: #"{"exp":9999999999}"#)), 401,
                    "Invalid token", invalid),
                Case(
                    "expired", .predict(token: try tokens.token("alice", lifetimeSeconds: -60)),
                    401,
                    "Token expired", challenge("Token expired")),
                Case(
                    "no scope", .predict(token: try tokens.token("alice")), 403, nil,
                    ["WWW-Authenticate": #"Bearer error="insufficient_scope", scope="predict""#]),
                Case(
                    "two tokens",
                    HTTPRequest.predict(token: good).with("Authorization", "Bearer \(good)"), 400,
                    nil),
            ]
        }

        /// The same bytes in base64url but for a bit of the last character that stands for none.
        private static func secondSpelling(of token: String) -> String {
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            let index = token.last.flatMap { alphabet.firstIndex(of: $0) } ?? 0
            return token.dropLast() + String(alphabet[index ^ 1])
        }

        private static func bodyCases(_ tokens: TokenFactory) throws -> [Case] {
            let good = try tokens.token("alice", scope: "predict")
            let gzip = HTTPRequest.predict(token: good).with("Content-Encoding", "gzip")
            var put = HTTPRequest.predict(token: good)
            put.method = "PUT"
            var noLength = HTTPRequest.predict(token: good)
            noLength.body = nil
            var get = HTTPRequest.predict(token: good, body: "")
            get.method = "POST"
            get.target = "/health"
            let spaces = String(repeating: " ", count: 16_384)
            let twoTypes = HTTPRequest.predict(token: good).with("Content-Type", "text/plain")
            return [
                Case("malformed JSON", .predict(token: good, body: "{"), 400, nil),
                Case("no object", .predict(token: good, body: "[]"), 400, nil),
                Case("a name twice", .predict(token: good, body: #"{"a":1,"a":1}"#), 400, nil),
                Case("empty", .predict(token: good, body: ""), 400, nil),
                Case("a body at the limit", .predict(token: good, body: spaces), 400, nil),
                Case(
                    "a body over the limit", .predict(token: good, body: spaces + " "), 413, nil,
                    isKept: false),
                Case("no field", .predict(token: good, body: "{}"), 422, nil),
                Case("no such path", .get("/predict/"), 404, nil),
                Case("wrong method", put, 405, nil, ["Allow": "POST"]),
                Case("wrong method for health", get, 405, nil, ["Allow": "GET, HEAD"]),
                Case("no length", noLength, 411, nil, isKept: false),
                Case("compressed", gzip, 415, nil),
                Case("two types", twoTypes, 415, nil),
            ]
        }

        private static let parserCases = [
            Case("no request", "nonsense\n\n", 400),
            Case("no Host", "GET /health HTTP/1.1\n\n", 400),
            Case("two Hosts", "GET /health HTTP/1.1\nHost: a\nHost: a\n\n", 400),
            Case("space before the colon", "GET /health HTTP/1.1\nHost : a\n\n", 400),
            Case(
                "both lengths",
                "POST /predict HTTP/1.1\nHost: a\nContent-Length: 1\n"
                    + "Transfer-Encoding: chunked\n\n", 400),
            Case(
                "a bad chunk",
                "POST /predict HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nx\n", 400),
            Case(
                "a length over the limit",
                "POST /predict HTTP/1.1\nHost: a\nContent-Length: 16385\n\n", 413),
            Case(
                "chunks over the limit",
                "POST /predict HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n4001\n"
                    + String(repeating: " ", count: 16_385), 413),
            Case("a long target", "GET /" + String(repeating: "a", count: 8192), 414),
            Case("another expectation", "GET / HTTP/1.1\nHost: a\nExpect: tea\n\n", 417),
            Case(
                "many fields",
                "GET / HTTP/1.1\nHost: a\n" + String(repeating: "A: b\n", count: 64) + "\n", 431),
            Case(
                "a long token",
                "GET / HTTP/1.1\nHost: a\nAuthorization: " + String(repeating: "a", count: 8193)
                    + "\n\n", 431),
            Case(
                "another coding",
                "POST /predict HTTP/1.1\nHost: a\nTransfer-Encoding: gzip\n\n", 501),
            Case("another version", "GET / HTTP/2.0\nHost: a\n\n", 505),
        ]

        private func expectCommonFields(_ answer: HTTPAnswer, _ name: String) throws {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "GMT")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            let date = try #require(answer["Date"].flatMap { format.date(from: $0) }, "\(name)")
            #expect(abs(date.timeIntervalSinceNow) < 60, "\(name)")
            #expect(answer["Cache-Control"] == "no-store", "\(name)")
            #expect(answer["X-Content-Type-Options"] == "nosniff", "\(name)")
            #expect(answer["Content-Length"] == "\(answer.body.count)", "\(name)")
            #expect(
                answer["X-Request-Id"]?.contains(/^[A-Za-z0-9._-]{1,64}$/) == true, "\(name)")
            #expect(answer.values(of: "Server") == [], "\(name)")
        }

        private func expectProblem(_ answer: HTTPAnswer, _ name: String) throws {
            #expect(answer["Content-Type"] == "application/problem+json", "\(name)")
            let problem = try #require(answer.json.asObject, "\(name)")
            let names = ["type", "title", "status", "detail", "request_id"]
            #expect(
                problem.members.map(\.name) == names + (answer.status == 422 ? ["errors"] : []))
            #expect(problem["status"]?.asNumber == Double(answer.status), "\(name)")
            #expect(problem["type"]?.asString?.hasPrefix("urn:churnd:problem:") == true, "\(name)")
            for member in ["title", "detail"] {
                #expect(problem[member]?.asString?.isEmpty == false, "\(name)")
            }
            #expect(problem["request_id"]?.asString == answer["X-Request-Id"], "\(name)")
        }

        /// Sends a request and checks its answer in every respect.
        private func check(_ one: Case, _ churnd: ContractServer) throws {
            let client = try churnd.client()
            try client.send(one.bytes)
            let answer = try client.readAnswer()
            let name = "\(one.name): \(answer.text)"
            #expect(answer.status == one.status, "\(name)")
            try expectCommonFields(answer, name)
            try expectProblem(answer, name)
            if let detail = one.detail { #expect(answer.detail == detail, "\(name)") }
            for field in ["WWW-Authenticate", "Allow", "Retry-After"] {
                #expect(answer[field] == one.fields[field], "\(name)")
            }
            if one.isKept {
                #expect(answer.values(of: "Connection") == [], "\(name)")
                #expect(try client.exchange(.get("/livez")).status == 200, "\(name)")
            } else {
                #expect(answer["Connection"] == "close", "\(name)")
                #expect(try client.readToEnd() == "", "\(name)")
            }
        }

        @Test(arguments: Door.allCases)
        func `every error has the fields and the form of its status`(door: Door) throws {
            let churnd = try ContractServer(door, ["jwt.scope": "predict"])
            let tokens = TokenFactory()
            for one in try ContractAnswerTests.tokenCases(tokens) { try check(one, churnd) }
            for one in try ContractAnswerTests.bodyCases(tokens) { try check(one, churnd) }
            for one in ContractAnswerTests.parserCases { try check(one, churnd) }
        }

        @Test(arguments: Door.allCases)
        func `a head or a body that does not end in time is answered with 408`(door: Door) throws {
            let churnd = try ContractServer(
                door, ["http.head_timeout": "0.2", "http.body_timeout": "0.3"])
            try check(Case("head", "POST /predict HTTP/1.1\nHost: a\n", 408), churnd)
            let head = "POST /predict HTTP/1.1\nHost: a\nContent-Length: 9\n\n"
            try check(Case("body", head + "{", 408), churnd)
        }

        @Test(arguments: Door.allCases)
        func `429 and 503 keep the connection and say when to come again`(door: Door) throws {
            let redis = try RedisServer()
            let churnd = try ContractServer(
                door, redisPort: redis.port,
                ["quota.limit": "1", "quota.window": "100", "redis.deadline": "100"])
            let client = try churnd.client()
            let tokens = TokenFactory()
            let request = HTTPRequest.predict(token: try tokens.token("alice"))
            try eventually("a prediction is served") {
                try client.exchange(request).status == 200
            }
            let refused = try client.exchange(request)
            #expect(refused.status == 429)
            try expectCommonFields(refused, "429")
            try expectProblem(refused, "429")
            #expect(refused.detail == "Rate limit exceeded")
            let seconds = try #require(refused["Retry-After"].flatMap { Int($0) })
            #expect((1...100).contains(seconds))
            #expect(refused["RateLimit"] == "\"hourly\";r=0;t=\(seconds)")
            let other = HTTPRequest.predict(token: try tokens.token("other"))
            try eventually("another subject is served") {
                try client.exchange(other).status == 200
            }
            redis.kill()
            let away = try client.exchange(request)
            #expect(away.status == 503)
            try expectCommonFields(away, "503")
            try expectProblem(away, "503")
            #expect(away["Retry-After"] == "1")
            #expect(try client.exchange(.get("/livez")).status == 200)
        }

        @Test(arguments: Door.allCases)
        func `a prediction has the fields of the contract`(door: Door) throws {
            let churnd = try ContractServer(door, ["quota.limit": "5", "quota.window": "60"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            for (customer, name, left) in [
                (Customer.valid, "alice", 4), (Customer.valid.named("0001-ABCDE"), "0001-ABCDE", 3),
            ] {
                let answer = try client.exchange(.predict(token: token, body: customer.json))
                #expect(answer.status == 200)
                #expect(answer["Content-Type"] == "application/json")
                try expectCommonFields(answer, name)
                #expect(answer["RateLimit-Policy"] == "\"hourly\";q=5;w=60")
                let quota = try #require(answer.quota)
                #expect(quota.left == left)
                #expect((left == 4 ? 60...60 : 1...60).contains(quota.seconds))
                let object = try #require(answer.json.asObject)
                #expect(
                    object.members.map(\.name) == [
                        "customer_id", "churn_prediction", "churn_probability", "risk_level",
                        "timestamp", "model_version", "request_id",
                    ])
                #expect(object["customer_id"]?.asString == name)
                let probability = try #require(object["churn_probability"]?.asNumber)
                #expect((0...1).contains(probability))
                #expect(abs(probability * 10_000 - (probability * 10_000).rounded()) < 1e-6)
                #expect(object["churn_prediction"]?.asBool == (probability > 0.5))
                let risk = probability > 0.7 ? "High" : probability > 0.4 ? "Medium" : "Low"
                #expect(object["risk_level"]?.asString == risk)
                #expect(object["model_version"]?.asString == "telco-churn/1")
                #expect(object["request_id"]?.asString == answer["X-Request-Id"])
                let time = object["timestamp"]?.asString ?? ""
                #expect(time.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))
            }
        }

        @Test(arguments: Door.allCases)
        func `a request id is repeated when it is one and made when it is not`(door: Door) throws {
            let churnd = try ContractServer(door)
            let client = try churnd.client()
            let longest = String(repeating: "a", count: 64)
            for id in ["a", "A.b_c-9", longest] {
                let answer = try client.exchange(
                    HTTPRequest.get("/nowhere").with("X-Request-Id", id))
                #expect(answer["X-Request-Id"] == id)
                #expect(answer.member("request_id")?.asString == id)
            }
            let plain = HTTPRequest.get("/nowhere")
            let odd = ["", longest + "a", "a b", "a/b", "ä", "é", "a\"b", "a,b"]
            let requests =
                odd.map { plain.with("X-Request-Id", $0) } + [
                    plain, plain.with("X-Request-Id", "a").with("X-Request-Id", "a"),
                ]
            var made: Set<String> = []
            // Ids differ on one connection and between connections.
            for client in [client, try churnd.client()] {
                for request in requests {
                    let own = try #require(try client.exchange(request)["X-Request-Id"])
                    #expect(own.utf8.count == 29)
                    #expect(own.contains(/^[A-Za-z0-9._-]{1,64}$/))
                    made.insert(own)
                }
            }
            #expect(made.count == 2 * requests.count)
        }

        @Test(arguments: Door.allCases)
        func `a request whose body cannot be read is answered under its own name`(
            door: Door
        ) throws {
            let churnd = try ContractServer(door)
            let client = try churnd.client()
            try client.send(
                "POST /predict HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nnot a size\r\n")
            let answer = try client.readAnswer()
            #expect(answer.status == 400)
            #expect(answer["X-Request-Id"] == "mine")
            #expect(answer.member("request_id") == .string("mine"))
        }

        @Test(arguments: Door.allCases)
        func `every wrong field is named in the order of the schema and costs nothing`(
            door: Door
        ) throws {
            let churnd = try ContractServer(door, ["quota.limit": "2"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let body = Customer.valid.with("unknown", "1").with("TotalCharges", #""12""#)
                .with("tenure", "73").without("gender").json
            let request = HTTPRequest.predict(token: token, body: body)
            for _ in 1...2 { #expect(try client.exchange(request).status == 422) }
            let answer = try client.exchange(request)
            #expect(answer.status == 422)
            #expect(answer["Content-Type"] == "application/problem+json")
            #expect(answer["RateLimit"] == nil)
            #expect(try client.exchange(.predict(token: token)).quota?.left == 1)
            let errors = try #require(answer.member("errors")?.asArray).compactMap(\.asObject)
            let rows = errors.map { error in
                ["field", "pointer", "code"].map { error[$0]?.asString ?? "none" }
            }
            #expect(
                rows == [
                    ["gender", "#/gender", "missing"], ["tenure", "#/tenure", "out_of_range"],
                    ["TotalCharges", "#/TotalCharges", "wrong_type"],
                    ["unknown", "#/unknown", "unknown_field"],
                ])
            #expect(errors[1]["detail"]?.asString == "must be an integer from 0 to 72")
            for error in errors {
                #expect(error.members.map(\.name) == ["field", "pointer", "code", "detail"])
                #expect(error["detail"]?.asString?.contains("73") != true)
            }
        }

        @Test(arguments: Door.allCases, ["/health", "/livez", "/readyz"])
        func `health routes answer GET and HEAD without a token`(door: Door, path: String) throws {
            let redis = try RedisServer()
            let churnd = try ContractServer(door, redisPort: redis.port, Deployment.patient)
            let client = try churnd.client()
            let get = try client.exchange(.get(path))
            #expect(get.status == 200)
            #expect(get["Content-Type"] == "application/health+json")
            #expect(get.member("status")?.asString == "pass")
            try expectCommonFields(get, path)
            let head = try client.exchange(HTTPRequest("HEAD", path))
            #expect(head.status == 200)
            #expect(head["Content-Length"] == get["Content-Length"])
            #expect(head.body == [])
            if path != "/livez" {
                #expect(get.member("version") == .string(Release.version))
                let model = try #require(get.member("model")?.asObject)
                #expect(model["name"]?.asString == "telco-churn")
                #expect(model["version"]?.asString == "1")
                let checks = try #require(get.member("checks")?.asObject)
                #expect(Set(checks.members.map(\.name)) == ["model", "redis"])
            }
            #expect(try client.exchange(.get(path)).status == 200, "the connection is kept")
        }
    }
}
