package import HTTP
package import Telemetry

/// Something that can be asked for. A new one is a file in `Routes` and a row in `table`.
package struct Route: Sendable {
    /// Whom a listener is for.
    package enum Listener: CaseIterable, Sendable { case service, operations }

    /// Where a route is.
    package enum Place: Sendable { case service, operations, both }

    /// A GET can be asked for with HEAD as well.
    package enum Method: Sendable { case get, post }

    /// What a caller needs.
    package enum Access: Sendable {
        case open
        /// A token, whose subject is charged for each success.
        case quota
        /// The rights of an administrator.
        case administrator
    }

    /// What a request brings beside its head.
    package enum Content: Sendable { case none, json, optionalJSON }

    package let path: StaticString
    package let method: Method
    private let place: Place
    package let access: Access
    let content: Content
    let errors: ErrorForm
    let handler: any RouteHandler.Type
    /// As the log and the metrics name it.
    package private(set) var label: RouteLabel

    /// - Parameters:
    ///   - path: segments in braces, as in `/v2/models/{model}/infer`, stand for any one segment.
    ///   - errors: how failures are answered.
    private init(
        _ path: StaticString, _ method: Method, on place: Place, access: Access = .open,
        content: Content = .none, errors: ErrorForm = .problem, isHealth: Bool = false,
        _ handler: any RouteHandler.Type
    ) {
        self.path = path
        self.method = method
        self.place = place
        self.access = access
        self.content = content
        self.errors = errors
        self.handler = handler
        label = RouteLabel(0, path, isHealth: isHealth)
    }

    /// Every route, in the order in which metrics name them.
    package static let table = numbered([
        Route(
            "/predict", .post, on: .service, access: .quota, content: .json, PredictRoute.self),
        Route("/health", .get, on: .both, isHealth: true, HealthRoute.self),
        Route("/livez", .get, on: .both, isHealth: true, LivenessRoute.self),
        Route("/readyz", .get, on: .both, isHealth: true, ReadinessRoute.self),
        Route("/metrics", .get, on: .operations, MetricsRoute.self),
        Route(
            "/admin/models", .get, on: .operations, access: .administrator, ModelsRoute.self),
        Route(
            "/admin/models/activate", .post, on: .operations, access: .administrator,
            content: .json, ModelActivationRoute.self),
        Route(
            "/admin/models/rollback", .post, on: .operations, access: .administrator,
            content: .optionalJSON, ModelRollbackRoute.self),
        Route(
            "/admin/tokens/revoke", .post, on: .operations, access: .administrator,
            content: .json, TokenRevocationRoute.self),
        Route(
            "/admin/tokens/unrevoke", .post, on: .operations, access: .administrator,
            content: .json, TokenRestorationRoute.self),
    ])

    private static func numbered(_ routes: [Route]) -> [Route] {
        routes.enumerated().map { index, route in
            var route = route
            route.label = RouteLabel(index, route.path, isHealth: route.label.isHealth)
            return route
        }
    }

    package func isServed(by listener: Listener) -> Bool {
        switch place {
        case .both: true
        case .service: listener == .service
        case .operations: listener == .operations
        }
    }

    package func accepts(_ method: HTTPMethod) -> Bool {
        switch self.method {
        case .get: method == .get || method == .head
        case .post: method == .post
        }
    }

    /// What a 405 says in Allow (RFC 9110 §10.2.1).
    package var allowedMethods: String {
        switch method {
        case .get: "GET, HEAD"
        case .post: "POST"
        }
    }
}
