import TestSupport
import Testing

extension ProgramTests {
    /// What pages of other origins may do, by `cors.origins`.
    @Suite struct CrossOriginTests {
        private static let fields = [
            "Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
            "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
            "Access-Control-Max-Age", "Access-Control-Allow-Credentials", "Vary",
        ]

        private func preflight(_ path: String, origin: String?) -> HTTPRequest {
            let request = HTTPRequest("OPTIONS", path, body: "")
                .with("Access-Control-Request-Method", "POST")
                .with("Access-Control-Request-Headers", "authorization,content-type")
            return origin.map { request.with("Origin", $0) } ?? request
        }

        @Test func `without the key OPTIONS is 405 and no answer has a field of CORS`() throws {
            let churnd = try ChurndProcess(["routes": "predict docs"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let requests = [
                preflight("/predict", origin: "https://app.example"),
                HTTPRequest.predict(token: token).with("Origin", "https://app.example"),
                HTTPRequest.get("/openapi.json").with("Origin", "https://app.example"),
            ]
            let answers = try requests.map(client.exchange)
            #expect(answers.map(\.status) == [405, 200, 200])
            #expect(answers[0]["Allow"] == "POST")
            for answer in answers {
                for field in CrossOriginTests.fields { #expect(answer.values(of: field) == []) }
            }
        }

        @Test func `a preflight of a listed origin is answered with what the path takes`() throws {
            let churnd = try ChurndProcess(["cors.origins": "https://app.example http://a:3000"])
            let client = try churnd.client()
            for (path, methods) in [("/predict", "POST"), ("/health", "GET, HEAD")] {
                for origin in ["https://app.example", "http://a:3000"] {
                    let answer = try client.exchange(preflight(path, origin: origin))
                    #expect(answer.status == 204)
                    #expect(answer["Access-Control-Allow-Origin"] == origin)
                    #expect(answer["Access-Control-Allow-Methods"] == methods)
                    let headers = try #require(answer["Access-Control-Allow-Headers"])
                    #expect(headers.contains("Authorization") && headers.contains("Content-Type"))
                    #expect(answer["Access-Control-Max-Age"] == "600")
                    #expect(answer["Access-Control-Allow-Credentials"] == nil)
                    #expect(answer["Vary"] == "Origin")
                    #expect(!answer.closes)
                }
            }
            let unknown = try client.exchange(preflight("/x", origin: "https://app.example"))
            #expect(unknown.status == 404)
            // No preflight: the method is just another one.
            let plain = HTTPRequest("OPTIONS", "/predict", body: "")
                .with("Origin", "https://app.example")
            #expect(try client.exchange(plain).status == 405)
        }

        @Test(arguments: [
            "https://evil.example", "http://app.example", "https://app.example.evil.example",
            "https://app.example:8443", "https://app.example/", "HTTPS://APP.EXAMPLE", "null", "*",
            "https://app.example https://evil.example", "https://app.exampl", "", "é",
            "https://app.example\u{9}x",
        ]) func `an origin that is not listed gets nothing, and is never repeated`(
            origin: String
        ) throws {
            let churnd = try ChurndProcess(["cors.origins": "https://app.example"])
            let client = try churnd.client()
            let token = try TokenFactory().token("alice")
            let refused = try client.exchange(preflight("/predict", origin: origin))
            let answered = try client.exchange(
                .predict(token: token).with("Origin", origin))
            #expect([refused.status, answered.status] == [405, 200])
            for answer in [refused, answered] {
                #expect(answer["Access-Control-Allow-Origin"] == nil)
                #expect(answer["Vary"] == "Origin")
            }
        }

        @Test func `two Origin fields allow nothing, and a line break in one is refused`() throws {
            let churnd = try ChurndProcess(["cors.origins": "https://app.example"])
            let client = try churnd.client()
            let twice = preflight("/predict", origin: "https://app.example")
                .with("Origin", "https://app.example")
            let answer = try client.exchange(twice)
            #expect(answer.status == 405)
            #expect(answer["Access-Control-Allow-Origin"] == nil)
            let broken = HTTPRequest.get("/health")
                .with("Origin", "https://app.example\r\n Set-Cookie: a=b")
            let refused = try client.exchange(broken)
            #expect(refused.status == 400)
            #expect(refused["Set-Cookie"] == nil)
        }

        @Test func `failures too can be read by a page that is listed`() throws {
            let churnd = try ChurndProcess(["cors.origins": "https://app.example"])
            let client = try churnd.client()
            let requests: [(HTTPRequest, Int)] = [
                (.predict(token: nil), 401), (.get("/x"), 404), (.get("/predict"), 405),
                (.predict(token: try TokenFactory().token("alice"), body: "{}"), 422),
            ]
            for (request, status) in requests {
                let answer = try client.exchange(request.with("Origin", "https://app.example"))
                #expect(answer.status == status)
                #expect(answer["Access-Control-Allow-Origin"] == "https://app.example")
                let exposed = try #require(answer["Access-Control-Expose-Headers"])
                for field in ["RateLimit", "Retry-After", "X-Request-Id"] {
                    #expect(exposed.contains(field))
                }
            }
        }

        @Test func `any origin is any, without credentials, and not on the operations listener`()
            throws
        {
            let churnd = try ChurndProcess(["cors.origins": "*"])
            let client = try churnd.client()
            let answer = try client.exchange(preflight("/predict", origin: "https://x.example"))
            #expect(answer.status == 204)
            #expect(answer["Access-Control-Allow-Origin"] == "*")
            #expect(answer["Access-Control-Allow-Credentials"] == nil)
            #expect(answer["Vary"] == nil)
            let operations = try churnd.operationsClient()
            let refused = try operations.exchange(
                preflight("/metrics", origin: "https://x.example"))
            #expect(refused.status == 405)
            #expect(refused["Access-Control-Allow-Origin"] == nil)
        }
    }
}
