internal import OperationsClient

/// What a running churnd is asked.
package enum HealthQuestion: String, Sendable, CaseIterable {
    /// Whether everything that it depends on works.
    case health = "/health"
    /// Whether the process answers at all, whatever is away: for supervisors that restart it.
    case live = "/livez"
    /// Whether requests should be sent here.
    case ready = "/readyz"
}

/// Asks a running churnd on this machine for its health, for container runtimes whose images have
/// no HTTP client.
package enum HealthProbe {
    private static let timeoutMilliseconds: Int64 = 2000

    /// Whether the churnd that has this configuration answers the route with 200.
    package static func passes(
        _ sources: ConfigurationSources, _ question: HealthQuestion
    ) throws(ConfigurationError) -> Bool {
        let settings = try sources.settings()
        let host = reachable(settings.text(.host))
        let client = OperationsClient(
            address: .tcp(host: host, port: UInt16(settings.integer(.port))), token: nil,
            timeoutMilliseconds: timeoutMilliseconds)
        // Every failure means the same to who asked.
        return (try? client.send(.get, question.rawValue))?.status == 200
    }

    /// Whoever listens on every address is asked on the loopback one.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }
}
