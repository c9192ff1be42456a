internal import Access
internal import Bytes
internal import HTTP
internal import HTTPServer
internal import JSON
internal import JWT
internal import ModelRegistry
internal import OpenSSL
internal import POSIX
internal import Reactor
internal import Telemetry

/// The calls of one worker on their way through the phases.
///
/// A phase that has to wait, for the store or for the audit log, ends `run`; whoever has what it
/// waits for calls `run` again.
final class Calls {
    /// What of the configuration concerns calls.
    struct Rules: Sendable {
        let bodyBytesMax: Int
        /// How long a decision may take, from the request's last byte on.
        let decisionNanoseconds: Int64
    }

    private enum Step { case next, waits }

    /// An administrator's token is looked up for so long.
    private static let administratorNanoseconds: Int64 = 1_000_000_000

    let loop: Loop
    let model: ServedModel
    let counts: ReactorMetrics
    let answers: Answers
    let refused = RefusedSubjects()
    let state: ServiceState
    /// Nil without an operations listener.
    let operations: Operations?
    private let rules: Rules
    private let routes: RouteTable
    /// Nil on a Unix socket, whose mode says who may administer.
    private let verifier: TokenVerifier?
    private let admissions: Admissions
    /// Nil without an audit log.
    private let audit: AuditGate?
    private let names: CallNames
    let health = HealthDocument()
    private var pool = CallPool()
    private var digest = SHA256Context()

    init(
        loop: Loop, rules: Rules, routes: RouteTable, verifier: TokenVerifier?, model: ServedModel,
        counts: ReactorMetrics, answers: Answers, admissions: Admissions, audit: AuditGate?,
        names: CallNames, state: ServiceState, operations: Operations?
    ) {
        self.loop = loop
        self.rules = rules
        self.routes = routes
        self.verifier = verifier
        self.model = model
        self.counts = counts
        self.answers = answers
        self.admissions = admissions
        self.audit = audit
        self.names = names
        self.state = state
        self.operations = operations
    }

    /// For the routes of the operations listener.
    var operationsOnly: Operations {
        guard let operations else { preconditionFailure("not a route of this listener") }
        return operations
    }

    /// What the listener's server does with requests.
    var handlers: RequestHandlers {
        RequestHandlers(
            handle: { request, exchange, server in self.begin(request, exchange, server) },
            reject: { request, exchange, server in self.reject(request, exchange, server) })
    }

    private func begin(
        _ request: borrowing Request, _ exchange: Exchange, _ server: HTTPServer
    ) {
        counts.requestBegan()
        let call = pool.take(for: server, scorer: model.scorer)
        call.begin(
            exchange, receivedAt: request.receivedAt, peer: request.peer, scorer: model.scorer)
        call.stages.end(.parse, at: request.parsedAt)
        call.method = request.head.method
        call.isDecided = verifier == nil
        names.name(
            call, requestID: request.head.onlyRequestID, traceParent: request.head.onlyTraceParent,
            in: request.headBytes)
        run(call, request)
    }

    /// Answers a request that never became whole. If its head did, its fields are kept.
    private func reject(
        _ request: borrowing RejectedRequest, _ exchange: Exchange, _ server: HTTPServer
    ) {
        counts.requestBegan()
        let call = pool.take(for: server, scorer: model.scorer)
        call.begin(
            exchange, receivedAt: Clock.monotonicNanoseconds(), peer: request.peer,
            scorer: model.scorer)
        call.method = request.head?.method
        names.name(
            call, requestID: request.head?.onlyRequestID,
            traceParent: request.head?.onlyTraceParent, in: request.headBytes)
        if let head = request.head {
            switch routes.match(request.headBytes.extracting(head.path), head.method) {
            case .route(let route), .otherMethods(let route, allowed: _): call.route = route
            case .nothing: break
            }
        }
        fail(call, .rejected(request.rejection))
    }

    /// Runs the phases that read the request, and then those that need not, until one waits.
    private func run(_ call: Call, _ request: borrowing Request) {
        do throws(ServiceFailure) {
            while call.phase <= .admit {
                guard case .next = try step(call, request) else { return }
                call.phase = nextPhase(of: call)
            }
        } catch {
            return fail(call, error)
        }
        run(call)
    }

    /// Runs the phases from the one that the call is in until one waits.
    private func run(_ call: Call) {
        do throws(ServiceFailure) {
            while case .next = try step(call) { call.phase = nextPhase(of: call) }
        } catch {
            fail(call, error)
        }
    }

