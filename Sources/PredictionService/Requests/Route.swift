package import HTTP

/// The paths that are served; the raw value is the path, byte for byte.
package enum Route: String, CaseIterable, Sendable {
    case predict = "/predict"
    case health = "/health"
    case liveness = "/livez"
    case readiness = "/readyz"

    /// The route of a request's path, without its query. Nothing is decoded and nothing is cut:
    /// `/health/` is another path, and so is `/%68ealth`.
    package init?(path: Span<UInt8>) {
        for route in Route.allCases where path.isEqual(to: route.rawValue.utf8.span) {
            self = route
            return
        }
        return nil
    }

    package func accepts(_ method: HTTPMethod) -> Bool {
        switch self {
        case .predict: method == .post
        case .health, .liveness, .readiness: method == .get || method == .head
        }
    }

    /// What a 405 says in Allow (RFC 9110 §10.2.1).
    package var allowedMethods: StaticString {
        switch self {
        case .predict: "POST"
        case .health, .liveness, .readiness: "GET, HEAD"
        }
    }
}

extension Span<UInt8> {
    /// Whether both hold the same bytes.
    fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
