internal import Bytes
package import Configuration
package import HTTP
internal import Identity
package import Telemetry

/// Something that can be asked for. A new one is a file in `Routes` and a row in `table`.
package struct Route: Sendable {
    /// Whom a listener is for.
    package enum Audience: CaseIterable, Sendable { case service, operations }

    /// Where a route is.
    package enum Place: Sendable { case service, operations, both }

    /// A GET can be asked for with HEAD as well.
    package enum Method: Sendable { case get, post }

    /// What a caller needs.
    package enum Access: Sendable {
        case open
        /// A token, whose subject is charged for each success.
        case quota
        /// A token, whatever its scope; nothing is charged.
        case token
        /// The rights of an administrator.
        case administrator
    }

    /// What a request brings beside its head.
    package enum Content: Sendable {
        case none, json, optionalJSON
        /// Of a `RecordsHandler`, which judges the media type.
        case records
    }

    package let path: StaticString
    package let method: Method
    private let place: Place
    /// By each of which it is switched on; empty: it always is.
    let families: [RouteFamily]
    package private(set) var access: Access
    /// What roles must allow, where they are configured; nil: any token will do.
    let scope: Scope?
    private(set) var content: Content
    let errors: ErrorForm
    private(set) var handler: any RouteHandler.Type
    /// What a preflight is answered with; empty for any other request.
    private(set) var preflightMethods = ""
    /// As the log and the metrics name it.
    package private(set) var label: RouteLabel

    /// - Parameters:
    ///   - path: segments in braces, as in `/v2/models/{model}/infer`, stand for any one segment.
    ///   - errors: how failures are answered.
    private init(
        _ path: StaticString, _ method: Method, on place: Place, access: Access = .open,
        scope: Scope? = nil, content: Content = .none, errors: ErrorForm = .problem,
        family: RouteFamily? = nil, families: [RouteFamily] = [], isHealth: Bool = false,
        _ handler: any RouteHandler.Type
    ) {
        self.path = path
        self.method = method
        self.place = place
        self.families = families + [family].compactMap { $0 }
        self.access = access
        self.scope = scope
        self.content = content
        self.errors = errors
        self.handler = handler
        label = RouteLabel(0, path, isHealth: isHealth)
    }

    /// Every route, in the order in which metrics name them.
    package static let table = numbered([
        Route(
            "/predict", .post, on: .service, access: .quota, scope: .predict, content: .json,
            family: .predict, PredictRoute.self),
        Route(
            "/v1/predict/batch", .post, on: .service, access: .quota, scope: .predict,
            content: .records, family: .batch, BatchRoute.self),
        Route(
            CustomerRoute.path, .get, on: .service, access: .quota, scope: .readCustomers,
            family: .customers, CustomerRoute.self),
        .openInference("/v2", .get, access: .token, InferenceServerRoute.self),
        .openInference("/v2/health/live", .get, isHealth: true, InferenceLivenessRoute.self),
        .openInference("/v2/health/ready", .get, isHealth: true, InferenceReadinessRoute.self),
        .openInference("/v2/models/{model}", .get, access: .token, InferenceModelRoute.self),
        .openInference(
            "/v2/models/{model}/versions/{version}", .get, access: .token,
            InferenceModelRoute.self),
        .openInference(
            "/v2/models/{model}/ready", .get, isHealth: true, InferenceModelReadinessRoute.self),
        .openInference(
            "/v2/models/{model}/versions/{version}/ready", .get, isHealth: true,
            InferenceModelReadinessRoute.self),
        .openInference(
            "/v2/models/{model}/infer", .post, access: .quota, scope: .predict, content: .records,
            InferenceRoute.self),
        .openInference(
            "/v2/models/{model}/versions/{version}/infer", .post, access: .quota, scope: .predict,
            content: .records, InferenceRoute.self),
        .openInference(
            "/v2/repository/index", .post, access: .token, content: .optionalJSON,
            InferenceRepositoryRoute.self),
        Route(
            "/invocations", .post, on: .service, access: .quota, scope: .predict,
            content: .records, errors: .mlflow, families: [.mlflow, .sagemaker],
            InvocationsRoute.self),
        Route(
            "/vertex/predict", .post, on: .service, access: .quota, scope: .predict,
            content: .records, errors: .vertex, family: .vertex, VertexRoute.self),
        Route(
            "/score", .post, on: .service, access: .quota, scope: .predict, content: .records,
            errors: .azure, family: .azure, AzureRoute.self),
        Route(
            "/ping", .get, on: .service, families: [.mlflow, .sagemaker, .vertex],
            isHealth: true, PingRoute.self),
        Route("/version", .get, on: .service, family: .mlflow, VersionRoute.self),
        Route("/", .get, on: .service, family: .azure, isHealth: true, AzureRootRoute.self),
        Route("/logout", .post, on: .service, access: .token, LogoutRoute.self),
        Route("/health", .get, on: .both, isHealth: true, HealthRoute.self),
        Route("/livez", .get, on: .both, isHealth: true, LivenessRoute.self),
        Route("/readyz", .get, on: .both, isHealth: true, ReadinessRoute.self),
        Route("/openapi.json", .get, on: .service, family: .docs, OpenAPIRoute.self),
        Route("/docs", .get, on: .service, family: .docs, DocsPageRoute.self),
        Route("/docs/{file}", .get, on: .service, family: .docs, DocsFileRoute.self),
        Route("/metrics", .get, on: .operations, scope: .readMetrics, MetricsRoute.self),
        Route(
            "/admin/models", .get, on: .operations, access: .administrator,
            scope: .activateModels, ModelsRoute.self),
        Route(
            "/admin/models/activate", .post, on: .operations, access: .administrator,
            scope: .activateModels, content: .json, ModelActivationRoute.self),
        Route(
            "/admin/models/rollback", .post, on: .operations, access: .administrator,
            scope: .activateModels, content: .optionalJSON, ModelRollbackRoute.self),
        Route(
            "/admin/tokens/revoke", .post, on: .operations, access: .administrator,
            scope: .revokeTokens, content: .json, TokenRevocationRoute.self),
        Route(
            "/admin/tokens/unrevoke", .post, on: .operations, access: .administrator,
            scope: .revokeTokens, content: .json, TokenRestorationRoute.self),
        Route(
            "/admin/behaviour", .get, on: .operations, access: .administrator,
            scope: .readAudit, BehaviourRoute.self),
        Route(
            "/admin/behaviour/clear", .post, on: .operations, access: .administrator,
            scope: .revokeTokens, content: .json, BehaviourClearingRoute.self),
        Route(
            "/admin/keys/reload", .post, on: .operations, access: .administrator,
            scope: .manageKeys, content: .optionalJSON, KeyReloadRoute.self),
    ])

    /// A route of the Open Inference Protocol.
    private static func openInference(
        _ path: StaticString, _ method: Method, access: Access = .open, scope: Scope? = nil,
        content: Content = .none, isHealth: Bool = false, _ handler: any RouteHandler.Type
    ) -> Route {
        Route(
            path, method, on: .service, access: access, scope: scope, content: content,
            errors: .openInference, family: .oip, isHealth: isHealth, handler)
    }

    private static func numbered(_ routes: [Route]) -> [Route] {
        routes.enumerated().map { index, route in
            var route = route
            route.label = RouteLabel(index, route.path, isHealth: route.label.isHealth)
            return route
        }
    }

    fileprivate var guarded: Route {
        var route = self
        if route.access == .open, route.scope != nil { route.access = .token }
        return route
    }

    /// What answers a preflight for its path.
    func preflight(allowed: String) -> Route {
        var route = self
        route.access = .open
        route.content = .none
        route.handler = PreflightRoute.self
        route.preflightMethods = allowed
        return route
    }

    package func isServed(by listener: Audience) -> Bool {
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

/// The routes of one listener.
package struct RouteTable: Sendable {
    /// What a request asks for.
    package enum Match {
        case route(Route)
        /// There is something at this path, but not for this method.
        case otherMethods(Route, allowed: String)
        case nothing
    }

    private let routes: [Route]
    /// Other paths, which come before those of the routes.
    private let aliases: [Alias]

    /// A path by which a platform knows a route.
    package struct Alias: Sendable {
        let path: [UInt8]
        let target: StaticString

        package init(_ path: String, of target: StaticString) {
            self.path = Array(path.utf8)
            self.target = target
        }
    }

    /// In the order of the table.
    package var all: [Route] { routes }

    /// - Parameters:
    ///   - families: those that are switched on.
    ///   - hasRoles: then what is open and has a scope needs a token that has it.
    package init(
        _ listener: Route.Audience, of routes: [Route] = Route.table,
        families: [RouteFamily] = RouteFamily.allCases, aliases: [Alias] = [],
        hasRoles: Bool = false
    ) {
        self.aliases = aliases
        self.routes = routes.filter { route in
            route.isServed(by: listener)
                && (route.families.isEmpty || route.families.contains(where: families.contains))
        }.map { hasRoles ? $0.guarded : $0 }
    }

    /// How it is answered that there is no such path: clients of the Open Inference Protocol ask
    /// for paths of extensions too, and read its form alone.
    func errors(ofUnknown path: Span<UInt8>) -> ErrorForm {
        let prefix: StaticString = "/v2/"
        let isInference =
            path.count > prefix.utf8CodeUnitCount
            && path.extracting(first: prefix.utf8CodeUnitCount).equals(prefix)
            && routes.contains { $0.families.contains(.oip) }
        return isInference ? .openInference : .problem
    }

    /// What a path, without its query, and a method lead to. Nothing is decoded and nothing is cut:
    /// `/health/` is another path, and so is `/%68ealth`.
    package func match(_ path: Span<UInt8>, _ method: HTTPMethod) -> Match {
        if !aliases.isEmpty {
            for alias in aliases {
                let other = alias.path
                if other.span.equals(path) { return find(alias.target.bytes, method) }
            }
        }
        return find(path, method)
    }

    private func find(_ path: Span<UInt8>, _ method: HTTPMethod) -> Match {
        var other: Route?
        var allowed = ""
        for index in routes.indices where PathPattern.matches(routes[index].path, path) {
            let route = routes[index]
            if route.accepts(method) { return .route(route) }
            if other == nil { other = route }
            allowed += (allowed.isEmpty ? "" : ", ") + route.allowedMethods
        }
        return other.map { .otherMethods($0, allowed: allowed) } ?? .nothing
    }
}

/// The paths that a route is for.
package enum PathPattern {
    private static let slash = UInt8(ascii: "/")

    /// Whether a path is one of the pattern's.
    package static func matches(_ pattern: StaticString, _ path: Span<UInt8>) -> Bool {
        if path.equals(pattern) { return true }
        return parameters(of: pattern, in: path) != nil
    }

    /// Where in a path the segment stands that a name in braces stands for.
    package static func segment(
        _ name: StaticString, of pattern: StaticString, in path: Span<UInt8>
    ) -> Range<Int>? {
        parameters(of: pattern, in: path)?.first { parameter in
            pattern.bytes.extracting(parameter.name).equals(name)
        }?.segment
    }

    private typealias Parameter = (name: Range<Int>, segment: Range<Int>)

    /// The segments that names in braces stand for; nil where the path is not of the pattern, or
    /// the pattern has none.
    private static func parameters(
        of pattern: StaticString, in path: Span<UInt8>
    ) -> [Parameter]? {
        let pattern = pattern.bytes
        var found: [Parameter] = []
        var place = 0
        var index = 0
        while index < pattern.count {
            if pattern[index] == UInt8(ascii: "{") {
                let name = index + 1..<end(of: UInt8(ascii: "}"), from: index + 1, in: pattern)
                let segment = place..<end(of: slash, from: place, in: path)
                if segment.isEmpty { return nil }
                found.append((name, segment))
                index = name.upperBound + 1
                place = segment.upperBound
            } else {
                guard place < path.count, path[place] == pattern[index] else { return nil }
                index += 1
                place += 1
            }
        }
        return place == path.count && !found.isEmpty ? found : nil
    }

    private static func end(of byte: UInt8, from start: Int, in bytes: Span<UInt8>) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != byte { index += 1 }
        return index
    }
}

extension RequestLabels {
    /// Answers that alerts count: they exist from the start.
    private static let initialStatuses: [String: [UInt16]] = [
        "/health": [200, 503], "/readyz": [200, 503],
        "/predict": [200, 400, 401, 403, 411, 413, 415, 422, 429, 503],
    ]

    /// All routes and statuses of the service.
    package static let service = RequestLabels(
        routes: Route.table.map(\.label),
        statuses: Set(ProblemType.allCases.map(\.status) + [200, 204, 304]).sorted(),
        initial: Route.table.compactMap { route in
            initialStatuses["\(route.path)"].map {
                Initial(route.method == .post ? .post : .get, route.label, statuses: $0)
            }
        })
}
