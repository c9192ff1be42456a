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

/// What the operations listener answers: metrics, administration and health. It has a reactor of
/// its own, so that no scrape and no administrator holds up a prediction.
final class OperationsService: TurnParticipant {
    /// What it tells of and acts on.
    struct Subjects {
        let figures: ServiceFigures
        let models: ModelRegistry
        let notes: ModelNotes
        let revocations: RevocationDesk
        /// Nil without an audit log.
        let records: AdministrationRecords?
        /// The reactors that serve predictions.
        let reactors: ReactorGroup
    }

    private let reactor: Reactor
    private let subjects: Subjects
    private let responder: Responder
    private let administrators: Administrators
    private let metrics: ReactorMetrics
    private let model: ServedModel
    /// Nil without an audit log.
    private let audit: AuditGate?
    private let collection: MetricsCollection
    private weak var server: HTTPServer?

    init(
        reactor: Reactor, subjects: Subjects, responder: Responder,
        administrators: Administrators, metrics: ReactorMetrics, model: ServedModel,
        audit: AuditGate?
    ) {
        self.reactor = reactor
        self.subjects = subjects
        self.responder = responder
        self.administrators = administrators
        self.metrics = metrics
        self.model = model
        self.audit = audit
        collection = MetricsCollection(reactorCount: subjects.reactors.count)
    }

    func start(at desk: RequestDesk, on server: HTTPServer) {
        self.server = server
        audit?.release = { request, isRecorded in self.release(request, isRecorded) }
        desk.serve(on: server) { request, reply, route in
            self.handle(request, reply, route)
        }
    }

    var nextDeadline: Int64? { collection.deadline }

    func deadlinePassed() { finishScrapes() }

    func turnEnded() {}

    private func handle(_ request: borrowing Request, _ reply: Reply, _ route: Route) {
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
        guard collection.begin(reply, format, now: reactor.now) else { return }
        let round = collection.currentRound
        let mailbox = reactor.mailbox
        subjects.reactors.postEach { index, reactor in
            guard let metrics = reactor.participant(ReactorMetrics.self) else { return }
            let snapshot = metrics.snapshot(
                reactor.participant(HTTPServer.self)?.figures ?? ConnectionFigures())
            mailbox.post { reactor in
                reactor.participant(OperationsService.self)?.take(snapshot, of: index, in: round)
            }
        }
    }

    private func take(_ snapshot: ReactorMetrics.Snapshot, of index: Int, in round: UInt64) {
        collection.take(snapshot, of: index, in: round)
        finishScrapes()
    }

    private func finishScrapes() {
        guard collection.isComplete(now: reactor.now) else { return }
        let own = metrics.snapshot(server?.figures ?? ConnectionFigures())
        collection.finish { reply, format, sum in
            var counts = sum.counts
            counts.merge(own.counts)
            let facts = subjects.figures.facts(
                publicConnections: sum.connections, operationsConnections: own.connections,
                now: reactor.now)
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
            request.decide(.refusal(failure), unixMilliseconds: reactor.unixMilliseconds)
            return audit.hold(request)
        }
        if let reason = failure.countedReason { audit?.count(reason) }
        responder.fail(reply, failure)
    }

    private func release(_ request: PredictionRequest, _ isRecorded: Bool) {
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
            let mailbox = reactor.mailbox
            subjects.models.listing { listing in
                mailbox.post { reactor in
                    reactor.participant(OperationsService.self)?.answer(reply, listing)
                }
            }
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
        let process = server?.peerCredentials(of: reply.exchange).map {
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
        let mailbox = reactor.mailbox
        let notes = subjects.notes
        return { outcome in
            if case .success(let change) = outcome, !change.isChanged { notes.unchanged(change) }
            mailbox.post { reactor in
                reactor.participant(OperationsService.self)?.answer(reply, outcome)
            }
        }
    }

    private func answer(_ reply: Reply, _ outcome: Result<ModelChange, RegistryError>) {
        switch outcome {
        case .success(let change): responder.answer(reply) { change.append(to: &$0) }
        case .failure(let error): responder.fail(reply, .model(error))
        }
    }

    private func answer(_ reply: Reply, _ outcome: Result<ModelListing, RegistryError>) {
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
            let isNeeded = try subjects.revocations.isNeeded(change, now: reactor.now)
            guard isNeeded else { return answer(reply, isChanged: false) }
        } catch { return responder.fail(reply, error) }
        let note = change.note(by: actor(administrator, reply))
        guard let records = subjects.records else { return carryOut(change, note, reply) }
        let mailbox = reactor.mailbox
        records.record(note) { isRecorded in
            mailbox.post { reactor in
                guard let service = reactor.participant(OperationsService.self) else { return }
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
            isChanged = try subjects.revocations.carryOut(change, now: reactor.now)
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
