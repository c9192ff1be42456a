internal import Configuration
internal import HTTPServer
internal import JWT
internal import OperationsAPI
internal import POSIX
internal import Reactor

/// What the operations listener's reactor is put together from.
struct OperationsParts: Sendable {
    private let common: CommonParts
    private let subjects: OperationsService.Subjects
    /// Nil on a Unix socket, whose mode says who may administer.
    private let tokenRules: TokenRules?

    init(
        common: CommonParts, subjects: OperationsService.Subjects, address: OperationsAddress
    ) throws(StartError) {
        self.common = common
        self.subjects = subjects
        switch address {
        case .unix: tokenRules = nil
        case .tcp:
            let tokens = common.configuration.tokens
            do throws(TokenRulesError) {
                tokenRules = try TokenRules(
                    leewaySeconds: tokens.leewaySeconds, issuer: tokens.issuer,
                    audience: tokens.audience, scope: AdministrationRules.scope,
                    authenticationAgeSecondsMax: AdministrationRules.ageSecondsMax)
            } catch {
                throw .tokenRules(error)
            }
        }
    }

    /// Makes a reactor serve. Called on the reactor's queue.
    func setUp(_ reactor: Reactor, listener: consuming FileDescriptor) throws(SystemError) {
        let metrics = common.makeMetrics()
        let decisions = Decisions<Administrators>()
        let store = common.store.makeStore(on: reactor) { ticket, decision in
            decisions.service?.decide(ticket, decision)
        }
        // An operator must see a disk that hangs, and operators' requests are too few to be worth
        // saving.
        let audit = common.makeAuditGate(
            reactor, index: subjects.reactors.count, writesHere: false)
        let server = try HTTPServer(
            reactor: reactor, listener: listener,
            limits: OperationsListener.limits(common.configuration.http),
            counter: ConnectionCounter())
        common.store.holdAccepting(server)
        let log = common.makeLog()
        reactor.add(log)
        reactor.add(metrics)
        let model = common.makeModel(countedBy: metrics)
        reactor.add(model)
        let responder = Responder(
            reactor: reactor, server: server, log: log, metrics: metrics)
        let administrators = Administrators(
            reactor: reactor,
            verifier: tokenRules.map { TokenVerifier(keys: common.keys, rules: $0) },
            metrics: metrics)
        decisions.service = administrators
        administrators.use(store)
        let service = OperationsService(
            reactor: reactor, subjects: subjects, responder: responder,
            administrators: administrators, metrics: metrics, model: model, audit: audit)
        reactor.add(service)
        let desk = RequestDesk(
            listener: .operations, reactor: reactor, intake: common.makeIntake(metrics),
            responder: responder, state: common.state, model: model)
        service.start(at: desk, on: server)
    }
}
