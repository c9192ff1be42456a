internal import Access
internal import Bytes
package import Configuration
internal import HTTP
package import HTTPServer
internal import JSON
internal import JWT
internal import ModelRegistry
internal import OpenSSL
internal import POSIX
package import Reactor
package import Telemetry

/// The calls of one worker on their way through the phases.
///
/// A phase that has to wait, for the store or for the audit log, ends `run`; the part that has what
/// it waits for calls `run` again.
package final class Calls {
    /// What of the configuration concerns calls.
    package struct Rules: Sendable {
        let bodyBytesMax: Int
        /// Of requests that may bring several records.
        let batch: ServiceConfiguration.Batch
        /// Of the platforms' routes.
        let platform: PlatformCallers
        let readableCustomers: ServiceConfiguration.ReadableCustomers
        /// How long a decision may take, from the request's last byte on.
        let decisionNanoseconds: Int64
        /// Tokens that a trusted proxy got over plain HTTP are accepted.
        let isPlainHTTPMeant: Bool

        package init(
            bodyBytesMax: Int, batch: ServiceConfiguration.Batch,
            platform: PlatformCallers = PlatformCallers(nil),
            readableCustomers: ServiceConfiguration.ReadableCustomers = .own,
            decisionNanoseconds: Int64,
            isPlainHTTPMeant: Bool = false
        ) {
            self.bodyBytesMax = bodyBytesMax
            self.batch = batch
            self.platform = platform
            self.readableCustomers = readableCustomers
            self.decisionNanoseconds = decisionNanoseconds
            self.isPlainHTTPMeant = isPlainHTTPMeant
        }
    }

    enum Step { case next, waits }

    /// An administrator's token is looked up for so long.
    static let administratorNanoseconds: Int64 = 1_000_000_000

    let loop: Loop
    let model: LocalDeployment
    let counts: WorkerCounts
    let answers: Answers
    let refused = RefusedSubjects()
    /// Nil where failures are not counted.
    var budgets: AddressBudgets?
    let state: ServiceState
    /// Nil without an operations listener.
    let operations: Administration?
    let logouts: Logouts
    let rules: Rules
    let routes: RouteTable
    private var localVerifier: LocalVerifier?
    let admissions: Admissions
    /// Nil without an audit log.
    let audit: AuditGate?
    /// Nil where subjects have no baselines.
    let behaviour: LocalBehaviour?
    /// Nil where no customers are looked up.
    package let features: LocalFeatures?
    private let names: CallNames
    let health = HealthDocument()
    let documents = InterfaceDocuments()
    var pool = CallPool()
    var digest = SHA256Context()
    /// Calls whose records are not all scored.
    var unscored: [Call] = []
    /// Memory for one prediction.
    var scratch = Prediction()

    package init(
        loop: Loop, rules: Rules, routes: RouteTable, verifier: LocalVerifier?,
        model: LocalDeployment,
        counts: WorkerCounts, answers: Answers, admissions: Admissions, audit: AuditGate?,
        behaviour: LocalBehaviour? = nil, names: CallNames, state: ServiceState,
        operations: Administration?, logouts: Logouts, budgets: AddressBudgets? = nil,
        features: LocalFeatures? = nil
    ) {
        self.features = features
        self.loop = loop
        self.rules = rules
        self.routes = routes
        localVerifier = verifier
        self.model = model
        self.counts = counts
        self.answers = answers
        self.admissions = admissions
        self.audit = audit
        self.behaviour = behaviour
        self.names = names
        self.state = state
        self.operations = operations
        self.logouts = logouts
        self.budgets = budgets
    }

    /// Nil on a Unix socket, whose mode says who may administer.
    var verifier: TokenVerifier? { localVerifier?.verifier }

    /// For the routes of the operations listener.
    var administration: Administration {
        guard let operations else { preconditionFailure("not a route of this listener") }
        return operations
    }

    /// What the listener's server does with requests.
    package var handlers: RequestHandlers {
        RequestHandlers(
            handle: { request, exchange, server in self.begin(request, exchange, server) },
            reject: { request, exchange, server in self.reject(request, exchange, server) },
            handshakeFailed: { peer, result in self.answers.noteFailedHandshake(peer, result) },
            largeContentMax: { head, headBytes, clientName in
                self.largeContentMax(head, headBytes, clientName)
            })
    }

    private func begin(
        _ request: borrowing Request, _ exchange: Exchange, _ server: HTTPServer
    ) {
        counts.requestBegan()
        let call = pool.take(for: server, scorer: model.scorer)
        call.begin(
            exchange, receivedAt: request.receivedAt, peer: request.peer, origin: request.origin,
            clientName: request.clientName, scorer: model.scorer)
        call.stages.end(.parse, at: request.parsedAt)
        call.method = request.head.method
        call.isDecided = verifier == nil
        names.name(
            call, requestID: request.head.onlyRequestID, traceParent: request.head.onlyTraceParent,
            in: request.headBytes)
        if let crossOrigin = answers.crossOrigin {
            call.originPlace = crossOrigin.place(ofRequestWith: request.headBytes)
        }
        run(call, request)
    }

    /// How much content is taken of a request that may bring several records: of one with a good
    /// token more, for memory is not spent on strangers.
    private func largeContentMax(
        _ head: RequestHead, _ headBytes: Span<UInt8>, _ clientName: TLSPeerName?
    ) -> Int? {
        guard
            case .route(let route) = routes.match(headBytes.extracting(head.path), head.method),
            route.content == .records, let verifier
        else { return nil }
        do throws(ServiceFailure) {
            var known: RecentTokens.Entry?
            if rules.platform.token(for: route) != nil { return rules.batch.bytesMax }
            let range = try head.bearerToken(
                in: headBytes, field: rules.platform.tokenField(for: route)
            ) {
                known = verifier.recall($0)
                return known != nil
            }
            _ = try verifier.admitted(
                headBytes.extracting(range), known: known,
                nowUnixMilliseconds: loop.unixMilliseconds, certificate: clientName?.fingerprint,
                anyScope: true)
        } catch {
            return nil
        }
        return rules.batch.bytesMax
    }

    /// Takes the latest deployment, keys and roles, for the requests of the next turn.
    func takePublished() {
        localVerifier?.takePublished()
        behaviour?.takePublished()
        if model.takePublished() { pool.adopt(model.scorer) }
    }

    /// Answers a request that never became whole. If its head did, its fields are kept.
    private func reject(
        _ request: borrowing RejectedRequest, _ exchange: Exchange, _ server: HTTPServer
    ) {
        counts.requestBegan()
        let call = pool.take(for: server, scorer: model.scorer)
        call.begin(
            exchange, receivedAt: Clock.monotonicNanoseconds(), peer: request.peer,
            origin: request.origin, clientName: request.clientName, scorer: model.scorer)
        call.method = request.head?.method
        names.name(
            call, requestID: request.head?.onlyRequestID,
            traceParent: request.head?.onlyTraceParent, in: request.headBytes)
        if let head = request.head {
            if let crossOrigin = answers.crossOrigin {
                call.originPlace = crossOrigin.place(ofRequestWith: request.headBytes)
            }
            switch routes.match(request.headBytes.extracting(head.path), head.method) {
            case .route(let route), .otherMethods(let route, allowed: _): call.route = route
            case .nothing: break
            }
        }
        fail(call, .rejected(request.rejection))
    }

    /// Runs the phases that read the request, and then those that need not, until one waits.
    func run(_ call: Call, _ request: borrowing Request) {
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
    func run(_ call: Call) {
        do throws(ServiceFailure) {
            while case .next = try step(call) { call.phase = nextPhase(of: call) }
        } catch {
            fail(call, error)
        }
    }

    /// The phase after the call's. What is open to everyone needs no token; an administrator on a
    /// Unix socket has none.
    private func nextPhase(of call: Call) -> CallPhase {
        guard let route = call.route else { preconditionFailure("it was identified") }
        switch route.access {
        case .quota: return call.phase.next
        case .open: return call.phase == .identify ? .prepare : .answer
        case .token, .administrator:
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
