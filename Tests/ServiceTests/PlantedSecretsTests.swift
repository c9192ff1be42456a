import Configuration
import JSON
import Service
import ServiceTestSupport
import TestSupport
import Testing

/// What callers bring comes back in no message and stands in no log, but for the names of fields.
@Suite struct PlantedSecretsTests {
    private static let planted = "pl4nted"

    /// Requests that fail in as many ways as there are, each with the planted word somewhere.
    private static func requests() throws -> [(HTTPRequest, status: Int)] {
        let good = try TokenFactory().token(planted)
        let foreign = try TokenFactory(secret: String(repeating: "f", count: 32)).token(planted)
        let expired = try TokenFactory().token(planted, lifetimeSeconds: -3600)
        let value = "\"\(planted)\""
        return [
            (.get("/\(planted)"), 404), (.get("/health?\(planted)"), 200),
            (HTTPRequest(planted, "/predict"), 405),
            (.predict(token: good).with("Content-Type", planted), 415),
            (HTTPRequest("POST", "/predict", fields: [("Content-Type", planted)], body: "{}"), 415),
            (.predict(token: good).with("Content-Encoding", planted), 415),
            (.predict(token: nil).with("Authorization", "Basic \(planted)"), 401),
            (.predict(token: "\(planted) \(planted)"), 401), (.predict(token: planted), 401),
            (.predict(token: foreign), 401), (.predict(token: expired), 401),
            (.predict(token: "a.\(planted).c"), 401),
            (.predict(token: good).with("Authorization", "Bearer \(planted)"), 400),
            (.predict(token: good, body: planted), 400),
            (.predict(token: good, body: "[\(value)]"), 400),
            (.predict(token: good, body: "{\(value):1,\(value):2}"), 400),
            (.predict(token: good, body: Customer.valid.with("gender", value).json), 422),
            (.predict(token: good, body: Customer.valid.with("tenure", value).json), 422),
            (
                .predict(token: good, body: Customer.valid.with("customerID", "[\(value)]").json),
                422
            ),
            (.get("/").with("Content-Length", planted), 400),
            (.get("/").with("Transfer-Encoding", planted), 501),
            (.get("/").with("Host", planted), 400), (.get("/").with("Expect", planted), 417),
            (.get("http://\(planted)|/"), 400),
            (.get("/livez").with("X-Request-Id", "\(planted) " + "\u{e9}"), 200),
        ]
    }

    @Test func `no answer and no log line repeats a value, a token or a header`() throws {
        let log = CapturedLog()
        let configuration = try ServiceConfiguration.testing(
            ["--http.port=0", "--http.reactors=1", "--store=memory"],
            environment: ["JWT_SECRET": ChurndProcess.secret])
        let service = try Service.start(configuration, sink: log.sink)
        for (request, status) in try PlantedSecretsTests.requests() {
            let client = try ClientSocket(port: service.port)
            let answer = try client.exchange(request)
            #expect(answer.status == status, "\(String(decoding: request.bytes, as: UTF8.self))")
            let text = answer.text + answer.fields.map { "\($0.name)\($0.value)" }.joined()
            #expect(!text.contains(PlantedSecretsTests.planted), "\(text)")
        }
        service.beginDraining()
        service.waitUntilEnded()
        #expect(!log.text.contains(PlantedSecretsTests.planted))
        #expect(!log.text.contains(ChurndProcess.secret))
        #expect(try log.objects().filter { $0["problem"] != nil }.count > 20)
    }
}
