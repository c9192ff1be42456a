internal import HTTP
internal import HTTPServer
internal import Reactor

/// What becomes of a request before it is known to be for one of the listener's own routes: it gets
/// its name, and an answer where it asks for health, for nothing that is there, or in no form that
/// can be read. The listeners of callers and of operators have one each.
final class RequestDesk {
    typealias Handle = (borrowing Request, Reply, Route) -> Void

    private let listener: Route.Listener
    private let loop: Loop
    private let intake: RequestIntake
    private let responder: Responder
    private let state: ServiceState
    private var health: HealthAnswers
    private let handle: Handle

    /// - Parameter handle: gets the requests for the listener's own routes.
    init(
        listener: Route.Listener, loop: Loop, intake: RequestIntake, responder: Responder,
        state: ServiceState, model: ServedModel, _ handle: @escaping Handle
    ) {
        self.listener = listener
        self.loop = loop
        self.handle = handle
        self.intake = intake
        self.responder = responder
        self.state = state
        health = HealthAnswers(state: state, model: model)
    }

    /// What the listener's server does with requests.
    var handlers: RequestHandlers {
        RequestHandlers(
            handle: { request, exchange, server in self.take(request, exchange, server) },
            reject: { request, exchange, server in
                let route = self.route(of: request.head, request.headBytes)
                let reply = self.intake.begin(request, exchange, route, on: server)
                self.responder.fail(reply, .rejected(request.rejection))
            })
    }

    private func route(of head: RequestHead?, _ headBytes: Span<UInt8>) -> Route? {
        head.flatMap { Route(path: headBytes.extracting($0.path), on: listener) }
    }

    private func take(
        _ request: borrowing Request, _ exchange: Exchange, _ server: HTTPServer
    ) {
        let route = route(of: request.head, request.headBytes)
        let reply = intake.begin(request, exchange, route, on: server)
        guard let route else { return responder.fail(reply, .unknownPath) }
        guard route.accepts(request.head.method) else {
            return responder.fail(reply, .methodNotAllowed(route))
        }
        switch route {
        case .health: health.answer(reply, now: loop.now, to: responder)
        case .readiness:
            health.answer(
                reply, now: loop.now, isDraining: state.isDraining, to: responder)
        case .liveness: HealthAnswers.answerLiveness(reply, to: responder)
        case .predict, .metrics, .models, .modelActivation, .modelRollback, .tokenRevocation,
            .tokenRestoration:
            handle(request, reply, route)
        }
    }
}
