internal import HTTP
package import Telemetry

extension RequestLabels {
    /// Answers that alerts count: they exist from the start.
    private static let initialStatuses: [String: [UInt16]] = [
        "/health": [200, 503], "/readyz": [200, 503],
        "/predict": [200, 400, 401, 403, 411, 413, 415, 422, 429, 503],
    ]

    /// All routes and statuses of the service.
    package static let service = RequestLabels(
        routes: Route.table.map(\.label),
        statuses: Set(ProblemType.allCases.map(\.status) + [200]).sorted(),
        initial: Route.table.compactMap { route in
            initialStatuses["\(route.path)"].map {
                Initial(route.method == .post ? .post : .get, route.label, statuses: $0)
            }
        })
}
