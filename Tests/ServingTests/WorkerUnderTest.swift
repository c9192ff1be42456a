import Access
import AuditLog
import Bundle
import Configuration
import Deployment
import HTTP
import HTTPServer
import JSON
import JWT
import POSIX
import Reactor
import Redis
import ServiceTestSupport
import Serving
import Telemetry
import TestSupport

/// A worker for predictions, whose turns are the test's.
final class WorkerUnderTest {
    private final class Made { weak var scorer: Scorer? }

    private static let second: Int64 = 1_000_000_000

    let reactor: Reactor<Worker>
    let log: CapturedLog
    let deployed: Published<Deployment>
    let port: UInt16
    private let made: () -> [Scorer?]

    /// - Parameter redisPort: nil: the store is in memory.
    init(
        redisPort: UInt16? = nil, audit: AuditLog? = nil
    ) throws {
        let bundle = try ModelBundle(directory: ProjectPlaces.root + "/Models/telco-churn/1")
        let deployed = Published(Deployment(primary: bundle))
        let log = CapturedLog()
        let keys = Published(try SigningKeys(secret: Array(ChurndProcess.secret.utf8)))
        let rules = try TokenRules(leewaySeconds: 0)
        let health = RedisHealth(deadlineNanoseconds: WorkerUnderTest.second)
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)[0]
        var port: UInt16 = 0
        var made: [Made] = []
        reactor = try Reactor(mailbox: Mailbox()) { (loop, mailbox) throws(SystemError) in
            let counts = WorkerCounts(isOn: false, countsRedis: redisPort != nil, labels: .service)
            let requests = RequestLog(
                sink: log.sink, salt: Array("salt".utf8).span,
                rules: RequestLog.Rules(logsAll: true))
            let admissions = WorkerUnderTest.admissions(loop, mailbox, redisPort, health)
            let gate = audit.map { log in
                AuditGate(
                    loop: loop,
                    door: Door(mailbox) { worker in
                        guard let gate = worker.audit else { preconditionFailure("made here") }
                        return gate
                    }, log: log, deadlineNanoseconds: 10 * WorkerUnderTest.second,
                    encoder: AuditRecordEncoder(
                        keys: AuditKeys(secret: WorkerUnderTest.auditKey), reactor: 0),
                    writesHere: true)
            }
            let calls = Calls(
                loop: loop,
                rules: Calls.Rules(
                    bodyBytesMax: HTTPLimits.contract.bodyBytesMax,
                    batch: ServiceConfiguration.Batch(rowsMax: 1000, bytesMax: 32_768),
                    decisionNanoseconds: 10 * WorkerUnderTest.second),
                routes: RouteTable(.service),
                verifier: LocalVerifier(of: keys, rules: rules, mailbox: mailbox),
                model: LocalDeployment(of: deployed, mailbox: mailbox) { bundle in
                    let scorer = Scorer(bundle: bundle)
                    let note = Made()
                    note.scorer = scorer
                    made.append(note)
                    return scorer
                }, counts: counts,
                answers: Answers(
                    loop: loop, log: requests, counts: counts,
                    quota: QuotaFields(quotaLimit: 100, windowSeconds: 60)),
                admissions: admissions, audit: gate,
                names: CallNames(requestIDs: RequestIDSource(prefix: []), traces: nil),
                state: ServiceState(redis: nil), operations: nil,
                logouts: Logouts(door: Door(mailbox) { $0.calls }, records: nil))
            let listener = try Sockets.listen(on: any, sharesPort: false, backlog: 16)
            port = try Sockets.localAddress(of: listener.rawValue).port
            let server = try HTTPServer(
                loop: loop, door: Door(mailbox) { $0.server }, listener: listener,
                limits: ServerLimits(
                    http: .contract, connectionsMax: 100, headTimeout: 600 * WorkerUnderTest.second,
                    bodyTimeout: 600 * WorkerUnderTest.second,
                    idleTimeout: 600 * WorkerUnderTest.second,
                    writeTimeout: 600 * WorkerUnderTest.second),
                counter: ConnectionCounter(), acceptingAfter: nil, handlers: calls.handlers)
            return Worker(
                loop: loop, server: server, calls: calls, admissions: admissions, audit: gate,
                log: requests)
        }
        self.log = log
        self.deployed = deployed
        self.port = port
        self.made = { made.map(\.scorer) }
    }

    static let auditKey = Array("a key of thirty-two bytes or more".utf8)

    private static func admissions(
        _ loop: Loop, _ mailbox: Mailbox<Worker>, _ redisPort: UInt16?, _ health: RedisHealth
    ) -> Admissions {
        let quota = QuotaRules(limit: 100, windowMilliseconds: 60_000)
        guard let redisPort else {
            return .memory(
                InMemoryAdmissionStore(
                    admissions: InMemoryAdmissions(quota: quota, subjectsMax: 100),
                    milliseconds: { loop.now / 1_000_000 }))
        }
        let connection = RedisConnection(
            loop: loop, door: Door(mailbox) { $0.admissions.connection },
            endpoint: RedisEndpoint(
                host: "127.0.0.1", port: redisPort, user: nil, password: nil, database: 0),
            deadlineNanoseconds: 10 * second, limits: .standard,
            probe: AdmissionProbe.make(markerKey: nil), health: health,
            neighbours: RedisNeighbours())
        return .redis(
            RedisAdmissionStore(loop: loop, connection: connection, quota: quota, markerKey: nil),
            connection)
    }

    /// What scored so far, each nil once nothing has it.
    var scorers: [Scorer?] { made() }

    /// The request ids of the requests that have their line in the log.
    func loggedIDs() throws -> [String] {
        try log.objects().filter { $0["message"] == .string("request") }
            .compactMap { $0["request_id"]?.asString }
    }

    func client() throws -> ClientSocket { try ClientSocket(port: port) }

    /// Turns until this many answers have been noted for the log.
    func turns(untilLogged count: Int) throws {
        try reactor.turns(until: "\(count) requests are answered") {
            try loggedIDs().count >= count
        }
    }

    /// Has a request answered.
    func exchange(_ client: ClientSocket, _ request: HTTPRequest) throws -> HTTPAnswer {
        try client.send(request.bytes)
        try reactor.turns(until: "it is answered") { client.hasNews }
        return try client.readAnswer()
    }
}
