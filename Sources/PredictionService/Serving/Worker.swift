internal import Access
internal import HTTPServer
internal import Reactor
internal import Redis
internal import Telemetry

/// What the end of a turn consists of, in this order.
package enum TurnStep: CaseIterable {
    /// Requests that clients have pipelined beyond their share of an earlier turn.
    case pipelines
    /// What the store has decided is recorded or answered, and what the audit log has written is
    /// answered. Before the question, which also covers what such clients have pipelined.
    case decisions
    /// One question to the store for all requests of the turn. No later request shares it.
    case question
    /// Commands to Redis, in one send.
    case commands
    /// The records of the turn are handed to the audit log. Where it writes them immediately, their
    /// answers are sent in this turn.
    case records
    /// The answers, one send for each connection.
    case answers
    /// The log lines, after the answers: a slow request's line says how long sending took.
    case log
    /// Another model, for the requests of the next turn.
    case published
}

/// Everything that one event loop owns. None of it is Sendable; the mailbox is its only door.
final class Worker: LoopOwner {
    /// What its listener is for.
    enum Role {
        case predictions(RequestService)
        case operations(OperationsService)
    }

    let server: HTTPServer
    let metrics: ReactorMetrics
    let model: ServedModel
    let audit: AuditGate?
    let admissions: Admissions
    private let loop: Loop
    private let log: RequestLog
    private let refused: RefusedSubjects
    private let role: Role

    init(
        loop: Loop, server: HTTPServer, metrics: ReactorMetrics, model: ServedModel,
        audit: AuditGate?, admissions: Admissions, log: RequestLog, refused: RefusedSubjects,
        role: Role
    ) {
        self.loop = loop
        self.server = server
        self.metrics = metrics
        self.model = model
        self.audit = audit
        self.admissions = admissions
        self.log = log
        self.refused = refused
        self.role = role
    }

    /// Of the worker that has the operations listener.
    var operations: OperationsService {
        guard case .operations(let service) = role else {
            preconditionFailure("a worker of predictions has no operations")
        }
        return service
    }

    var isBusy: Bool { server.isBusy || admissions.isBusy || audit?.isBusy == true }

    var deadline: Int64? {
        var earliest = server.deadline ?? .max
        if let deadline = admissions.deadline { earliest = min(earliest, deadline) }
        if let deadline = audit?.deadline { earliest = min(earliest, deadline) }
        if let deadline = log.deadline { earliest = min(earliest, deadline) }
        if case .operations(let service) = role, let deadline = service.deadline {
            earliest = min(earliest, deadline)
        }
        return earliest == .max ? nil : earliest
    }

    func deadlinePassed() {
        let now = loop.now
        if isDue(admissions.deadline, now) { admissions.deadlinePassed() }
        if isDue(audit?.deadline, now) { audit?.deadlinePassed() }
        if isDue(server.deadline, now) { server.deadlinePassed() }
        if isDue(log.deadline, now) { log.deadlinePassed() }
        if case .operations(let service) = role, isDue(service.deadline, now) {
            service.deadlinePassed()
        }
    }

    private func isDue(_ deadline: Int64?, _ now: Int64) -> Bool {
        deadline.map { $0 <= now } ?? false
    }

    func endTurn() {
        for step in TurnStep.allCases { end(step) }
    }

    private func end(_ step: TurnStep) {
        switch step {
        case .pipelines: server.takeUpPipelines()
        case .decisions:
            while let (ticket, decision) = admissions.takeDecision() { decide(ticket, decision) }
            releaseRecorded()
        case .question:
            refused.endTurn()
            admissions.ask()
        case .commands: admissions.flush()
        case .records:
            audit?.handOver()
            releaseRecorded()
        case .answers: server.endTurn()
        case .log: log.endTurn()
        case .published: model.takePublished()
        }
    }

    private func decide(_ ticket: UInt64, _ decision: AdmissionDecision) {
        switch role {
        case .predictions(let service): service.decide(ticket, decision)
        case .operations(let service): service.administrators.decide(ticket, decision)
        }
    }

    private func releaseRecorded() {
        guard let audit else { return }
        while let (request, isRecorded) = audit.takeSettled() {
            switch role {
            case .predictions(let service): service.release(request, isRecorded)
            case .operations(let service): service.release(request, isRecorded)
            }
        }
    }

    /// Stops accepting, and stops when the requests that have begun are answered.
    func drain() { server.drain { [unowned self] in stop() } }

    /// Ends this turn, and with it its last log lines, and then stops.
    func stop() {
        log.end()
        loop.stop()
    }
}
