import HTTP
import PredictionService
import Testing

@Suite struct RouteTests {
    @Test(arguments: [
        ("/predict", Route.predict), ("/health", .health), ("/livez", .liveness),
        ("/readyz", .readiness),
    ]) func `a path is known byte for byte`(path: String, route: Route) {
        #expect(Route(path: Array(path.utf8).span, on: .service) == route)
    }

    @Test(arguments: Route.allCases)
    func `callers get predictions, operators metrics and administration, both get health`(
        route: Route
    ) {
        let path = Array(route.rawValue.utf8)
        let isHealth = [.health, .liveness, .readiness].contains(route)
        let isForCallers = Route(path: path.span, on: .service) == route
        let isForOperators = Route(path: path.span, on: .operations) == route
        #expect(isForCallers == (isHealth || route == .predict))
        #expect(isForOperators == (route != .predict))
        #expect(route.isAdministration == route.rawValue.hasPrefix("/admin/"))
    }

    @Test(arguments: [
        "", "/", "*", "/health/", "//health", "/Health", "/health%20", "/%68ealth", "/healt",
        "/healthz", "health", "/health/..", "/./health", "/health?", "/health?x=1", "/health#x",
        "/health;v=1", " /health", "/health ", "/health\u{0}", "/predict/1", "/predic\u{74}\u{301}",
        "/livez/", "/readyz\r", "/ready", "/live",
    ]) func `any other path is unknown`(path: String) {
        for listener in Route.Listener.allCases {
            #expect(Route(path: Array(path.utf8).span, on: listener) == nil)
        }
    }

    @Test(arguments: [
        ("GET /health HTTP/1.1", Route.health), ("GET /health? HTTP/1.1", .health),
        ("GET /health?a=/predict HTTP/1.1", .health), ("GET /health?a?b HTTP/1.1", .health),
        ("POST http://h/predict?token=x HTTP/1.1", .predict),
    ]) func `a target's query is no part of its path`(line: String, route: Route) throws {
        let bytes = Array("\(line)\r\nHost: h\r\n\r\n".utf8)
        var parser = RequestHeadParser(limits: .contract)
        let head = try #require(try parser.parse(bytes.span))
        #expect(Route(path: bytes.span.extracting(head.path), on: .service) == route)
    }

    @Test(arguments: [
        (Route.predict, [HTTPMethod.post], "POST"),
        (.health, [.get, .head], "GET, HEAD"),
        (.liveness, [.get, .head], "GET, HEAD"),
        (.readiness, [.get, .head], "GET, HEAD"),
        (.metrics, [.get, .head], "GET, HEAD"),
        (.models, [.get, .head], "GET, HEAD"),
        (.modelActivation, [.post], "POST"),
        (.modelRollback, [.post], "POST"),
        (.tokenRevocation, [.post], "POST"),
        (.tokenRestoration, [.post], "POST"),
    ]) func `a route accepts what its Allow says and nothing else`(
        route: Route, methods: [HTTPMethod], allow: String
    ) {
        for method in [HTTPMethod.get, .head, .post, .other] {
            #expect(route.accepts(method) == methods.contains(method), "\(method)")
        }
        #expect("\(route.allowedMethods)" == allow)
    }
}
