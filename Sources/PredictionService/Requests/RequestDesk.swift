internal import HTTP
internal import HTTPServer
internal import Reactor

/// What becomes of a request before it is known to be for one of the listener's own routes: it gets
/// its name, and an answer where it asks for health, for nothing that is there, or in no form that
/// can be read. The listeners of callers and of operators have one each.
final class RequestDesk {
    typealias Handle = (borrowing Request, Reply, Route) -> Void

    private let listener: Route.Listener
    private let reactor: Reactor
    private let intake: RequestIntake
    private let responder: Responder
    private let state: ServiceState
    private var health: HealthAnswers

    init(
        listener: Route.Listener, reactor: Reactor, intake: RequestIntake, responder: Responder,
        state: ServiceState, model: ServedModel
    ) {
        self.listener = listener
        self.reactor = reactor
        self.intake = intake
        self.responder = responder
        self.state = state
        health = HealthAnswers(state: state, model: model)
    }

    /// Begins to serve. `handle` gets the requests for the listener's own routes.
    func serve(on server: HTTPServer, _ handle: @escaping Handle) {
        server.serve(
            RequestHandlers(
                handle: { request, exchange in self.take(request, exchange, handle) },
                reject: { request, exchange in
                    let route = self.route(of: request.head, request.headBytes)
                    let reply = self.intake.reply(toRejected: request, exchange, route)
                    self.responder.fail(reply, .rejected(request.rejection))
                }))
    }

    private func route(of head: RequestHead?, _ headBytes: Span<UInt8>) -> Route? {
        head.flatMap { Route(path: headBytes.extracting($0.path), on: listener) }
    }

    private func take(_ request: borrowing Request, _ exchange: Exchange, _ handle: Handle) {
        let route = route(of: request.head, request.headBytes)
        let reply = intake.reply(to: request, exchange, route)
        guard let route else { return responder.fail(reply, .unknownPath) }
        guard route.accepts(request.head.method) else {
            return responder.fail(reply, .methodNotAllowed(route))
        }
        switch route {
        case .health: health.answer(reply, now: reactor.now, to: responder)
        case .readiness:
            health.answer(
                reply, now: reactor.now, isDraining: state.isDraining, to: responder)
        case .liveness: HealthAnswers.answerLiveness(reply, to: responder)
        case .predict, .metrics, .models, .modelActivation, .modelRollback, .tokenRevocation,
            .tokenRestoration:
            handle(request, reply, route)
        }
    }
}