    /// The phase after the call's. What is open to everyone needs no token; an administrator on a
    /// Unix socket has none.
    private func nextPhase(of call: Call) -> Phase {
        guard let route = call.route else { preconditionFailure("it was identified") }
        switch route.access {
        case .quota: return call.phase.next
        case .open: return call.phase == .identify ? .prepare : .answer
        case .administrator:
            switch call.phase {
            case .describe where verifier == nil: return .prepare
            case .prepare where verifier == nil: return .answer
            case .judge: return .answer
            case .identify, .describe, .authenticate, .prepare, .admit, .record, .answer:
                return call.phase.next
            }
        }
    }
}

// The phases that read the request.
extension Calls {
    private func step(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) -> Step {
        switch call.phase {
        case .identify: try identify(call, request)
        case .describe: try describe(call, request)
        case .authenticate: try authenticate(call, request)
        case .prepare: prepare(call, request)
        case .admit: return try admit(call, request)
        case .judge, .record, .answer: preconditionFailure("it does not read the request")
        }
        return .next
    }

    private func identify(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) {
        let head = request.head
        switch routes.match(request.headBytes.extracting(head.path), head.method) {
        case .route(let route): call.route = route
        case .otherMethods(let route, let allowed):
            call.route = route
            throw .methodNotAllowed(allowed: allowed)
        case .nothing: throw .unknownPath
        }
    }

    /// Throws for callers; for administrators what is wrong with a body is kept, since it
    /// is reported to administrators alone.
    private func describe(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) {
        guard let route = call.route else { return }
        do throws(ServiceFailure) {
            switch route.content {
            case .json: try request.checkContent(bodyBytesMax: rules.bodyBytesMax)
            case .none, .optionalJSON:
                if request.isBodyTooLarge { throw .bodyTooLarge(bytesMax: rules.bodyBytesMax) }
            }
        } catch {
            guard route.access == .administrator else { throw error }
            call.contentFailure = error
        }
    }

    private func authenticate(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) {
        let range = try request.bearerToken()
        call.tokenRange = range
        let text = request.headBytes.extracting(range)
        if let leader = leaderOfTurn(with: text) {
            call.leader = leader
            call.token = leader.token
        } else if let verifier {
            call.token = try verifier.admitted(text, nowUnixMilliseconds: loop.unixMilliseconds)
        }
        call.stages.end(.token)
    }

    /// A call of this turn that the store has not decided and that has the same token: what was
    /// verified a moment ago, byte for byte, need not be verified again.
    private func leaderOfTurn(with token: Span<UInt8>) -> Call? {
        guard let ticket = refused.leaderOfTurn else { return nil }
        let leader = pool[ticket]
        let leaderToken = leader.keptToken
        return leaderToken.span.equals(token) ? leader : nil
    }

    private func prepare(_ call: Call, _ request: borrowing Request) {
        guard let route = call.route else { return }
        if route.access == .quota, audit != nil { call.bodyDigest = digest.hash(request.body) }
        guard call.contentFailure == nil else { return }
        do throws(ServiceFailure) {
            try route.handler.prepare(call, request, self)
        } catch {
            call.contentFailure = error
        }
    }

    private func admit(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) -> Step {
        if call.isCharged, let audit, !audit.takesRecords {
            // Before the store is asked, so that it does not cost the caller a prediction.
            throw .unrecorded
        }
        if let leader = call.leader {
            call.leader = nil
            leader.followers.append(call)
            return .waits
        }
        if call.outcome == .unscored { refused.lead(call.ticket) }
        let start =
            call.route?.access == .quota
            ? call.receivedAt + rules.decisionNanoseconds
            : loop.now + Calls.administratorNanoseconds
        ask(call, request.headBytes.extracting(call.tokenRange), deadline: start)
        return .waits
    }

    private func ask(_ call: Call, _ token: Span<UInt8>, deadline: Int64) {
        let subject = call.subject
        let tokenID = call.tokenID
        admissions.admit(
            AdmissionRequest(
                token: token, tokenID: tokenID.span, subject: subject.span,
                charges: call.isCharged, deadline: deadline, ticket: call.ticket))
    }
}

// The phases that do not.
extension Calls {
    private func step(_ call: Call) throws(ServiceFailure) -> Step {
        switch call.phase {
        case .judge: try judge(call)
        case .record:
            call.unixMilliseconds = loop.unixMilliseconds
            if let audit {
                audit.hold(call)
                return .waits
            }
        case .answer:
            try answer(call)
            return .waits
        case .identify, .describe, .authenticate, .prepare, .admit:
            preconditionFailure("it reads the request")
        }
        return .next
    }

