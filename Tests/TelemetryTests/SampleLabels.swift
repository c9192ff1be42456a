import HTTP
import Telemetry

/// Routes as a service could have them.
extension RouteLabel {
    static let predict = RouteLabel(0, "/predict")
    static let health = RouteLabel(1, "/health", isHealth: true)
    static let liveness = RouteLabel(2, "/livez", isHealth: true)
    static let metrics = RouteLabel(3, "/metrics")
    static let all = [predict, health, liveness, metrics]
}

extension RequestLabels {
    static let sampleStatuses: [UInt16] = [
        200, 400, 401, 403, 404, 405, 408, 409, 411, 413, 414, 415, 417, 422, 429, 431, 501, 503,
        505,
    ]
    static let sample = RequestLabels(
        routes: RouteLabel.all, statuses: sampleStatuses,
        initial: [Initial(.post, .predict, statuses: [200, 422])])
}
