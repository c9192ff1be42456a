internal import AuditLog
internal import Bytes
internal import HTTP
internal import HTTPServer
internal import JSON
internal import JWT
internal import Metrics
internal import ModelRegistry
internal import OperationsAPI
internal import POSIX
internal import Reactor
internal import Telemetry

/// What the operations listener answers: metrics, administration and health. It has a worker of its
/// own, so that no scrape and no administrator holds up a prediction.
final class OperationsService {
    /// What it tells of and acts on.
    struct Subjects: Sendable {
        let figures: ServiceFigures
        let models: ModelRegistry
        let notes: ModelNotes
        let revocations: RevocationDesk
        /// Nil without an audit log.
        let records: AdministrationRecords?
        /// The workers that serve predictions.
        let reactors: ReactorGroup
    }

    private let loop: Loop
    private let door: Door<OperationsService>
    private let subjects: Subjects
    private let responder: Responder
    let administrators: Administrators
    private let metrics: ReactorMetrics
    private let model: ServedModel
    /// Nil without an audit log.
    private let audit: AuditGate?
    private let collection: MetricsCollection
    /// Of those that other threads have to answer first, by their exchange.
    private var waiting: [UInt64: Reply] = [:]

    init(
        loop: Loop, door: Door<OperationsService>, subjects: Subjects, responder: Responder,
        administrators: Administrators, metrics: ReactorMetrics, model: ServedModel,
        audit: AuditGate?
    ) {
        self.loop = loop
        self.door = door
        self.subjects = subjects
        self.responder = responder
        self.administrators = administrators
        self.metrics = metrics
        self.model = model
        self.audit = audit
        collection = MetricsCollection(reactorCount: subjects.reactors.count)
    }

    var deadline: Int64? { collection.deadline }

    func deadlinePassed() { finishScrapes() }

    func handle(_ request: borrowing Request, _ reply: Reply, _ route: Route) {
        switch route {
        case .metrics:
            scrape(reply, ExpositionFormat(accept: request.head.accept, in: request.headBytes))
        case .models, .modelActivation, .modelRollback, .tokenRevocation, .tokenRestoration:
            administer(request, reply, route)
        case .predict, .health, .readiness, .liveness:
            preconditionFailure("not a route of operators alone")
        }
    }
}

// Metrics.
extension OperationsService {
    private func scrape(_ reply: Reply, _ format: ExpositionFormat) {
        guard collection.begin(reply, format, now: loop.now) else { return }
        let round = collection.currentRound
        subjects.reactors.postEach { [door] index, worker in
            let snapshot = worker.metrics.snapshot(worker.server.figures)
            door { $0.take(snapshot, of: index, in: round) }
        }
    }

    private func take(_ snapshot: ReactorMetrics.Snapshot, of index: Int, in round: UInt64) {
        collection.take(snapshot, of: index, in: round)
        finishScrapes()
    }

    private func finishScrapes() {
        guard collection.isComplete(now: loop.now) else { return }
        collection.finish { reply, format, sum in
            let own = metrics.snapshot(reply.server.figures)
            var counts = sum.counts
            counts.merge(own.counts)
            let facts = subjects.figures.facts(
                publicConnections: sum.connections, operationsConnections: own.connections,
                now: loop.now)
            responder.answer(
                reply, status: 200, contentType: format.contentType,
                content: MetricsReport.render(counts, facts, format: format))
        }
    }
}

// Administration.
extension OperationsService {
    private func administer(
        _ request: borrowing Request, _ reply: Reply, _ route: Route
    ) {
        // The caller comes first: a body is read, and what is wrong with it reported, for
        // administrators alone.
        let content = Result { () throws(ServiceFailure) in try self.content(of: request, route) }
        administrators.admit(request, reply.exchange) { token, refusal in
            var reply = reply
            reply.subject = token?.subject
            if let refusal { return self.refuse(reply, token, refusal) }
            do throws(ServiceFailure) {
                let bytes = try content.get()
                let command = try AdministrationCommand(route: route, content: bytes.span)
                self.carryOut(command, for: token, reply)
            } catch {
                self.responder.fail(reply, error)
            }
        }
    }

    /// A request's body, which outlives the request until the store has answered; not looked into.
    private func content(
        of request: borrowing Request, _ route: Route
    ) throws(ServiceFailure) -> [UInt8] {
        if route != .models && route != .modelRollback {
            try request.checkContent(bodyBytesMax: AdministrationRules.bodyBytesMax)
        } else if request.isBodyTooLarge {
            throw .bodyTooLarge(bytesMax: AdministrationRules.bodyBytesMax)
        }
        var content: [UInt8] = []
        content.appendBytes(request.body)
        return content
    }

    /// Answers who may not administer, once that is recorded.
    private func refuse(_ reply: Reply, _ token: VerifiedToken?, _ failure: ServiceFailure) {
        if let audit, let token, failure.recordedReason != nil {
            let request = PredictionRequest(
                reply, of: token, refusedFor: failure, scorer: model.scorer)
            request.decide(.refusal(failure), unixMilliseconds: loop.unixMilliseconds)
            return audit.hold(request)
        }
        if let reason = failure.countedReason { audit?.count(reason) }
        responder.fail(reply, failure)
    }

