import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// The routes below `/v2`: the Open Inference Protocol.
    @Suite struct OpenInferenceTests {
        private func customers(_ count: Int) -> [Customer] {
            (0..<count).map { Customer.valid.with("tenure", "\($0 * 7 + 1)").named("C-\($0)") }
        }

        /// The values of an output in JSON, as they are spelled.
        private func values(_ answer: HTTPAnswer, _ name: String) throws -> [JSONValue] {
            let outputs = try #require(answer.member("outputs")?.asArray).compactMap(\.asObject)
            let output = try #require(outputs.first { $0["name"]?.asString == name })
            let data = try #require(output["data"]?.asArray)
            #expect(output["shape"] == .array([.number(Double(data.count)), .number(1)]))
            return data
        }

        @Test func `each row has the values that /predict answers with, in order`() throws {
            let churnd = try ChurndProcess(["quota.limit": "100"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let customers = customers(9)
            let body = InferenceText(customers, members: #""id":"r-7","#).json
            let answer = try client.exchange(.infer(token: token, body))
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == "application/json")
            #expect(answer["RateLimit"]?.hasPrefix(#""hourly";r=91;"#) == true)
            #expect(answer.member("id") == .string("r-7"))
            #expect(answer.member("model_name") == .string("telco-churn"))
            #expect(answer.member("model_version") == .string("1"))
            for name in ["churn_probability", "churn_prediction", "risk_level", "customer_id"] {
                let found = try values(answer, name)
                let wanted = try customers.map {
                    try client.exchange(.predict(token: token, body: $0.json)).member(name)
                }
                #expect(found == wanted)
            }
        }

        @Test func `binary tensors come and go with the length of the JSON in a field`() throws {
            let churnd = try ChurndProcess()
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            var json = InferenceText(
                [Customer.valid.without("MonthlyCharges")],
                members: #""outputs":[{"name":"churn_probability","#
                    + #""parameters":{"binary_data":true}},{"name":"risk_level"}],"#
            ).json
            json.removeLast(2)
            json += #",{"name":"MonthlyCharges","shape":[1],"datatype":"FP64","#
            json += #""parameters":{"binary_data_size":8}}]}"#
            let bits = (56.95).bitPattern
            let number = (0..<8).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
            try client.send(
                Array(
                    """
                    POST /v2/models/telco-churn/versions/1/infer HTTP/1.1\r\nHost: a\r\n\
                    Authorization: Bearer \(token)\r\nContent-Type: application/octet-stream\r\n\
                    inference-header-content-length: \(json.utf8.count)\r\n\
                    Content-Length: \(json.utf8.count + 8)\r\n\r\n\(json)
                    """.utf8) + number)
            let answer = try client.readAnswer()
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == "application/octet-stream")
            let count = try #require(
                answer["Inference-Header-Content-Length"].flatMap { Int($0) })
            let header = answer.body[..<count]
            #expect(
                String(decoding: header, as: UTF8.self).contains(#""binary_data_size":8"#))
            let single = try client.exchange(.predict(token: token))
            let probability = try #require(single.member("churn_probability")?.asNumber)
            #expect(
                Array(answer.body[count...])
                    == (0..<8).map { UInt8(truncatingIfNeeded: probability.bitPattern >> ($0 * 8)) }
            )
        }

        @Test func `one row that is not good fails the request, which then costs nothing`() throws {
            let churnd = try ChurndProcess(["quota.limit": "3"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            var rows = customers(3)
            rows[1] = rows[1].with("tenure", "99").with("Contract", #""Daily""#)
            let answer = try client.exchange(.infer(token: token, InferenceText(rows).json))
            #expect(answer.status == 422)
            #expect(
                answer.member("error")?.asString
                    == "Record 1 of 3, counted from 0: 2 fields are not acceptable: "
                    + "tenure must be an integer from 0 to 72; "
                    + "Contract must be one of: Month-to-month, One year, Two year")
            let good = try client.exchange(
                .infer(token: token, InferenceText(customers(3)).json))
            #expect(good.status == 200)
            #expect(good["RateLimit"]?.hasPrefix(#""hourly";r=0;"#) == true)
        }

        @Test func `the quota admits all rows of a request or none`() throws {
            let churnd = try ChurndProcess(["quota.limit": "4"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            func infer(_ count: Int) throws -> HTTPAnswer {
                try client.exchange(.infer(token: token, InferenceText(customers(count)).json))
            }
            #expect(try infer(2).status == 200)
            let refused = try infer(3)
            #expect(refused.status == 429)
            #expect(refused["Content-Type"] == "application/json")
            #expect(refused["Retry-After"] != nil)
            #expect(refused.member("error")?.asString?.isEmpty == false)
            #expect(try infer(5).status == 429)
            #expect(try infer(2).status == 200)
            #expect(try infer(1).status == 429)
        }

        /// What a request differs in, and the beginning of what it is answered.
        private static let refusals: [(HTTPRequest, Int, String)] = [
            (.infer(token: nil, "x"), 401, "Missing token"),
            (.infer(token: "", "x"), 400, "The JSON cannot be read"),
            (.infer(token: "", "{}"), 400, "the request has no inputs"),
            (
                .infer(token: "", path: "/v2/models/other/infer"), 404,
                "No such model; the active one is telco-churn, version 1"
            ),
            (
                .infer(token: "", path: "/v2/models/telco-churn/versions/2/infer"), 404,
                "No such model"
            ),
            (
                HTTPRequest("GET", "/v2/models/telco-churn/infer"), 405, "Allowed here: POST"
            ),
            (HTTPRequest("GET", "/v2/models/telco-churn/config"), 404, "No such path"),
            (
                .infer(token: "").with("Content-Type", "text/csv"), 415,
                "The Content-Type must be application/json or application/octet-stream"
            ),
            (
                .infer(token: "").with("Content-Encoding", "gzip"), 415,
                "The Content-Encoding must be identity or absent"
            ),
            (
                .infer(token: "").with("Inference-Header-Content-Length", "999999"), 400,
                "Inference-Header-Content-Length is 999999, and the body has "
            ),
            (
                .infer(token: "").with("Inference-Header-Content-Length", "ten"), 400,
                "Inference-Header-Content-Length is not a number"
            ),
            (
                .infer(token: "").with("Inference-Header-Content-Length", "1")
                    .with("inference-header-content-length", "1"), 400,
                "Inference-Header-Content-Length is there 2 times"
            ),
            (
                .infer(
                    token: "", InferenceText(Array(repeating: .valid, count: 4)).json), 413,
                "The body must hold at most 3 records"
            ),
        ]

        @Test(arguments: refusals)
        func `what is wrong is said in the text that clients show`(
            request: HTTPRequest, status: Int, beginning: String
        ) throws {
            let churnd = try ChurndProcess(["batch.rows": "3"])
            let client = try churnd.client()
            var request = request
            if let place = request.fields.firstIndex(where: { $0.name == "Authorization" }) {
                request.fields[place].value = "Bearer \(try TokenFactory().token("alice"))"
            }
            let answer = try client.exchange(request)
            #expect(answer.status == status)
            #expect(answer["Content-Type"] == "application/json")
            #expect((answer["WWW-Authenticate"] != nil) == (status == 401))
            let error = answer.member("error")?.asString ?? ""
            #expect(error.hasPrefix(beginning), "\(error)")
            #expect(answer.member("request_id")?.asString == answer["X-Request-Id"])
        }

        @Test func `readiness is that of the service, without a token`() throws {
            let churnd = try ChurndProcess(["drain.delay": "1"])
            let client = try churnd.client()
            let ready = try client.exchange(.get("/v2/health/ready"))
            #expect(ready.status == 200)
            #expect(ready.text == #"{"live":true,"ready":true}"#)
            churnd.child.signal(SIGTERM)
            try eventually("readiness fails") {
                try client.exchange(.get("/v2/health/ready")).status == 503
            }
            let draining = try client.exchange(.get("/v2/health/ready"))
            #expect(draining.text == #"{"live":true,"ready":false}"#)
            #expect(draining["Retry-After"] == "1")
            #expect(try client.exchange(.get("/v2/health/live")).text == #"{"live":true}"#)
            #expect(try client.exchange(.get("/v2/models/telco-churn/ready")).status == 200)
            #expect(try churnd.child.waitForExit(within: 10) == .code(0))
        }

        @Test func `each row is a prediction in the audit log`() throws {
            let audited = try AuditedChurnd()
            let token = try TokenFactory().token("alice")
            let answer = try audited.churnd.client().exchange(
                .infer(token: token, InferenceText(customers(3)).json))
            #expect(answer.status == 200)
            let records = try audited.records(.prediction, count: 3)
            #expect(records.count == 3)
            // Names are recorded as hashes.
            #expect(Set(records.compactMap { $0["customer"]?.asString }).count == 3)
        }

        @Test func `a caller of bands gets no probability, and 403 if it asks for one`()
            throws
        {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "roles.conf")
            try Files.writeAtomically(
                Array("role.band = predict:band\n".utf8).span, to: path)
            let churnd = try ChurndProcess(["roles.path": path])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice", scope: "band")
            let answer = try client.exchange(.infer(token: token))
            #expect(answer.status == 200)
            #expect(!answer.text.contains("churn_probability"))
            #expect(try values(answer, "risk_level").count == 1)
            let asked = InferenceText(
                members: #""outputs":[{"name":"churn_probability"}],"#)
            let refused = try client.exchange(.infer(token: token, asked.json))
            #expect(refused.status == 403)
            #expect(refused.member("error") == .string("Scope needed: predict"))
        }

        @Test func `without the family every path is unknown, in the usual form`() throws {
            let churnd = try ChurndProcess(["routes": "predict"])
            for path in ["/v2", "/v2/health/ready", "/v2/models/telco-churn"] {
                #expect(try churnd.client().exchange(.get(path)).problem == "not-found")
            }
        }
    }
}
