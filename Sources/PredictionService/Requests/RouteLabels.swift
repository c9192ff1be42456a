internal import HTTP
package import Telemetry

extension Route {
    /// As the log and the metrics name it.
    package var label: RouteLabel {
        switch self {
        case .predict: RouteLabel(0, "/predict")
        case .health: RouteLabel(1, "/health", isHealth: true)
        case .liveness: RouteLabel(2, "/livez", isHealth: true)
        case .readiness: RouteLabel(3, "/readyz", isHealth: true)
        case .metrics: RouteLabel(4, "/metrics")
        case .models: RouteLabel(5, "/admin/models")
        case .modelActivation: RouteLabel(6, "/admin/models/activate")
        case .modelRollback: RouteLabel(7, "/admin/models/rollback")
        case .tokenRevocation: RouteLabel(8, "/admin/tokens/revoke")
        case .tokenRestoration: RouteLabel(9, "/admin/tokens/unrevoke")
        }
    }
}

extension RequestLabels {
    /// All routes and statuses of the service. The answers that alerts count exist from the start.
    package static let service = RequestLabels(
        routes: Route.allCases.map(\.label),
        statuses: Set(ProblemType.allCases.map(\.status) + [200]).sorted(),
        initial: [
            Initial(.get, Route.health.label, statuses: [200, 503]),
            Initial(.get, Route.readiness.label, statuses: [200, 503]),
            Initial(
                .post, Route.predict.label,
                statuses: [200, 400, 401, 403, 411, 413, 415, 422, 429, 503]),
        ])
}
