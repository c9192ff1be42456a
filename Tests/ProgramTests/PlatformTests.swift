import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// The scoring servers of MLflow and of the platforms of clouds.
    @Suite struct PlatformTests {
        private func post(
            _ target: String, _ body: String, type: String = "application/json",
            token: String? = nil
        ) -> HTTPRequest {
            var request = HTTPRequest(
                "POST", target, fields: [("Content-Type", type)], body: body)
            if let token { request.fields.append(("Authorization", "Bearer \(token)")) }
            return request
        }

        private static let customers = [
            Customer.valid.named("C-1").json, Customer.valid.with("tenure", "5").json,
        ]
        private static let instances = #"{"instances":[\#(customers.joined(separator: ","))]}"#
        private static let table = { () -> String in
            let names = Customer.valid.members.map { "\"\($0.name)\"" }.joined(separator: ",")
            let cells = Customer.valid.members.map(\.value).joined(separator: ",")
            return #"{"columns":[\#(names)],"index":[0,1],"data":[[\#(cells)],[\#(cells)]]}"#
        }()

        private func predictions(_ answer: HTTPAnswer) throws -> [JSONObject] {
            try #require(answer.member("predictions")?.asArray).compactMap(\.asObject)
        }

        @Test func `MLflow's forms are answered with predictions, for a token and its quota`()
            throws
        {
            let churnd = try ChurndProcess(["routes": "predict mlflow", "quota.limit": "9"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let single = try client.exchange(.predict(token: token))
            for body in [Self.instances, #"{"dataframe_split":\#(Self.table)}"#] {
                let answer = try client.exchange(post("/invocations", body, token: token))
                #expect(answer.status == 200)
                let rows = try predictions(answer)
                #expect(rows.count == 2)
                #expect(rows[0]["churn_probability"] == single.member("churn_probability"))
                #expect(rows[0]["risk_level"] == single.member("risk_level"))
                #expect(answer.member("model_version") == single.member("model_version"))
            }
            let named = try client.exchange(post("/invocations", Self.instances, token: token))
            #expect(
                try predictions(named).map { $0["customer_id"]?.asString } == ["C-1", nil])
            #expect(named["RateLimit"]?.hasPrefix(#""hourly";r=2;"#) == true)
            // All or none: three are not two.
            let customers = Array(repeating: Customer.valid.json, count: 3)
            let three = #"{"instances":[\#(customers.joined(separator: ","))]}"#
            let refused = try client.exchange(post("/invocations", three, token: token))
            #expect(refused.status == 429)
            #expect(refused.member("error_code")?.asString == "REQUEST_LIMIT_EXCEEDED")
            #expect(try client.exchange(.get("/ping")).text == "\n")
            #expect(try client.exchange(.get("/version")).status == 200)
        }

        @Test(arguments: [
            ("{}", 400, "BAD_REQUEST", "one of dataframe_split"),
            (#"{"instances":[{"tenure":NaN}]}"#, 400, "BAD_REQUEST", "NaN at byte 24"),
            (
                #"{"instances":[\#(Customer.valid.json),"#
                    + #"\#(Customer.valid.with("tenure", "-1").json)]}"#,
                422, "INVALID_PARAMETER_VALUE", "Record 1 of 2, counted from 0"
            ),
        ])
        func `a request that is not good fails as a whole, in MLflow's form, and costs nothing`(
            body: String, status: Int, code: String, message: String
        ) throws {
            let churnd = try ChurndProcess(["routes": "predict mlflow", "quota.limit": "1"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let answer = try client.exchange(post("/invocations", body, token: token))
            #expect(answer.status == status)
            #expect(answer["Content-Type"] == "application/json")
            #expect(answer.member("error_code")?.asString == code)
            #expect(answer.member("message")?.asString?.contains(message) == true)
            #expect(!answer.text.contains("-1"))
            #expect(try client.exchange(post("/invocations", body)).status == 401)
            #expect(try client.exchange(.predict(token: token)).status == 200)
        }

        @Test func `where the platform authenticates, its routes alone need no token`() throws {
            let audited = try AuditedChurnd([
                "routes": "predict mlflow azure", "auth": "platform", "auth.subject": "endpoint-7",
                "quota.limit": "4",
            ])
            let client = try audited.churnd.client()
            #expect(try client.exchange(post("/invocations", Self.instances)).status == 200)
            let azure = try client.exchange(
                post("/score", #"{"input_data":\#(Self.table)}"#)
                    .with("x-ms-client-request-id", "call-1"))
            #expect(azure.status == 200)
            #expect(azure["x-ms-client-request-id"] == "call-1")
            #expect(try client.exchange(.get("/")).text == "Healthy")
            // They have one quota, and what they were given is recorded under one subject.
            let refused = try client.exchange(post("/score", #"{"input_data":\#(Self.table)}"#))
            #expect(refused.status == 429)
            #expect(refused.member("message") != nil)
            let records = try audited.records(.prediction)
            #expect(records.count == 4)
            #expect(Set(records.map { $0.text("subject") }).count == 1)
            // A token's own quota is another one; without a token there is no prediction.
            #expect(try client.exchange(.predict(token: nil)).status == 401)
            let token = try TokenFactory().token("alice")
            #expect(try client.exchange(.predict(token: token)).status == 200)
        }

        @Test func `a call without a token does not look for that of the call before it`() throws {
            let churnd = try ChurndProcess([
                "routes": "predict mlflow", "auth": "platform", "http.reactors": "1",
            ])
            let client = try churnd.client()
            let token = try TokenFactory().token(String(repeating: "alice", count: 40))
            for _ in 0..<2 {
                #expect(try client.exchange(.predict(token: token)).status == 200)
                #expect(try client.exchange(post("/invocations", Self.instances)).status == 200)
            }
        }

        @Test(arguments: [
            ("0.0.0.0", [:], false), ("::", [:], false), ("127.0.0.1", [:], true),
            ("0.0.0.0", ["auth.platform_exposed": "on"], true),
        ])
        func `who could ask without a token is meant, or the start fails`(
            host: String, flags: [String: String], starts: Bool
        ) throws {
            let all = [
                "routes": "mlflow", "auth": "platform", "http.host": host, "store": "memory",
                "http.port": "0", "operations.listen": "off",
            ].merging(flags) { $1 }
            let child = try ChildProcess(
                BuiltProgram.churnd, ["--print-config"] + all.map { "--\($0)=\($1)" },
                environment: ["JWT_SECRET": String(repeating: "s", count: 32)])
            let exit = try child.waitForExit()
            #expect(exit == .code(starts ? 0 : 78))
            #expect(
                child.errors.contains("could ask without a token") == !starts, "\(child.errors)")
        }

        @Test func `a token may come in a field of its own`() throws {
            let field = "X-Amzn-SageMaker-Custom-Attributes"
            let churnd = try ChurndProcess([
                "routes": "predict sagemaker", "auth.token_field": field,
            ])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let request = post("/invocations", Self.instances)
            #expect(try client.exchange(request.with(field, "Bearer \(token)")).status == 200)
            #expect(try client.exchange(request).status == 401)
            #expect(try client.exchange(request.with(field, token)).status == 401)
            #expect(
                try client.exchange(request.with("Authorization", "Bearer \(token)")).status == 401)
            let two = request.with(field, "Bearer \(token)").with(field, "Bearer \(token)")
            #expect(try client.exchange(two).status == 400)
            // Elsewhere Authorization has it.
            #expect(try client.exchange(.predict(token: token)).status == 200)
        }

        @Test func `SageMaker starts it with an argument, and sends tables without names`() throws {
            let port = try FreePort.find()
            let model = "\(ProjectPlaces.root)/Models/telco-churn"
            let child = try ChildProcess(
                BuiltProgram.churnd,
                [
                    "serve", "--store=memory", "--operations.listen=off", "--auth=platform",
                    "--auth.platform_exposed=on", "--model.path=\(model)",
                ],
                environment: [
                    "JWT_SECRET": String(repeating: "s", count: 32),
                    "SAGEMAKER_BIND_TO_PORT": "\(port)",
                ])
            defer { child.signal(SIGTERM) }
            try eventually("it listens") { (try? ClientSocket(port: port)) != nil }
            let client = try ClientSocket(port: port)
            #expect(try client.exchange(.get("/ping")).status == 200)
            let row = Customer.valid.members.map { $0.value.filter { $0 != "\"" } }
                .joined(separator: ",")
            let answer = try client.exchange(
                post("/invocations", "\(row)\n\(row)\n", type: "text/csv")
                    .with("Accept", "text/csv"))
            #expect(answer.status == 200)
            let lines = answer.text.split(separator: "\n")
            #expect(lines.count == 2 && lines[0] == lines[1] && lines[0].hasSuffix(",Low"))
            let broken = try client.exchange(
                post("/invocations", "\(row)\n\(row),1\n", type: "text/csv"))
            #expect(broken.status == 400)
            #expect(try client.exchange(.predict(token: nil)).status == 404)
        }

        @Test func `Vertex AI chooses port and paths`() throws {
            let port = try FreePort.find()
            let child = try ChildProcess(
                BuiltProgram.churnd,
                [
                    "--routes=predict vertex", "--store=memory", "--operations.listen=off",
                    "--auth=platform", "--auth.platform_exposed=on",
                ],
                environment: [
                    "JWT_SECRET": String(repeating: "s", count: 32), "AIP_MODE": "PREDICTION",
                    "AIP_HTTP_PORT": "\(port)", "AIP_PREDICT_ROUTE": "/predict",
                    "AIP_HEALTH_ROUTE": "/alive",
                    "AIP_STORAGE_URI": "\(ProjectPlaces.root)/Models/telco-churn",
                ])
            defer { child.signal(SIGTERM) }
            try eventually("it listens") { (try? ClientSocket(port: port)) != nil }
            let client = try ClientSocket(port: port)
            #expect(try client.exchange(.get("/alive")).status == 200)
            // Vertex AI has taken the path of single predictions.
            let answer = try client.exchange(post("/predict", Self.instances))
            #expect(answer.status == 200)
            #expect(try predictions(answer).count == 2)
            #expect(answer.member("model_version") == nil)
            let refused = try client.exchange(post("/predict", Customer.valid.json))
            #expect(refused.status == 400)
            #expect(refused.member("error")?.asObject?["code"]?.asNumber == 400)
        }

        @Test func `the paths of Vertex AI exist with its family alone, and not for operators`()
            throws
        {
            for (routes, status) in [("predict vertex", 200), ("predict mlflow", 404)] {
                let churnd = try ChurndProcess([
                    "routes": routes, "vertex.predict_route": "/v/predict",
                    "vertex.health_route": "/v/alive",
                ])
                let client = try churnd.client()
                let token = try TokenFactory().token("alice")
                #expect(try client.exchange(.get("/v/alive")).status == status)
                #expect(
                    try client.exchange(post("/v/predict", Self.instances, token: token)).status
                        == status)
                let operations = try churnd.operationsClient()
                #expect(try operations.exchange(.get("/v/alive")).status == 404)
            }
            // One that operators have keeps its own meaning for them.
            let churnd = try ChurndProcess(["routes": "vertex", "vertex.health_route": "/readyz"])
            #expect(try churnd.operations(.get("/readyz")).status == 200)
        }

        @Test(arguments: [
            (["AIP_HTTP_PORT": "8080", "AIP_STORAGE_URI": "gs://bucket/model"], "AIP_STORAGE_URI"),
            (["AIP_HTTP_PORT": "x"], "AIP_HTTP_PORT"),
            (["AIP_HTTP_PORT": "8080", "AIP_PREDICT_ROUTE": "predict"], "AIP_PREDICT_ROUTE"),
            (["AIP_HTTP_PORT": "8080", "AIP_HEALTH_ROUTE": "/a b"], "AIP_HEALTH_ROUTE"),
        ])
        func `a platform's variable that cannot be used stops the start`(
            variables: [String: String], name: String
        ) throws {
            let secret = ["JWT_SECRET": String(repeating: "s", count: 32)]
            let child = try ChildProcess(
                BuiltProgram.churnd, ["--print-config", "--routes=vertex", "--store=memory"],
                environment: variables.merging(secret) { $1 })
            #expect(try child.waitForExit() == .code(78))
            #expect(child.errors.contains(name), "\(child.errors)")
        }
    }
}