    /// The store's decision on a call, and on those that share its question.
    func decide(_ ticket: UInt64, _ decision: AdmissionDecision) {
        let call = pool[ticket]
        if call.route?.access == .quota {
            refused.note(decision, on: call.subject, now: loop.now)
        }
        refused.dismiss(ticket)
        let followers = call.takeFollowers()
        settle(call, decision)
        for follower in followers {
            switch decision.ofFollower(isCharged: follower.isCharged) {
            case let shared?: settle(follower, shared)
            case nil:
                // It has the store's time once more: what is left of the first would be the
                // deadline of all that are asked with it, and drop their connection.
                let token = follower.keptToken
                ask(follower, token.span, deadline: loop.now + rules.decisionNanoseconds)
            }
        }
    }

    private func settle(_ call: Call, _ decision: AdmissionDecision) {
        call.stages.end(.store)
        call.decision = decision
        call.isDecided = true
        if call.route?.access == .quota {
            counts.decided(decision, after: call.stages[.store])
        } else {
            counts.judged(decision, after: call.stages[.store])
        }
        call.phase = .judge
        run(call)
    }

    private func judge(_ call: Call) throws(ServiceFailure) {
        switch call.decision {
        case .revoked: throw .revoked
        case .unavailable(let failure): throw .undecided(failure)
        case .admitted where call.isCharged: try complete(call)
        case .refused(let seconds) where call.isCharged:
            throw .rateLimited(retrySeconds: seconds)
        case .uncharged where !call.isCharged: break
        // Not the script's answer to what was asked.
        case .admitted, .refused, .uncharged: throw .undecided(.unexpectedReply)
        }
        if let failure = call.contentFailure {
            if case .invalidRecord(let violations) = failure { counts.recordInvalid(violations) }
            throw failure
        }
    }

    /// Scores what was not, as it would have been when it came.
    private func complete(_ call: Call) throws(ServiceFailure) {
        guard call.outcome == .unscored else { return }
        let body = call.keptBody
        do throws(ServiceFailure) {
            try call.scorer.score(body.span, &call.stages, into: &call.prediction)
            call.outcome = .scored
        } catch {
            call.contentFailure = error
        }
    }

    /// A record is written, or cannot be.
    func release(_ call: Call, _ isRecorded: Bool) {
        if !isRecorded { call.refusal = .unrecorded }
        call.phase = .answer
        run(call)
    }

    private func answer(_ call: Call) throws(ServiceFailure) {
        if let refusal = call.refusal { return fail(call, refusal, refusal.row) }
        if let failure = call.contentFailure { throw failure }
        guard let route = call.route else { preconditionFailure("it was identified") }
        try route.handler.answer(call, self)
    }

    /// Answers with what went wrong, once that is recorded where it has to be.
    func fail(_ call: Call, _ failure: ServiceFailure) {
        if call.phase == .describe || call.phase == .authenticate { call.stages.end(.token) }
        if case .insufficientScope(let token, _) = failure { call.token = token }
        let row = failure.row
        if !call.isDecided, let result = row.token { counts.tokenJudged(result) }
        call.phase = .answer
        call.unixMilliseconds = loop.unixMilliseconds
        if let audit {
            if row.recorded != nil, call.token != nil {
                call.refusal = failure
                return audit.hold(call)
            }
            if let reason = row.counted { audit.count(reason) }
        }
        fail(call, failure, row)
    }

    private func fail(_ call: Call, _ failure: ServiceFailure, _ row: FailureRow) {
        answers.fail(call, failure, row)
        pool.giveBack(call)
    }
}

// Answers.
extension Calls {
    /// Ends a call with an answer, which `write` gives.
    func answer(_ call: Call, _ write: (Answers) -> Void) {
        write(answers)
        pool.giveBack(call)
    }

    /// Answers with what the registry of models has found.
    func answer<Value>(
        _ ticket: UInt64, _ outcome: Result<Value, RegistryError>,
        _ write: (Value, inout JSONWriter) -> Void
    ) {
        resume(ticket) { call throws(ServiceFailure) in
            switch outcome {
            case .success(let value): answer(call) { $0.answer(call) { write(value, &$0) } }
            case .failure(let error): throw .model(error)
            }
        }
    }

    /// Continues a call whose answer another thread has had to find first.
    func resume(
        _ ticket: UInt64, _ answer: (Call) throws(ServiceFailure) -> Void
    ) {
        let call = pool[ticket]
        do throws(ServiceFailure) { try answer(call) } catch { fail(call, error) }
    }
}
