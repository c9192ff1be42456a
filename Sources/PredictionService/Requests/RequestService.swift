internal import Access
internal import AuditLog
internal import Bytes
internal import Configuration
internal import HTTP
internal import HTTPServer
internal import JWT
internal import OpenSSL
internal import POSIX
internal import Reactor
internal import Telemetry

/// Answers one worker's requests for predictions: it judges them in the contract's order, asks the
/// store once for each that may be admitted, has the answer recorded, and gives it.
final class RequestService {
    /// What of the configuration concerns requests.
    struct Rules {
        let bodyBytesMax: Int
        let admissionDeadline: Int64
        let quotaLimit: Int
        let windowSeconds: Int

        init(_ common: CommonParts) {
            bodyBytesMax = common.configuration.http.limits.bodyBytesMax
            admissionDeadline = common.store.deadlineNanoseconds
            quotaLimit = common.configuration.quota.limit
            windowSeconds = common.configuration.quota.windowSeconds
        }
    }

    private let rules: Rules
    private let loop: Loop
    private let responder: Responder
    private let model: ServedModel
    private let verifier: TokenVerifier
    private let metrics: ReactorMetrics
    private let refused: RefusedSubjects
    /// Nil without an audit log.
    private let audit: AuditGate?
    private var writer: PredictionWriter
    private let admissions: Admissions
    /// What the store has not decided yet.
    private var pending: [UInt64: PredictionRequest] = [:]
    private var digest = SHA256Context()

    init(
        rules: Rules, loop: Loop, responder: Responder, model: ServedModel,
        verifier: TokenVerifier, metrics: ReactorMetrics, refused: RefusedSubjects,
        admissions: Admissions, audit: AuditGate?
    ) {
        self.rules = rules
        self.loop = loop
        self.admissions = admissions
        self.responder = responder
        self.model = model
        self.verifier = verifier
        self.metrics = metrics
        self.refused = refused
        self.audit = audit
        writer = PredictionWriter(
            quotaLimit: rules.quotaLimit, windowSeconds: rules.windowSeconds)
    }

    /// The store's word on a request it was asked about.
    func decide(_ ticket: UInt64, _ decision: AdmissionDecision) {
        guard let request = pending.removeValue(forKey: ticket) else { return }
        refused.note(decision, on: request.token.subject, now: loop.now)
        settle(request, decision)
        for follower in request.removeFollowers() {
            switch decision.ofFollower(isCharged: follower.isCharged) {
            case let shared?: settle(follower, shared)
            case nil: ask(follower)
            }
        }
    }

