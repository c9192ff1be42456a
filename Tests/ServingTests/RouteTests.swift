import HTTP
import Serving
import Telemetry
import Testing

@Suite struct RouteTests {
    private let platformPaths = [
        "/invocations", "/vertex/predict", "/score", "/ping", "/version", "/",
    ]

    /// What a listener has for a path and a method, in words.
    private func found(
        _ path: Span<UInt8>, _ method: HTTPMethod, on listener: Route.Audience
    ) -> String {
        switch RouteTable(listener).match(path, method) {
        case .route(let route): "\(route.path)"
        case .otherMethods(_, let allowed): "Allow: \(allowed)"
        case .nothing: "nothing"
        }
    }

    private func found(
        _ path: String, _ method: HTTPMethod, on listener: Route.Audience
    ) -> String {
        found(Array(path.utf8).span, method, on: listener)
    }

    @Test(arguments: ["/predict", "/logout", "/health", "/livez", "/readyz"])
    func `a path is known byte for byte`(path: String) {
        let isCommand = ["/predict", "/logout"].contains(path)
        #expect(found(path, isCommand ? .post : .get, on: .service) == path)
    }

    @Test(arguments: Route.table)
    func `callers get predictions, operators metrics and administration, both get health`(
        route: Route
    ) {
        let path = "\(route.path)"
        let isHealth = ["/health", "/livez", "/readyz"].contains(path)
        let isOfPlatform = platformPaths.contains(path)
        let isInference = path.hasPrefix("/v2")
        #expect(
            route.label.isHealth
                == (isHealth || isInference && ["live", "ready"].contains { path.hasSuffix($0) }
                    || ["/ping", "/"].contains(path)))
        let isOfCallers =
            path.hasPrefix("/v") || isOfPlatform
            || ["/predict", "/logout", "/openapi.json"].contains(path)
            || path.hasPrefix("/docs")
        #expect(route.isServed(by: .service) == (isHealth || isOfCallers))
        #expect(route.isServed(by: .operations) == !isOfCallers)
        for listener in Route.Audience.allCases {
            let isFound = found(path, route.method == .get ? .get : .post, on: listener) == path
            #expect(isFound == route.isServed(by: listener))
        }
    }

    @Test(arguments: Route.table)
    func `predictions have a quota, administration is for administrators`(route: Route) {
        let path = "\(route.path)"
        let expected: Route.Access =
            switch path {
            case "/predict", "/v1/predict/batch", "/v1/customers/{id}/risk", "/invocations",
                "/vertex/predict", "/score":
                .quota
            case "/logout", "/v2/repository/index": .token
            case _ where path.hasPrefix("/v2"):
                path.hasSuffix("/infer")
                    ? .quota : path.hasSuffix("/live") || path.hasSuffix("/ready") ? .open : .token
            case _: path.hasPrefix("/admin/") ? .administrator : .open
            }
        #expect(route.access == expected)
    }

    @Test(arguments: [
        "", "*", "/health/", "//health", "/Health", "/health%20", "/%68ealth", "/healt",
        "/healthz", "health", "/health/..", "/./health", "/health?", "/health?x=1", "/health#x",
        "/health;v=1", " /health", "/health ", "/health\u{0}", "/predict/1",
        "/predic\u{74}\u{301}", "/livez/", "/readyz\r", "/ready", "/live",
    ]) func `any other path is unknown`(path: String) {
        for listener in Route.Audience.allCases {
            #expect(found(path, .get, on: listener) == "nothing")
        }
    }

    @Test(arguments: [
        ("GET /health HTTP/1.1", "/health"), ("GET /health? HTTP/1.1", "/health"),
        ("GET /health?a=/predict HTTP/1.1", "/health"), ("GET /health?a?b HTTP/1.1", "/health"),
        ("POST http://h/predict?token=x HTTP/1.1", "/predict"),
    ]) func `a target's query is no part of its path`(line: String, path: String) throws {
        let bytes = Array("\(line)\r\nHost: h\r\n\r\n".utf8)
        var parser = RequestHeadParser(limits: .contract)
        let head = try #require(try parser.parse(bytes.span))
        #expect(found(bytes.span.extracting(head.path), head.method, on: .service) == path)
    }

    @Test(arguments: Route.table)
    func `a route accepts what its Allow says and nothing else`(route: Route) {
        let isPost = [
            "predict", "batch", "logout", "activate", "rollback", "revoke", "clear", "reload",
            "infer", "index", "invocations", "score",
        ]
        .contains { "\(route.path)".hasSuffix($0) }
        let methods: [HTTPMethod] = isPost ? [.post] : [.get, .head]
        let allow = isPost ? "POST" : "GET, HEAD"
        #expect(route.allowedMethods == allow)
        let listener: Route.Audience = route.isServed(by: .service) ? .service : .operations
        for method in [HTTPMethod.get, .head, .post, .other] {
            #expect(route.accepts(method) == methods.contains(method), "\(method)")
            #expect(
                found("\(route.path)", method, on: listener)
                    == (methods.contains(method) ? "\(route.path)" : "Allow: \(allow)"))
        }
    }

    @Test(arguments: [
        ("/v2/models/telco/infer", true), ("/v2/models/a/infer", true),
        ("/v2/models//infer", false), ("/v2/models/a/b/infer", false), ("/v2/models/a", false),
        ("/v2/models/a/infer/", false), ("/v2/models/a/infers", false), ("/v2/models", false),
        ("/v2/models/{model}/infer", true),
    ]) func `a name in braces stands for one segment`(path: String, isMatch: Bool) throws {
        let pattern: StaticString = "/v2/models/{model}/infer"
        let bytes = Array(path.utf8)
        #expect(PathPattern.matches(pattern, bytes.span) == isMatch)
        let segment = PathPattern.segment("model", of: pattern, in: bytes.span)
        #expect((segment != nil) == isMatch)
        if let segment {
            #expect(
                bytes[segment].elementsEqual(path.split(separator: "/")[2].utf8))
        }
        #expect(PathPattern.segment("version", of: pattern, in: bytes.span) == nil)
    }
}
