internal import Configuration
internal import HTTPServer
internal import JWT
internal import Models
internal import OpenSSL
internal import POSIX
internal import Reactor

/// What is made once and put together anew on each reactor that serves predictions.
struct ReactorParts: Sendable {
    let common: CommonParts
    let tokenRules: TokenRules
    private let limits: ServerLimits
    private let counter: ConnectionCounter

    /// - Parameter connectionsMax: as many as there are descriptors for.
    init(
        common: CommonParts, tokens: ServiceConfiguration.Tokens, connectionsMax: Int
    ) throws(StartError) {
        self.common = common
        let http = common.configuration.http
        var limits = ServerLimits(http)
        limits.connectionsMax = connectionsMax
        self.limits = limits
        counter = ConnectionCounter(perAddressMax: http.connectionsPerAddressMax)
        do throws(TokenRulesError) {
            tokenRules = try TokenRules(
                leewaySeconds: tokens.leewaySeconds, issuer: tokens.issuer,
                audience: tokens.audience, scope: tokens.scope)
        } catch {
            throw .tokenRules(error)
        }
    }

    /// Makes a reactor serve. Called on the reactor's queue.
    func setUp(
        _ reactor: Reactor, index: Int, listener: consuming FileDescriptor
    ) throws(SystemError) {
        let configuration = common.configuration
        let metrics = common.makeMetrics()
        // The order is that of a turn's end: share no question any more, ask the store, have what
        // it decided recorded, send the answers, hand over the log, let another model in.
        let refused = RefusedSubjects()
        reactor.add(refused)
        let decisions = Decisions<RequestService>()
        let store = common.store.makeStore(on: reactor) { ticket, decision in
            decisions.service?.decide(ticket, decision)
        }
        let audit = common.makeAuditGate(reactor, index: index, writesHere: true)
        let server = try HTTPServer(
            reactor: reactor, listener: listener, limits: limits, counter: counter)
        common.store.holdAccepting(server)
        let log = common.makeLog()
        reactor.add(log)
        reactor.add(metrics)
        let model = common.makeModel(countedBy: metrics)
        reactor.add(model)
        let responder = Responder(
            reactor: reactor, server: server, log: log, metrics: metrics)
        let service = RequestService(
            rules: RequestService.Rules(
                bodyBytesMax: configuration.http.bodyBytesMax,
                admissionDeadline: common.store.deadlineNanoseconds,
                quotaLimit: configuration.quota.limit,
                windowSeconds: configuration.quota.windowSeconds),
            reactor: reactor, responder: responder, model: model,
            verifier: TokenVerifier(keys: common.keys, rules: tokenRules), metrics: metrics,
            refused: refused, audit: audit)
        decisions.service = service
        let desk = RequestDesk(
            listener: .service, reactor: reactor, intake: common.makeIntake(metrics),
            responder: responder, state: common.state, model: model)
        service.start(at: desk, on: server, store: store)
    }
}

/// Closes the circle of a store, which needs somebody to tell, and of who needs a store to ask.
final class Decisions<Service: AnyObject> {
    var service: Service?
}
