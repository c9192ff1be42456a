internal import Access
internal import HTTP
internal import HTTPServer
internal import JSON
internal import JWT
internal import POSIX
internal import Reactor

/// All that one reactor needs to answer requests: it judges them in the contract's order, asks the
/// store once for each that may be admitted, and writes the answers.
final class RequestService {
    /// What of the configuration concerns requests.
    struct Rules {
        let bodyBytesMax: Int
        let admissionDeadline: Int64
        let quotaLimit: Int
        let windowSeconds: Int
        let logsRequests: Bool
    }

    /// A request whose admission the store has not decided yet.
    private struct PendingRequest {
        let requestID: RequestID
        let subject: [UInt8]
        let receivedAt: Int64
        /// What is answered if the store admits it, or has not revoked its token.
        let outcome: Result<Prediction, ServiceFailure>
    }

    /// Where and how a request is answered.
    private struct Reply {
        let exchange: Exchange
        let requestID: RequestID
        /// Nil when the head could not be read.
        let method: HTTPMethod?
        let route: Route?
        let receivedAt: Int64
    }

    private let rules: Rules
    private let reactor: Reactor
    private let server: HTTPServer
    private let scorer: Scorer
    private let verifier: TokenVerifier
    private let state: ServiceState
    private let log: RequestLog
    private let writer: PredictionWriter
    private var store: (any AdmissionStore)?
    private var requestIDs: RequestIDSource
    private var health: HealthReport
    private var pending: [UInt64: PendingRequest] = [:]
    private var date: HTTPDate
    // Kept from answer to answer for their memory.
    private var fields: [UInt8] = []
    private var content: [UInt8] = []

    init(
        rules: Rules, reactor: Reactor, server: HTTPServer, scorer: Scorer,
        verifier: TokenVerifier, state: ServiceState, health: HealthReport, log: RequestLog,
        requestIDs: RequestIDSource
    ) {
        self.rules = rules
        self.reactor = reactor
        self.server = server
        self.scorer = scorer
        self.verifier = verifier
        self.state = state
        self.health = health
        self.log = log
        self.requestIDs = requestIDs
        writer = PredictionWriter(
            quotaLimit: rules.quotaLimit, windowSeconds: rules.windowSeconds)
        date = HTTPDate(unixSeconds: reactor.unixMilliseconds / 1000)
    }

    /// Begins to serve; the store's decisions must come back through `decide`.
    func start(store: any AdmissionStore) {
        self.store = store
        server.serve(
            RequestHandlers(
                handle: { request, exchange in self.handle(request, exchange) },
                reject: { rejection, exchange, requestID in
                    self.reject(rejection, exchange, requestID)
                }))
    }

    /// The store's word on a request it was asked about.
    func decide(_ ticket: UInt64, _ decision: AdmissionDecision) {
        guard let request = pending.removeValue(forKey: ticket) else { return }
        let reply = Reply(
            exchange: Exchange(rawValue: ticket), requestID: request.requestID, method: .post,
            route: .predict, receivedAt: request.receivedAt)
        switch (decision, request.outcome) {
        case (.admitted(let left, let resetSeconds), .success(let prediction)):
            answer(
                reply, prediction, subject: request.subject, left: left,
                resetSeconds: resetSeconds)
        case (.admitted, .failure(let failure)), (.uncharged, .failure(let failure)):
            fail(reply, failure, subject: request.subject)
        case (.uncharged, .success):
            // A valid record is always charged, so the answer is not the script's.
            fail(reply, .undecided(.unexpectedReply), subject: request.subject)
        case (.revoked, _):
            fail(reply, .revoked, subject: request.subject)
        case (.refused(let retrySeconds), _):
            fail(reply, .rateLimited(retrySeconds: retrySeconds), subject: request.subject)
        case (.unavailable(let failure), _):
            fail(reply, .undecided(failure), subject: request.subject)
        }
    }
}

// Judging.
extension RequestService {
    private func handle(_ request: borrowing Request, _ exchange: Exchange) {
        let path = request.headBytes.extracting(request.head.path)
        let route = Route(path: path)
        let reply = Reply(
            exchange: exchange, requestID: requestID(of: request), method: request.head.method,
            route: route, receivedAt: request.receivedAt)
        guard let route else { return fail(reply, .unknownPath) }
        guard route.accepts(request.head.method) else {
            return fail(reply, .methodNotAllowed(route))
        }
        switch route {
        case .predict: predict(request, reply)
        case .health: answerHealth(reply, isDraining: false)
        case .readiness: answerHealth(reply, isDraining: state.isDraining)
        case .liveness: answerLiveness(reply)
        }
    }

    private func reject(_ rejection: Rejection, _ exchange: Exchange, _ requestID: Span<UInt8>) {
        let reply = Reply(
            exchange: exchange, requestID: RequestID(requestID) ?? requestIDs.next(), method: nil,
            route: nil,
            receivedAt: Clock.monotonicNanoseconds())
        fail(reply, .rejected(rejection))
    }

    private func requestID(of request: borrowing Request) -> RequestID {
        if let range = request.head.requestID, request.head.requestIDCount == 1,
            let id = RequestID(request.headBytes.extracting(range))
        {
            return id
        }
        return requestIDs.next()
    }

