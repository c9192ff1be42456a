import Configuration
import JSON
import Service
import ServiceTestSupport
import TestSupport
import Testing

/// Checkpoints of the audit log that a running service sends to a sink.
@Suite struct CheckpointDeliveryTests {
    private static let key = "planted-audit-key-5b2e7c1f9a04d638"
    private static let token = "planted-sink-token"

    private let directory: TemporaryDirectory
    private let log = CapturedLog()
    private let sink: RemoteService

    init() throws {
        directory = try TemporaryDirectory()
        sink = try RemoteService()
    }

    private func start(_ settings: [String: String] = [:]) throws -> Service {
        let all = [
            "http.port": "0", "http.reactors": "2", "store": "memory", "log.requests": "off",
            "audit.directory": directory.path(of: "audit"), "outgoing.timeout": "5",
            "audit.checkpoint_url": "https://localhost:\(sink.port)/log?tenant=hidden",
            "operations.listen": "unix:\(directory.path(of: "socket"))",
        ].merging(sink.settings) { $1 }.merging(settings) { $1 }
        let configuration = try ServiceConfiguration.testing(
            all.map { "--\($0.key)=\($0.value)" },
            environment: [
                "JWT_SECRET": ChurndProcess.secret, "AUDIT_KEY": Self.key,
                "CHURND_AUDIT_CHECKPOINT_TOKEN": Self.token,
            ])
        return try Service.start(configuration, sink: log.sink)
    }

    private func end(_ service: Service) {
        service.beginDraining()
        service.waitUntilEnded()
    }

    private func accept() throws {
        sink.answer(StandInServer.answer("", "201 Created"))
        try sink.comeBack()
    }

    /// The checkpoints that the sink has got.
    private func delivered() throws -> [JSONObject] {
        try sink.requests.map { request in
            let parts = request.split(separator: "\r\n\r\n", maxSplits: 1)
            let body = Array((parts.count == 2 ? parts[1] : "").utf8)
            return try #require(try JSONValue(parsing: body.span).asObject)
        }
    }

    private func predict(_ service: Service) throws {
        let client = try ClientSocket(port: service.port)
        let token = try TokenFactory().token("acme")
        #expect(try client.exchange(.predict(token: token)).status == 200)
    }

    private func samples() throws -> MetricSamples {
        let client = try ClientSocket(unixPath: directory.path(of: "socket"))
        return MetricSamples(try client.exchange(.get("/metrics")).text)
    }

    private func count(_ result: String) throws -> Double {
        try samples()["churnd_audit_checkpoint_deliveries_total{result=\"\(result)\"}"] ?? -1
    }

    private func lines(_ message: String) throws -> [JSONObject] {
        try log.objects().filter { $0["message"] == .string(message) }
    }

    private let failureMessage = "a checkpoint of the audit log cannot be delivered"

    @Test func `the first and the last checkpoint are delivered, as the log has them`() throws {
        try accept()
        let service = try start()
        try eventually("the first is acknowledged") { try count("delivered") == 1 }
        for _ in 0..<3 { try predict(service) }
        #expect(try samples()["churnd_audit_checkpoint_waiting_seconds"] == 0)
        #expect(try samples()["churnd_audit_checkpoint_age_seconds"] ?? 99 < 60)
        end(service)
        let delivered = try delivered()
        #expect(delivered.count == 2)
        // A start, three predictions and a stop.
        #expect(delivered.map { $0["count"] } == [.number(1), .number(5)])
        let identity = try lines("audit log opened").first?["log"]
        #expect(delivered.allSatisfy { $0["log"] == identity && identity != nil })
        let logged = try lines("audit log checkpoint").map { $0["checkpoint"]?.asString }
        let texts = zip([1, 5], delivered).map { "\($0):\($1["hash"]?.asString ?? "")" }
        #expect(texts == logged)
        #expect(delivered[1].members.map(\.name) == ["log", "count", "hash", "time"])
        let head = sink.requests[0]
        #expect(head.hasPrefix("POST /log?tenant=hidden HTTP/1.1\r\n"))
        #expect(head.contains("Authorization: Bearer \(Self.token)\r\n"))
        for hidden in [Self.token, Self.key, "hidden"] { #expect(!log.text.contains(hidden)) }
        #expect(try lines("checkpoints of the audit log are delivered").count == 1)
    }

    @Test func `a sink that is away blocks no answer and gets what waited when it is back`()
        throws
    {
        let service = try start()
        try predict(service)
        try eventually("the failure is counted") { try count("failed") >= 1 }
        #expect(try lines(failureMessage).count == 1)
        #expect(try samples()["churnd_audit_checkpoint_waiting_seconds"] ?? 0 > 0)
        try accept()
        try eventually("it is acknowledged") { try count("delivered") == 1 }
        #expect(try delivered().map { $0["count"] } == [.number(1)])
        try eventually("nothing waits") {
            try samples()["churnd_audit_checkpoint_waiting_seconds"] == 0
        }
        end(service)
    }

    @Test(arguments: [
        ("401 Unauthorized", "refused", "status 401"), ("302 Found", "refused", "status 302"),
        ("503 No", "failed", "status 503"), ("429 Wait", "failed", "status 429"),
    ])
    func `another answer than a success is tried again`(
        status: String, result: String, reason: String
    ) throws {
        sink.answer(StandInServer.answer("", status))
        try sink.comeBack()
        let service = try start()
        try eventually("it is counted") { try count(result) >= 1 }
        #expect(log.text.contains(reason))
        sink.answer(StandInServer.answer(""))
        try eventually("it is acknowledged") { try count("delivered") == 1 }
        end(service)
    }

    @Test func `a sink that asks for patience gets no request before its time`() throws {
        sink.answer(StandInServer.answer("", "503 No", fields: "Retry-After: 600\r\n"))
        try sink.comeBack()
        let service = try start()
        try eventually("it is counted") { try count("failed") == 1 }
        sink.answer(StandInServer.answer(""))
        // The end waits for nobody's patience, and the newest replaces what waits.
        end(service)
        #expect(try delivered().map { $0["count"] } == [.number(1), .number(2)])
        #expect(try lines("the last checkpoint of the audit log was not delivered").isEmpty)
    }

    @Test func `the newest checkpoint replaces one that waits, and a silent sink ends in time`()
        throws
    {
        sink.answer([.wait])
        try sink.comeBack()
        let service = try start()
        try eventually("the first is under way") { !sink.requests.isEmpty }
        try predict(service)
        let clock = ContinuousClock()
        let time = clock.measure { end(service) }
        #expect(time < .seconds(4))
        #expect(try lines("the last checkpoint of the audit log was not delivered").count == 1)
        #expect(sink.requests.count == 1)
    }

    @Test func `without a sink its metrics are absent`() throws {
        let configuration = try ServiceConfiguration.testing(
            [
                "--http.port=0", "--http.reactors=1", "--store=memory",
                "--operations.listen=unix:\(directory.path(of: "socket"))",
                "--audit.directory=\(directory.path(of: "audit"))",
            ], environment: ["JWT_SECRET": ChurndProcess.secret, "AUDIT_KEY": Self.key])
        let service = try Service.start(configuration, sink: log.sink)
        #expect(try samples()["churnd_audit_checkpoint_waiting_seconds"] == nil)
        #expect(try count("delivered") == -1)
        end(service)
    }
}
