import AuditLog
import Bundle
import Deployment
import HTTPServer
import JSON
import POSIX
import Reactor
import ServiceTestSupport
import Serving
import TestSupport
import Testing

/// The order of a turn's end, and what clients, Redis and the files have of it. Where a test waits
/// without turning, a step that came too late would keep what it waits for to the next turn.
@Suite struct TurnOrderTests {
    private let predict: HTTPRequest

    init() throws { predict = .predict(token: try TokenFactory().token("ann")) }

    private func auditLog(in directory: TemporaryDirectory, _ sync: AuditSync) throws -> AuditLog {
        try AuditLog.open(
            AuditSettings(
                directory: directory.path(of: "audit"), key: WorkerUnderTest.auditKey, sync: sync,
                segmentBytesMax: 1 << 20, serviceVersion: "1")
        ) { _ in }
    }

    private func records(in directory: TemporaryDirectory) throws -> String {
        let path = directory.path(of: "audit")
        let segments = try Files.names(in: path).filter { $0.hasPrefix("records-") }
        return try segments.sorted().map {
            String(decoding: try Files.read("\(path)/\($0)", bytesMax: 1 << 20), as: UTF8.self)
        }.joined()
    }

    /// How often Redis was asked.
    private func questions(_ redis: RedisServer) throws -> Int {
        let text = try redis.client().command("INFO", "commandstats").text ?? ""
        return text.split(separator: "\r\n").filter { $0.hasPrefix("cmdstat_eval") }
            .compactMap { line in
                line.drop { $0 != "=" }.dropFirst().split(separator: ",").first.flatMap { Int($0) }
            }.reduce(0, +)
    }

    @Test func `a turn ends in this order`() {
        #expect(
            TurnStep.allCases == [
                .pipelines, .scores, .decisions, .question, .commands, .records, .answers, .log,
                .observations, .published,
            ])
    }

    @Test func `many records are scored over some turns, and others are answered in between`()
        throws
    {
        let worker = try WorkerUnderTest()
        let (many, one) = (try worker.client(), try worker.client())
        // Both are accepted.
        worker.reactor.turns(forMilliseconds: 20)
        var batch = HTTPRequest(
            "POST", "/v1/predict/batch",
            fields: predict.fields.filter { $0.name != "Content-Type" },
            body: String(repeating: "{}\n", count: 600))
        batch.fields.append(("Content-Type", "application/x-ndjson"))
        batch.fields.removeFirst()
        try many.send(batch.bytes)
        try one.send(predict.bytes)
        try worker.reactor.turns(until: "the single one is answered") { one.hasNews }
        #expect(!many.hasNews)
        #expect(try one.readAnswer().status == 200)
        try worker.reactor.turns(until: "the others are") { many.hasNews }
    }

    @Test func `what the worker records itself is recorded, answered and logged in one turn`()
        throws
    {
        let directory = try TemporaryDirectory()
        let audit = try auditLog(in: directory, .none)
        let worker = try WorkerUnderTest(audit: audit)
        let client = try worker.client()
        try client.send(predict.with("X-Request-Id", "one").bytes)
        try worker.turns(untilLogged: 1)
        #expect(try records(in: directory).contains("\"one\""))
        try eventually("the answer comes in the same turn") { client.hasNews }
        #expect(try client.readAnswer().status == 200)
        audit.close()
    }

    @Test func `what another thread records is in the file before the answer is sent`() throws {
        let directory = try TemporaryDirectory()
        let audit = try auditLog(in: directory, .always)
        let worker = try WorkerUnderTest(audit: audit)
        let client = try worker.client()
        for name in ["one", "two", "three"] {
            try client.send(predict.with("X-Request-Id", name).bytes)
            try worker.reactor.turns(until: "\(name) is answered") { client.hasNews }
            #expect(try records(in: directory).contains("\"\(name)\""))
            #expect(try client.readAnswer().status == 200)
        }
        audit.close()
    }

    @Test func `a pipelined request is asked in the turn that answers the one before it`() throws {
        let redis = try RedisServer()
        let worker = try WorkerUnderTest(redisPort: redis.port)
        let client = try worker.client()
        #expect(try worker.exchange(client, predict).status == 200)
        let before = try questions(redis)
        try client.send(predict.bytes + predict.bytes)
        try worker.reactor.turns(until: "the first is answered") { client.hasNews }
        try eventually("the second is asked") { try questions(redis) == before + 2 }
        #expect(try client.readAnswer().status == 200)
        #expect(!client.hasNews)
        try worker.reactor.turns(until: "the second is answered") { client.hasNews }
        #expect(try client.readAnswer().status == 200)
    }

    @Test func `one question covers what came and what a pipeline had left`() throws {
        let redis = try RedisServer()
        let worker = try WorkerUnderTest(redisPort: redis.port)
        let (pipeline, other) = (try worker.client(), try worker.client())
        #expect(try worker.exchange(other, predict).status == 200)
        let before = try questions(redis)
        try sendBeyondShare(pipeline, worker)
        try other.send(predict.bytes)
        worker.reactor.turn(waitingAtMost: 0)
        try eventually("one question is asked") { try questions(redis) == before + 1 }
        for client in [pipeline, other] {
            try worker.reactor.turns(until: "it is answered") { client.hasNews }
            #expect(try client.readAnswer().status == 200)
        }
        #expect(try questions(redis) == before + 1)
    }

    /// Sends a prediction in one packet with as many requests before it as a client has answered
    /// in a turn, and turns until these are answered: the next turn begins with the prediction.
    private func sendBeyondShare(_ client: ClientSocket, _ worker: WorkerUnderTest) throws {
        let count = ServerLimits.requestsPerTurnMax
        let logged = try worker.loggedIDs().count
        let live = HTTPRequest.get("/livez").bytes
        try client.send((0..<count).flatMap { _ in live } + predict.bytes)
        try worker.turns(untilLogged: logged + count)
        for _ in 0..<count { _ = try client.readAnswer() }
        #expect(try worker.loggedIDs().count == logged + count)
    }

    @Test func `another model is for the requests of the next turn`() throws {
        let worker = try WorkerUnderTest()
        let client = try worker.client()
        try sendBeyondShare(client, worker)
        let second = try ModelBundle(directory: ProjectPlaces.root + "/Models/telco-churn/2")
        worker.deployed.publish(Deployment(primary: second)) {}
        worker.reactor.turn(waitingAtMost: 0)
        try eventually("it is answered in that turn") { client.hasNews }
        let old = try client.readAnswer()
        #expect(old.member("model_version") == .string("telco-churn/1"))
        let new = try worker.exchange(client, predict)
        #expect(new.member("model_version") == .string("telco-churn/2"))
    }
}
