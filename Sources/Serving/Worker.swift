internal import Access
package import Deployment
package import HTTPServer
package import OpenSSL
package import Reactor
internal import Redis
package import Telemetry

/// What the end of a turn consists of, in this order.
package enum TurnStep: CaseIterable {
    /// Requests that clients have pipelined beyond their share of an earlier turn.
    case pipelines
    /// Records of requests that bring several are scored, so many in a turn.
    case scores
    /// What the store has decided is recorded or answered, and what the audit log has written is
    /// answered. Before the question, which also covers what such clients have pipelined.
    case decisions
    /// One question to the store for all requests of the turn, unless it waits for the answers to
    /// earlier ones. No request that comes after it was sent shares it.
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
    /// What the turn's requests show of their subjects' behaviour is handed over.
    case observations
    /// Another model, other keys, roles and alarms, for the requests of the next turn, or another
    /// certificate, for the connections that are accepted then.
    case published
}

/// Everything that one event loop owns. None of it is Sendable; the mailbox is its only door.
package final class Worker: LoopOwner {
    package let server: HTTPServer
    package let calls: Calls
    package let admissions: Admissions
    /// Nil without an audit log.
    package let audit: AuditGate?
    private let loop: Loop
    private let log: RequestLog
    /// Nil without TLS.
    private var certificates: PublishedReader<TLSContext>?

    package init(
        loop: Loop, server: HTTPServer, calls: Calls, admissions: Admissions, audit: AuditGate?,
        log: RequestLog, certificates: PublishedReader<TLSContext>? = nil
    ) {
        self.loop = loop
        self.server = server
        self.calls = calls
        self.admissions = admissions
        self.audit = audit
        self.log = log
        self.certificates = certificates
    }

    var model: LocalDeployment { calls.model }
    private var features: LocalFeatures? { calls.features }
    /// What a scrape gets.
    var snapshot: WorkerCounts.Snapshot { calls.counts.snapshot(server.figures) }

    package var isBusy: Bool {
        server.isBusy || calls.hasUnscored || admissions.isBusy || audit?.isBusy == true
            || features?.connection.isBusy == true
    }

    package var deadline: Int64? {
        var earliest = server.deadline ?? .max
        if let deadline = admissions.deadline { earliest = min(earliest, deadline) }
        if let deadline = features?.connection.deadline { earliest = min(earliest, deadline) }
        if let deadline = audit?.deadline { earliest = min(earliest, deadline) }
        if let deadline = log.deadline { earliest = min(earliest, deadline) }
        if let deadline = calls.operations?.deadline { earliest = min(earliest, deadline) }
        return earliest == .max ? nil : earliest
    }

    package func deadlinePassed() {
        let now = loop.now
        if isDue(admissions.deadline, now) { admissions.deadlinePassed() }
        if isDue(features?.connection.deadline, now) { features?.connection.deadlinePassed() }
        if isDue(audit?.deadline, now) { audit?.deadlinePassed() }
        if isDue(server.deadline, now) { server.deadlinePassed() }
        if isDue(log.deadline, now) { log.deadlinePassed() }
        if let operations = calls.operations, isDue(operations.deadline, now) {
            operations.finishScrapes(calls)
        }
    }

    private func isDue(_ deadline: Int64?, _ now: Int64) -> Bool {
        deadline.map { $0 <= now } ?? false
    }

    package func endTurn() {
        for step in TurnStep.allCases { end(step) }
    }

    private func end(_ step: TurnStep) {
        switch step {
        case .pipelines: server.takeUpPipelines()
        case .scores: if calls.hasUnscored { calls.scoreRecords() }
        case .decisions:
            while let (ticket, decision) = admissions.takeDecision() {
                calls.decide(ticket, decision)
            }
            releaseRecorded()
        case .question:
            calls.refused.endTurn()
            admissions.ask()
        case .commands:
            admissions.flush()
            features?.connection.endTurn()
        case .records:
            audit?.handOver()
            releaseRecorded()
        case .answers: server.endTurn()
        case .log: log.endTurn()
        case .observations: calls.behaviour?.handOver()
        case .published:
            calls.takePublished()
            certificates?.take { server.tlsContext = $0 }
        }
    }

    private func releaseRecorded() {
        while let (call, isRecorded) = audit?.takeSettled() { calls.release(call, isRecorded) }
    }

    /// Stops accepting, and stops when the requests that have begun are answered.
    package func drain() { server.drain { [unowned self] in stop() } }

    /// Ends this turn, and with it its last log lines, and then stops.
    package func stop() {
        log.end()
        loop.stop()
    }
}
