internal import Access
internal import AuditLog
internal import HTTP
internal import HTTPServer
internal import JWT
internal import OpenSSL
internal import POSIX
internal import Reactor

/// All that one reactor needs to answer requests: it judges them in the contract's order, asks the
/// store once for each that may be admitted, has the answer recorded, and gives it.
final class RequestService {
    /// What of the configuration concerns requests.
    struct Rules {
        let bodyBytesMax: Int
        let admissionDeadline: Int64
        let quotaLimit: Int
        let windowSeconds: Int
    }

    private let rules: Rules
    private let reactor: Reactor
    private let responder: Responder
    private let model: ServedModel
    private let verifier: TokenVerifier
    private let metrics: ReactorMetrics
    /// Nil without an audit log.
    private let audit: AuditGate?
    private var writer: PredictionWriter
    private var store: (any AdmissionStore)?
    /// What the store has not decided yet.
    private var pending: [UInt64: PredictionRequest] = [:]
    private var digest = SHA256Context()

    init(
        rules: Rules, reactor: Reactor, responder: Responder, model: ServedModel,
        verifier: TokenVerifier, metrics: ReactorMetrics, audit: AuditGate?
    ) {
        self.rules = rules
        self.reactor = reactor
        self.responder = responder
        self.model = model
        self.verifier = verifier
        self.metrics = metrics
        self.audit = audit
        writer = PredictionWriter(
            quotaLimit: rules.quotaLimit, windowSeconds: rules.windowSeconds)
    }

    /// Begins to serve; the store's decisions must come back through `decide`.
    func start(at desk: RequestDesk, on server: HTTPServer, store: any AdmissionStore) {
        self.store = store
        audit?.release = { request, isRecorded in self.release(request, isRecorded) }
        desk.serve(on: server) { request, reply, _ in self.predict(request, reply) }
    }

    /// The store's word on a request it was asked about.
    func decide(_ ticket: UInt64, _ decision: AdmissionDecision) {
        guard let request = pending.removeValue(forKey: ticket) else { return }
        request.reply.stages.end(.store)
        metrics.decided(decision, after: request.reply.stages[.store])
        switch (decision, request.outcome) {
        case (.admitted(let left, let resetSeconds), .success(let prediction)):
            record(
                request, .prediction(prediction, left: left, resetSeconds: resetSeconds))
        case (.admitted, .failure(let failure)), (.uncharged, .failure(let failure)):
            metrics.invalid(failure)
            fail(request, failure)
        case (.uncharged, .success):
            // A valid record is always charged, so the answer is not the script's.
            fail(request, .undecided(.unexpectedReply))
        case (.revoked, _): record(request, .refusal(.revoked))
        case (.refused(let retrySeconds), _):
            record(request, .refusal(.rateLimited(retrySeconds: retrySeconds)))
        case (.unavailable(let failure), _): fail(request, .undecided(failure))
        }
    }
}

// Judging.
extension RequestService {
    private func predict(_ request: borrowing Request, _ reply: Reply) {
        var reply = reply
        let tokenRange: Range<Int>
        let token: VerifiedToken
        do throws(ServiceFailure) {
            try request.checkContent(bodyBytesMax: rules.bodyBytesMax)
            tokenRange = try request.bearerToken()
            token = try verifier.admitted(
                request.headBytes.extracting(tokenRange),
                nowUnixMilliseconds: reactor.unixMilliseconds)
        } catch {
            reply.stages.end(.token)
            return refuse(reply, error)
        }
        reply.stages.end(.token)
        reply.subject = token.subject
        let scorer = model.scorer
        let body = request.body
        let outcome = Result { () throws(ServiceFailure) in
            try scorer.score(body, &reply.stages)
        }
        let isCharged = if case .success = outcome { true } else { false }
        if isCharged, let audit, !audit.takesRecords {
            // Before the store is asked, so that it does not cost the caller a prediction.
            metrics.refused(.unrecorded)
            return responder.fail(reply, .unrecorded)
        }
        pending[reply.exchange.rawValue] = PredictionRequest(
            reply: reply, token: token, outcome: outcome, scorer: scorer,
            bodyDigest: audit == nil ? nil : digest.hash(body))
        let subject = token.subject
        let tokenID = token.tokenID ?? []
        store?.admit(
            AdmissionRequest(
                token: request.headBytes.extracting(tokenRange),
                tokenID: tokenID.span, subject: subject.span,
                charges: isCharged, deadline: reply.receivedAt + rules.admissionDeadline,
                ticket: reply.exchange.rawValue))
    }

    /// Answers who has no token that would do.
    private func refuse(_ reply: Reply, _ failure: ServiceFailure) {
        metrics.refused(failure)
        if case .insufficientScope(let token, _) = failure {
            var reply = reply
            reply.subject = token.subject
            return record(
                PredictionRequest(reply, of: token, refusedFor: failure, scorer: model.scorer),
                .refusal(failure))
        }
        if let reason = failure.countedReason { audit?.count(reason) }
        responder.fail(reply, failure)
    }
}

// Answering.
extension RequestService {
    /// Answers once the answer is recorded; at once without an audit log.
    private func record(_ request: PredictionRequest, _ answer: PredictionRequest.Answer) {
        request.decide(answer, unixMilliseconds: reactor.unixMilliseconds)
        if let audit { audit.hold(request) } else { release(request, true) }
    }

    private func release(_ request: PredictionRequest, _ isRecorded: Bool) {
        guard isRecorded else { return fail(request, .unrecorded) }
        let subject = request.token.subject
        switch request.answer {
        case .undecided: preconditionFailure("nothing was decided")
        case .prediction(let prediction, let left, let resetSeconds):
            metrics.predicted(prediction, by: request.scorer)
            let requestID = request.reply.requestID
            let modelName = request.scorer.modelName
            responder.answer(request.reply) { fields in
                writer.appendQuota(left: left, resetSeconds: resetSeconds, to: &fields)
            } _: { json in
                writer.append(
                    prediction, subject: subject.span, modelName: modelName.span,
                    requestID: requestID.bytes, unixMilliseconds: request.unixMilliseconds,
                    to: &json)
            }
        case .refusal(let failure):
            responder.fail(request.reply, failure) { fields in
                guard case .rateLimited(let retrySeconds) = failure else { return }
                writer.appendQuota(left: 0, resetSeconds: retrySeconds, to: &fields)
            }
        }
    }

    private func fail(_ request: PredictionRequest, _ failure: ServiceFailure) {
        responder.fail(request.reply, failure)
    }
}
