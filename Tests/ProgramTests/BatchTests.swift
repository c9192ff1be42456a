import AuditLog
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `POST /v1/predict/batch`: many customers in one request.
    @Suite struct BatchTests {
        private static let lines = "application/x-ndjson"

        private func churnd(_ keys: [String: String] = [:]) throws -> ChurndProcess {
            try ChurndProcess(
                ["routes": "predict batch", "store": "memory"].merging(keys) { $1 })
        }

        private func batch(
            _ body: String, _ type: String = lines, token: String, accept: String? = nil
        ) -> HTTPRequest {
            var request = HTTPRequest(
                "POST", "/v1/predict/batch",
                fields: [("Content-Type", type), ("Authorization", "Bearer \(token)")], body: body)
            if let accept { request.fields.append(("Accept", accept)) }
            return request
        }

        private func object(_ text: [UInt8]) throws -> JSONObject {
            try #require(JSONValue(parsing: text.span).asObject)
        }

        private func rows(_ answer: HTTPAnswer) throws -> [JSONObject] {
            try answer.text.split(separator: "\n").map { line in
                try object(Array(line.utf8))
            }
        }

        private func customers(_ count: Int) -> [String] {
            (0..<count).map { index in
                Customer.valid.with("tenure", "\(index % 72 + 1)").named("C-\(index)").json
            }
        }

        /// Without what differs between two requests.
        private func comparable(_ text: some StringProtocol) throws -> String {
            let parts = text.split(separator: #","timestamp":"#)
            let rest = try #require(parts.last?.split(separator: #","model_version":"#).last)
            return "\(parts[0]) \(rest.split(separator: #","request_id""#).first ?? "")"
        }

        @Test func `each record has the bytes that /predict answers it with, in order`() throws {
            let churnd = try churnd(["quota.limit": "100"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let customers = customers(7)
            let answer = try client.exchange(
                batch(customers.joined(separator: "\n"), token: token))
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == Self.lines)
            #expect(answer["RateLimit"]?.hasPrefix(#""hourly";r=93;"#) == true)
            let lines = answer.text.split(separator: "\n")
            #expect(lines.count == customers.count)
            for (line, customer) in zip(lines, customers) {
                let single = try client.exchange(.predict(token: token, body: customer))
                #expect(try comparable(line) == comparable(single.text))
            }
        }

        @Test(arguments: [
            ("application/json", "application/json"), ("application/json; charset=utf-8", "*/*"),
            (Self.lines, "application/json"), ("application/jsonl", "text/html, application/json"),
        ])
        func `records come as an array or in lines, and are answered as Accept says`(
            type: String, accept: String
        ) throws {
            let churnd = try churnd()
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let separator = type.hasPrefix("application/json") && !type.hasSuffix("l") ? "," : "\n"
            let customers = customers(2).joined(separator: separator)
            let body = separator == "," ? "[ \(customers)\n]" : "\r\n\(customers)\r\n\n"
            let answer = try client.exchange(batch(body, type, token: token, accept: accept))
            #expect(answer.status == 200)
            let isArray = accept.hasSuffix("json")
            #expect(answer["Content-Type"] == (isArray ? "application/json" : Self.lines))
            let text = answer.body
            let found =
                isArray
                ? try #require(JSONValue(parsing: text.span).asArray).compactMap(\.asObject)
                : try rows(answer)
            #expect(found.map { $0["customer_id"]?.asString } == ["C-0", "C-1"])
        }

        @Test func `a table is read by its line of names, and answered as one`() throws {
            let churnd = try churnd()
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let names = Customer.valid.members.map(\.name) + ["customerID"]
            let cells = Customer.valid.members.map { $0.value.filter { $0 != "\"" } }
            let table = [
                names, cells + ["C-1"], cells.dropLast() + ["x", "C,2"], ["1"],
            ].map { $0.map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",") }
            let answer = try client.exchange(
                batch(table.joined(separator: "\r\n"), "text/csv", token: token, accept: "text/csv")
            )
            #expect(answer.status == 200)
            #expect(answer["Content-Type"] == "text/csv; charset=utf-8")
            let single = try client.exchange(.predict(token: token))
            let number = try #require(single.member("churn_probability")?.asNumber)
            #expect(
                answer.text.split(separator: "\r\n").map(String.init) == [
                    "customer_id,churn_prediction,churn_probability,risk_level,status,detail",
                    "C-1,false,\(number),Low,200,",
                    #",,,,422,"1 field is not acceptable; TotalCharges must be a number from 0 to "#
                        + #"1000000000, or null for 0""#,
                    ",,,,400,The row has 1 cells; it must have 20",
                ])
        }

        @Test func `a record that is not good is a problem in its place, and costs nothing`() throws
        {
            let churnd = try churnd(["quota.limit": "3"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let good = customers(2)
            let body = [
                good[0], #"{"tenure":"#, Customer.valid.with("tenure", "-1").json, "[1]", good[1],
            ].joined(separator: "\n")
            let answer = try client.exchange(batch(body, token: token))
            #expect(answer.status == 200)
            let rows = try rows(answer)
            #expect(
                rows.map { $0["status"]?.asNumber.map { Int($0) } } == [nil, 400, 422, 400, nil])
            #expect(rows[2]["type"]?.asString == "urn:churnd:problem:invalid-record")
            #expect(rows[2]["errors"]?.asArray?.count == 1)
            #expect(answer["RateLimit"]?.hasPrefix(#""hourly";r=1;"#) == true)
        }

        @Test func `as many as the quota still allows are admitted, and each other gets its 429`()
            throws
        {
            let churnd = try churnd(["quota.limit": "5"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            #expect(try client.exchange(.predict(token: token)).status == 200)
            let body = customers(7).joined(separator: "\n")
            let answer = try client.exchange(batch(body, token: token))
            #expect(answer.status == 200)
            let rows = try rows(answer)
            #expect(rows.map { $0["status"]?.asNumber } == [nil, nil, nil, nil, 429, 429, 429])
            #expect(rows.prefix(4).allSatisfy { $0["churn_probability"] != nil })
            #expect(answer["RateLimit"]?.hasPrefix(#""hourly";r=0;"#) == true)
            let refused = try client.exchange(batch(body, token: token))
            #expect(refused.status == 429)
            #expect(refused["Retry-After"] != nil)
        }

        @Test(arguments: [
            ("[]", "application/json", 400, "malformed-body"),
            ("\n \r\n", Self.lines, 400, "malformed-body"),
            ("{}", "application/json", 400, "malformed-body"),
            ("[{}", "application/json", 400, "malformed-body"),
            ("[{},]", "application/json", 400, "malformed-body"),
            ("[,{}]", "application/json", 400, "malformed-body"),
            ("[{}] 1", "application/json", 400, "malformed-body"),
            ("[}]", "application/json", 400, "malformed-body"),
            (#"["]"#, "application/json", 400, "malformed-body"),
            ("{}", "text/plain", 415, "unsupported-media-type"),
            ("{}", "application/jsonx", 415, "unsupported-media-type"),
        ])
        func `what holds no records is refused as a whole, and costs nothing`(
            body: String, type: String, status: Int, problem: String
        ) throws {
            let churnd = try churnd(["quota.limit": "1"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let answer = try client.exchange(batch(body, type, token: token))
            #expect(answer.status == status)
            #expect(answer.problem == problem)
            #expect(try client.exchange(.predict(token: token)).status == 200)
        }

        @Test func `rows and bytes have their limits, and the content of strangers is not read`()
            throws
        {
            let churnd = try churnd(["batch.rows": "3", "batch.bytes": "20000"])
            let token = try TokenFactory().token("alice")
            func status(_ body: String, token: String) throws -> Int {
                try churnd.client().exchange(batch(body, token: token)).status
            }
            #expect(try status("{}\n{}\n{}", token: token) == 200)
            #expect(try status("{}\n{}\n{}\n{}", token: token) == 413)
            let spaces = String(repeating: " ", count: 19_998)
            #expect(try status("{}" + spaces, token: token) == 200)
            #expect(try status("{} " + spaces, token: token) == 413)
            #expect(try status("{}" + spaces, token: "a.b.c") == 401)
            #expect(try status("{}", token: "a.b.c") == 401)
            // More than other requests may have: without a good token its end is not waited for.
            let stranger = try churnd.client()
            try stranger.send(
                "POST /v1/predict/batch HTTP/1.1\r\nHost: a\r\nContent-Length: 19000\r\n"
                    + "Authorization: Bearer a.b.c\r\n"
                    + "Content-Type: application/x-ndjson\r\n\r\n{}")
            #expect(try stranger.readAnswer().status == 401)
            let client = try churnd.client()
            try client.send(
                "POST /v1/predict/batch HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n"
                    + "Authorization: Bearer \(token)\r\n"
                    + "Content-Type: application/x-ndjson\r\n\r\n{}")
            #expect(try client.readAnswer().status == 413)
        }

        @Test func `a thousand customers are answered together, and others meanwhile`() throws {
            let churnd = try churnd(["quota.limit": "1001", "store.subjects": "10"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            try client.send(batch(customers(1000).joined(separator: "\n"), token: token).bytes)
            #expect(try churnd.client().exchange(.predict(token: token)).status == 200)
            let rows = try rows(client.readAnswer())
            #expect(rows.count == 1000)
            #expect(rows.last?["customer_id"]?.asString == "C-999")
            #expect(rows.allSatisfy { $0["churn_probability"] != nil })
        }

        @Test func `a revoked token gets 401 before anything about its records`() throws {
            let churnd = try churnd(["operations.listen": "127.0.0.1:0"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            var logout = HTTPRequest(
                "POST", "/logout", fields: [("Authorization", "Bearer \(token)")])
            logout.fields.append(("Content-Length", "0"))
            #expect(try client.exchange(logout).status < 300)
            for body in ["{}", customers(1)[0], ""] {
                let answer = try client.exchange(batch(body, token: token))
                #expect(answer.problem == "token-revoked", "\(body)")
            }
        }

        @Test(arguments: ["none", "always"])
        func `each prediction is recorded with the digest of its own text, before the answer`(
            sync: String
        ) throws {
            let audited = try AuditedChurnd(["routes": "batch", "audit.sync": sync])
            let client = try audited.churnd.client()
            let token = try TokenFactory().token("alice")
            let good = customers(300)
            let body = ([good[0], "{}", "[]"] + good.dropFirst()).joined(separator: "\n")
            let answer = try client.exchange(batch(body, token: token))
            let records = try audited.records(.prediction)
            #expect(records.count == 300)
            #expect(Set(records.map { $0.text("request_id") }) == [answer["X-Request-Id"]])
            for (record, text) in zip(records, good) {
                #expect(record.text("body_sha256") == ModelVersions.sha256(of: Array(text.utf8)))
            }
            let scored = try rows(answer).filter { $0["status"] == nil }
            #expect(records.map { $0["probability"] } == scored.map { $0["churn_probability"] })
            #expect(Set(records.map { $0.text("customer") }).count == 300)
            // Nothing is recorded where no record is good.
            #expect(try client.exchange(batch("{}\n[]", token: token)).status == 200)
            #expect(try audited.records(.prediction).count == 300)
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `without the family the path is unknown`() throws {
            let churnd = try ChurndProcess([:])
            let token = try TokenFactory().token("alice")
            let answer = try churnd.client().exchange(batch("{}", token: token))
            #expect(answer.status == 404)
        }
    }
}
