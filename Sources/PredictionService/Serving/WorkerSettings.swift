internal import Configuration
internal import HTTP
internal import HTTPServer
internal import JWT
internal import OperationsAPI
internal import POSIX
internal import Reactor

/// How the workers of one listener are made.
struct WorkerSettings: Sendable {
    private enum Listener: Sendable {
        case predictions(TokenRules)
        /// Nil on a Unix socket, whose mode says who may administer.
        case operations(TokenRules?, OperationsService.Subjects)
    }

    private let common: CommonParts
    private let listener: Listener
    private let limits: ServerLimits
    private let counter: ConnectionCounter

    /// For workers that serve predictions.
    ///
    /// - Parameter connectionsMax: as many as there are descriptors for.
    init(predictions common: CommonParts, connectionsMax: Int) throws(StartError) {
        self.common = common
        let http = common.configuration.http
        var limits = ServerLimits(http)
        limits.connectionsMax = connectionsMax
        self.limits = limits
        counter = ConnectionCounter(perAddressMax: http.connectionsPerAddressMax)
        let tokens = common.configuration.tokens
        listener = .predictions(
            try WorkerSettings.tokenRules(tokens, scope: tokens.scope))
    }

    /// For the worker that has the operations listener.
    init(
        operations common: CommonParts, subjects: OperationsService.Subjects,
        address: OperationsAddress
    ) throws(StartError) {
        self.common = common
        limits = OperationsListener.limits(common.configuration.http)
        counter = ConnectionCounter()
        switch address {
        case .unix: listener = .operations(nil, subjects)
        case .tcp:
            let rules = try WorkerSettings.tokenRules(
                common.configuration.tokens, scope: AdministrationRules.scope,
                authenticationAgeSecondsMax: AdministrationRules.ageSecondsMax)
            listener = .operations(rules, subjects)
        }
    }

    private static func tokenRules(
        _ tokens: ServiceConfiguration.Tokens, scope: String?,
        authenticationAgeSecondsMax: Int? = nil
    ) throws(StartError) -> TokenRules {
        do throws(TokenRulesError) {
            return try TokenRules(
                leewaySeconds: tokens.leewaySeconds, issuer: tokens.issuer,
                audience: tokens.audience, scope: scope,
                authenticationAgeSecondsMax: authenticationAgeSecondsMax)
        } catch {
            throw .tokenRules(error)
        }
    }

    /// Makes a worker. Called on its loop's queue.
    ///
    /// - Parameter index: what records of the audit log call it.
    func makeWorker(
        _ loop: Loop, _ mailbox: Mailbox<Worker>, index: Int, descriptor: consuming FileDescriptor
    ) throws(SystemError) -> Worker {
        let metrics = common.makeMetrics()
        let model = common.makeModel(countedBy: metrics)
        let log = common.makeLog()
        let refused = RefusedSubjects()
        let admissions = common.store.makeAdmissions(loop, mailbox)
        let responder = Responder(loop: loop, log: log, metrics: metrics)
        let audit: AuditGate?
        let role: Worker.Role
        let desk: RequestDesk
        switch listener {
        case .predictions(let rules):
            audit = common.makeAuditGate(loop, mailbox, index: index, writesHere: true)
            let service = RequestService(
                rules: RequestService.Rules(common), loop: loop, responder: responder,
                model: model, verifier: TokenVerifier(keys: common.keys, rules: rules),
                metrics: metrics, refused: refused, admissions: admissions, audit: audit)
            role = .predictions(service)
            desk = RequestDesk(
                listener: .service, loop: loop, intake: common.makeIntake(metrics),
                responder: responder, state: common.state, model: model
            ) { request, reply, _ in service.predict(request, reply) }
        case .operations(let rules, let subjects):
            // An operator must see a disk that hangs, and operators' requests are too few to be
            // worth saving.
            audit = common.makeAuditGate(loop, mailbox, index: index, writesHere: false)
            let service = OperationsService(
                loop: loop, door: Door(mailbox) { $0.operations }, subjects: subjects,
                responder: responder,
                administrators: Administrators(
                    loop: loop,
                    verifier: rules.map { TokenVerifier(keys: common.keys, rules: $0) },
                    metrics: metrics, admissions: admissions),
                metrics: metrics, model: model, audit: audit)
            role = .operations(service)
            desk = RequestDesk(
                listener: .operations, loop: loop, intake: common.makeIntake(metrics),
                responder: responder, state: common.state, model: model
            ) { request, reply, route in service.handle(request, reply, route) }
        }
        let server = try HTTPServer(
            loop: loop, door: Door(mailbox) { $0.server }, listener: descriptor, limits: limits,
            counter: counter, acceptingAfter: common.store.acceptingWait,
            handlers: desk.handlers)
        return Worker(
            loop: loop, server: server, metrics: metrics, model: model, audit: audit,
            admissions: admissions, log: log, refused: refused, role: role)
    }
}
