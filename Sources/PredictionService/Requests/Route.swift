internal import Bytes
package import HTTP

/// The paths that are served; the raw value is the path, byte for byte.
package enum Route: String, CaseIterable, Sendable {
    case predict = "/predict"
    case health = "/health"
    case liveness = "/livez"
    case readiness = "/readyz"
    case metrics = "/metrics"
    case models = "/admin/models"
    case modelActivation = "/admin/models/activate"
    case modelRollback = "/admin/models/rollback"
    case tokenRevocation = "/admin/tokens/revoke"
    case tokenRestoration = "/admin/tokens/unrevoke"

    /// Who listens: for callers, or for operators.
    package enum Listener: CaseIterable, Sendable { case service, operations }

    /// The route of a request's path, without its query, where the listener has it. Nothing is
    /// decoded and nothing is cut: `/health/` is another path, and so is `/%68ealth`.
    package init?(path: Span<UInt8>, on listener: Listener) {
        for route in Route.allCases
        where path.equals(route.rawValue.utf8.span) && route.isServed(by: listener) {
            self = route
            return
        }
        return nil
    }

    package func isServed(by listener: Listener) -> Bool {
        switch self {
        case .health, .liveness, .readiness: true
        case .predict: listener == .service
        case .metrics, .models, .modelActivation, .modelRollback, .tokenRevocation,
            .tokenRestoration:
            listener == .operations
        }
    }

    /// Whether it reports the service's health.
    package var isHealth: Bool {
        switch self {
        case .health, .liveness, .readiness: true
        case .predict, .metrics, .models, .modelActivation, .modelRollback, .tokenRevocation,
            .tokenRestoration:
            false
        }
    }

    /// Whether only administrators may use it.
    package var isAdministration: Bool {
        switch self {
        case .models, .modelActivation, .modelRollback, .tokenRevocation, .tokenRestoration: true
        case .predict, .health, .liveness, .readiness, .metrics: false
        }
    }

    package func accepts(_ method: HTTPMethod) -> Bool {
        switch self {
        case .predict, .modelActivation, .modelRollback, .tokenRevocation, .tokenRestoration:
            method == .post
        case .health, .liveness, .readiness, .metrics, .models: method == .get || method == .head
        }
    }

    /// What a 405 says in Allow (RFC 9110 §10.2.1).
    package var allowedMethods: StaticString { accepts(.post) ? "POST" : "GET, HEAD" }
}