    /// Answers a request whose refusal is recorded, or cannot be.
    func release(_ request: PredictionRequest, _ isRecorded: Bool) {
        guard isRecorded, case .refusal(let failure) = request.answer else {
            return responder.fail(request.reply, .unrecorded)
        }
        responder.fail(request.reply, failure)
    }

    private func carryOut(
        _ command: AdministrationCommand, for administrator: VerifiedToken?, _ reply: Reply
    ) {
        switch command {
        case .listModels:
            let ticket = wait(reply)
            subjects.models.listing { [door] listing in door { $0.answer(ticket, listing) } }
        case .activate(let version, let sha256):
            subjects.models.activate(
                version, sha256: sha256, witness: witness(of: reply, administrator),
                completion: completion(of: reply))
        case .rollBack:
            subjects.models.rollback(
                witness: witness(of: reply, administrator), completion: completion(of: reply))
        case .revoke(let name, let seconds):
            record(.revoke(name, seconds: seconds), for: administrator, reply)
        case .restore(let name): record(.restore(name), for: administrator, reply)
        }
    }

    private func actor(_ administrator: VerifiedToken?, _ reply: Reply) -> AuditedOperator {
        var requestID: [UInt8] = []
        requestID.appendBytes(reply.requestID.bytes)
        var peer: [UInt8] = []
        peer.appendBytes(reply.peer.bytes)
        let process = reply.server.peerCredentials(of: reply.exchange).map {
            AuditedPeer(userID: $0.userID, processID: $0.processID)
        }
        return AuditedOperator(
            requestID: requestID, peer: peer, subject: administrator?.subject,
            peerProcess: process)
    }

    private func witness(of reply: Reply, _ administrator: VerifiedToken?) -> ModelWitness? {
        guard let records = subjects.records else { return nil }
        let actor = actor(administrator, reply)
        return ModelWitness(
            record: { change in records.recordAndWait(change.note(by: actor)) },
            takeBack: { change in records.takeBack(change.note(by: actor)) })
    }

    private func completion(of reply: Reply) -> ModelRegistry.ChangeCompletion {
        let notes = subjects.notes
        let ticket = wait(reply)
        return { [door] outcome in
            if case .success(let change) = outcome, !change.isChanged { notes.unchanged(change) }
            door { $0.answer(ticket, outcome) }
        }
    }

    /// Keeps a reply until it can be given.
    private func wait(_ reply: Reply) -> UInt64 {
        waiting[reply.exchange.rawValue] = reply
        return reply.exchange.rawValue
    }

    private func takeWaiting(_ ticket: UInt64) -> Reply {
        guard let reply = waiting.removeValue(forKey: ticket) else {
            preconditionFailure("answered twice")
        }
        return reply
    }

    private func answer(_ ticket: UInt64, _ outcome: Result<ModelChange, RegistryError>) {
        let reply = takeWaiting(ticket)
        switch outcome {
        case .success(let change): responder.answer(reply) { change.append(to: &$0) }
        case .failure(let error): responder.fail(reply, .model(error))
        }
    }

    private func answer(_ ticket: UInt64, _ outcome: Result<ModelListing, RegistryError>) {
        let reply = takeWaiting(ticket)
        switch outcome {
        case .success(let listing): responder.answer(reply) { listing.append(to: &$0) }
        case .failure(let error): responder.fail(reply, .model(error))
        }
    }

    /// Has a change of revocations recorded, and then carries it out.
    private func record(
        _ change: RevocationDesk.Change, for administrator: VerifiedToken?, _ reply: Reply
    ) {
        do throws(ServiceFailure) {
            let isNeeded = try subjects.revocations.isNeeded(change, now: loop.now)
            guard isNeeded else { return answer(reply, isChanged: false) }
        } catch { return responder.fail(reply, error) }
        let note = change.note(by: actor(administrator, reply))
        guard let records = subjects.records else { return carryOut(change, note, reply) }
        let ticket = wait(reply)
        records.record(note) { [door] isRecorded in
            door { service in
                let reply = service.takeWaiting(ticket)
                if isRecorded {
                    service.carryOut(change, note, reply)
                } else {
                    service.responder.fail(reply, .commandUnrecorded)
                }
            }
        }
    }

    private func carryOut(_ change: RevocationDesk.Change, _ note: AuditNote, _ reply: Reply) {
        var isChanged = false
        defer { if !isChanged { subjects.records?.takeBack(note) } }
        do throws(ServiceFailure) {
            isChanged = try subjects.revocations.carryOut(change, now: loop.now)
            answer(reply, isChanged: isChanged)
        } catch {
            responder.fail(reply, error)
        }
    }

    private func answer(_ reply: Reply, isChanged: Bool) {
        responder.answer(reply) { json in
            json.beginObject()
            json.name("changed")
            json.bool(isChanged)
            json.endObject()
        }
    }
}