    private func settle(_ request: PredictionRequest, _ decision: AdmissionDecision) {
        request.reply.stages.end(.store)
        metrics.decided(decision, after: request.reply.stages[.store])
        if case .admitted = decision { request.score() }
        switch (decision, request.outcome) {
        case (.admitted(let left, let resetSeconds), .scored(let prediction)):
            record(
                request, .prediction(prediction, left: left, resetSeconds: resetSeconds))
        case (.admitted, .failed(let failure)), (.uncharged, .failed(let failure)):
            metrics.invalid(failure)
            fail(request, failure)
        case (.admitted, .unscored): preconditionFailure("it has just been scored")
        case (.uncharged, .scored), (.uncharged, .unscored):
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
    func predict(_ request: borrowing Request, _ reply: Reply) {
        var reply = reply
        let tokenRange: Range<Int>
        let token: VerifiedToken
        /// One of this turn that the store has not answered yet, with the same token.
        let leader: PredictionRequest?
        do throws(ServiceFailure) {
            try request.checkContent(bodyBytesMax: rules.bodyBytesMax)
            tokenRange = try request.bearerToken()
            leader = leaderOfTurn(with: request.headBytes.extracting(tokenRange))
            if let leader {
                token = leader.token
            } else {
                token = try verifier.admitted(
                    request.headBytes.extracting(tokenRange),
                    nowUnixMilliseconds: loop.unixMilliseconds)
            }
        } catch {
            reply.stages.end(.token)
            return refuse(reply, error)
        }
        reply.stages.end(.token)
        reply.subject = token.subject
        let scorer = model.scorer
        let body = request.body
        let isRefused = leader != nil || refused.contains(token.subject, now: loop.now)
        let outcome =
            leader?.outcome(ofSame: body)
            ?? read(request, tokenRange, by: scorer, isRefused: isRefused, &reply.stages)
        let judged = PredictionRequest(
            reply: reply, token: token, outcome: outcome, scorer: scorer,
            bodyDigest: audit == nil ? nil : digest.hash(body))
        if judged.isCharged, let audit, !audit.takesRecords {
            // Before the store is asked, so that it does not cost the caller a prediction.
            metrics.refused(.unrecorded)
            return responder.fail(reply, .unrecorded)
        }
        if let leader { return leader.addFollower(judged) }
        if isRefused, judged.isCharged { refused.lead(judged.reply.exchange.rawValue) }
        ask(judged, request.headBytes.extracting(tokenRange), from: reply.receivedAt)
    }

    /// What was verified a moment ago, byte for byte, need not be verified again.
    private func leaderOfTurn(with token: Span<UInt8>) -> PredictionRequest? {
        guard let leader = refused.leaderOfTurn.flatMap({ pending[$0] }), leader.isOf(token) else {
            return nil
        }
        return leader
    }

    /// What would be answered if the store admits the request. One of a subject that the store has
    /// just refused is validated and not scored: 400 and 422 come before 429.
    private func read(
        _ request: borrowing Request, _ tokenRange: Range<Int>, by scorer: Scorer, isRefused: Bool,
        _ stages: inout StageTimes
    ) -> PredictionRequest.Outcome {
        let body = request.body
        do throws(ServiceFailure) {
            guard isRefused else { return .scored(try scorer.score(body, &stages)) }
            let customerID = try scorer.customerID(in: body, &stages)
            return .unscored(
                PredictionRequest.ValidBody(
                    bytes: Array(copying: body), customerID: customerID,
                    token: Array(copying: request.headBytes.extracting(tokenRange))))
        } catch {
            return .failed(error)
        }
    }

    /// - Parameter start: what the store's time is counted from.
    private func ask(
        _ request: PredictionRequest, _ token: Span<UInt8>, from start: Int64
    ) {
        let ticket = request.reply.exchange.rawValue
        pending[ticket] = request
        let subject = request.token.subject
        let tokenID = request.token.tokenID ?? []
        admissions.admit(
            AdmissionRequest(
                token: token, tokenID: tokenID.span, subject: subject.span,
                charges: request.isCharged,
                deadline: start + rules.admissionDeadline, ticket: ticket))
    }

    /// Asks about a request after its leader was admitted. It has the store's time once more: what
    /// is left of the first would be the deadline of all that are asked with it, and drop their
    /// connection.
    private func ask(_ follower: PredictionRequest) {
        guard case .unscored(let body) = follower.outcome else {
            preconditionFailure("one with another outcome does not wait for a leader's admission")
        }
        ask(follower, body.token.span, from: loop.now)
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
    /// Answers once the answer is recorded; immediately without an audit log.
    private func record(_ request: PredictionRequest, _ answer: PredictionRequest.Answer) {
        request.decide(answer, unixMilliseconds: loop.unixMilliseconds)
        if let audit { audit.hold(request) } else { release(request, true) }
    }

    /// Answers a request whose answer is recorded, or cannot be.
    func release(_ request: PredictionRequest, _ isRecorded: Bool) {
        guard isRecorded else { return fail(request, .unrecorded) }
        let subject = request.token.subject
        switch request.answer {
        case .undecided: preconditionFailure("nothing was decided")
        case .prediction(let prediction, let left, let resetSeconds):
            metrics.predicted(
                request.scorer.series, risk: prediction.risk, probability: prediction.probability,
                outOfRange: prediction.outOfRange)
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