    private func predict(_ request: borrowing Request, _ reply: Reply) {
        let tokenRange: Range<Int>
        let token: VerifiedToken
        do throws(ServiceFailure) {
            try checkContent(of: request)
            tokenRange = try findToken(in: request)
            token = try verify(request.headBytes.extracting(tokenRange))
        } catch {
            return fail(reply, error)
        }
        let body = request.body
        let outcome = Result { () throws(ServiceFailure) in try scorer.score(body) }
        let isCharged = if case .success = outcome { true } else { false }
        pending[reply.exchange.rawValue] = PendingRequest(
            requestID: reply.requestID, subject: token.subject, receivedAt: reply.receivedAt,
            outcome: outcome)
        let subject = token.subject
        let tokenID = token.tokenID ?? []
        store?.admit(
            AdmissionRequest(
                token: request.headBytes.extracting(tokenRange),
                tokenID: tokenID.span, subject: subject.span,
                charges: isCharged, deadline: reply.receivedAt + rules.admissionDeadline,
                ticket: reply.exchange.rawValue))
    }

    /// Media type and size: what is judged before the caller is known.
    private func checkContent(of request: borrowing Request) throws(ServiceFailure) {
        let head = request.head
        if head.contentTypeCount > 1 { throw .unsupportedContentType }
        if let range = head.contentType,
            !MediaType.isJSON(request.headBytes.extracting(range))
        {
            throw .unsupportedContentType
        }
        if head.contentEncodingCount > 1 { throw .unsupportedContentEncoding }
        if let range = head.contentEncoding,
            !MediaType.isIdentity(request.headBytes.extracting(range))
        {
            throw .unsupportedContentEncoding
        }
        if case .none = head.framing { throw .lengthRequired }
        if request.isBodyTooLarge { throw .bodyTooLarge(bytesMax: rules.bodyBytesMax) }
    }

    private func findToken(
        in request: borrowing Request
    ) throws(ServiceFailure) -> Range<Int> {
        guard request.head.authorizationCount <= 1 else { throw .repeatedAuthorization }
        guard let field = request.head.authorization else { throw .missingToken }
        let value = request.headBytes.extracting(field)
        switch BearerCredentials(inAuthorization: value) {
        case .absent: throw .missingToken
        case .malformed: throw .malformedCredentials
        case .token(let range):
            return field.lowerBound + range.lowerBound..<field.lowerBound + range.upperBound
        }
    }

    private func verify(_ token: Span<UInt8>) throws(ServiceFailure) -> VerifiedToken {
        do throws(TokenError) {
            return try verifier.verify(token, nowUnixMilliseconds: reactor.unixMilliseconds)
        } catch {
            throw .token(error)
        }
    }
}

// Answering.
extension RequestService {
    private func answer(
        _ reply: Reply, _ prediction: Prediction, subject: [UInt8], left: Int, resetSeconds: Int
    ) {
        fields.removeAll(keepingCapacity: true)
        writer.appendQuota(left: left, resetSeconds: resetSeconds, to: &fields)
        let modelName = scorer.modelName
        write { json in
            writer.append(
                prediction, subject: subject.span, modelName: modelName.span,
                requestID: reply.requestID.bytes, unixMilliseconds: reactor.unixMilliseconds,
                to: &json)
        }
        send(reply, status: 200, contentType: "application/json", subject: subject)
    }

    private func fail(_ reply: Reply, _ failure: ServiceFailure, subject: [UInt8]? = nil) {
        let problem = Problem(failure)
        fields.removeAll(keepingCapacity: true)
        if case .rateLimited(let retrySeconds) = failure {
            writer.appendQuota(left: 0, resetSeconds: retrySeconds, to: &fields)
        }
        fields.append(contentsOf: problem.fields.utf8)
        write { json in problem.append(requestID: reply.requestID.bytes, to: &json) }
        send(
            reply, status: problem.type.status, contentType: "application/problem+json",
            subject: subject,
            problem: RequestOutcome.Problem(
                type: problem.type, reason: failure.reason ?? problem.detail))
    }

    /// That an answer is made at all is the answer.
    private func answerLiveness(_ reply: Reply) {
        fields.removeAll(keepingCapacity: true)
        content.removeAll(keepingCapacity: true)
        content.appendLiteral("{\"status\":\"pass\"}")
        send(reply, status: 200, contentType: "application/health+json")
    }

    private func answerHealth(_ reply: Reply, isDraining: Bool) {
        let store = state.store(now: reactor.now)
        content = health.body(store: store, isDraining: isDraining)
        fields.removeAll(keepingCapacity: true)
        let passes = HealthReport.passes(store: store, isDraining: isDraining)
        if !passes { fields.appendLiteral("Retry-After: 1\r\n") }
        send(reply, status: passes ? 200 : 503, contentType: "application/health+json")
    }

    private func write(_ body: (inout JSONWriter) -> Void) {
        content.removeAll(keepingCapacity: true)
        var json = JSONWriter(appendingTo: content)
        content = []
        body(&json)
        content = json.finish()
    }

    private func send(
        _ reply: Reply, status: UInt16, contentType: StaticString, subject: [UInt8]? = nil,
        problem: RequestOutcome.Problem? = nil
    ) {
        date.update(unixSeconds: reactor.unixMilliseconds / 1000)
        // Second references: the closure cannot lend what belongs to the service.
        let (requestID, fields, content) = (reply.requestID, fields, content)
        server.answer(reply.exchange) { output, context in
            ResponseEncoder.append(
                ResponseHead(
                    status: status, contentType: contentType, connection: context.connection,
                    answersHEAD: context.answersHEAD),
                date: date, requestID: requestID.bytes, fields: fields.span,
                body: content.span, to: &output)
        }
        guard rules.logsRequests else { return }
        log.add(
            RequestOutcome(
                method: reply.method, route: reply.route, status: status,
                nanoseconds: Clock.monotonicNanoseconds() - reply.receivedAt, problem: problem),
            requestID: reply.requestID.bytes, subject: subject,
            unixMilliseconds: reactor.unixMilliseconds)
    }
}
