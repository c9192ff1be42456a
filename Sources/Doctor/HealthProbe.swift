package import Configuration
internal import OperationsAPI
internal import OperationsClient

/// What a running churnd is asked.
package enum HealthQuestion: Sendable, CaseIterable {
    /// Whether everything that it depends on works.
    case health
    /// Whether the process answers at all, whatever is away: for supervisors that restart it.
    case live
    /// Whether requests should be sent here.
    case ready

    var path: String {
        switch self {
        case .health: OperationsPath.health
        case .live: OperationsPath.liveness
        case .ready: OperationsPath.readiness
        }
    }
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
        // Every failure means the same to the caller.
        return (try? client.send(.get, question.path))?.status == 200
    }

    /// A churnd that listens on every address is asked on the loopback one.
    static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        case _: host
        }
    }
}
