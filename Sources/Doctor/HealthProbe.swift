package import Configuration
internal import HTTPClient
internal import OpenSSL
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

    /// Whether the churnd that has this configuration answers the route with 200. One whose public
    /// listener requires certificates of clients is asked on its operations listener. Where that
    /// requires them as well it is shown the listener's own, which its authority may accept.
    package static func passes(
        _ sources: ConfigurationSources, _ question: HealthQuestion
    ) throws(ConfigurationError) -> Bool {
        let settings = try sources.settings()
        let (http, operations) = try settings.listenersTLS()
        let host = reachable(settings.text(.host))
        var address = OperationsAddress.tcp(host: host, port: UInt16(settings.integer(.port)))
        var tls = http
        if http?.clientAuthentication == .required,
            let other = settings.operations(.operationsListen)
        {
            address = reachable(other)
            tls = operations
        }
        let client = OperationsClient(
            address: address, token: nil, timeoutMilliseconds: timeoutMilliseconds,
            tls: tls.flatMap { context(for: $0) })
        // Every failure means the same to the caller.
        return (try? client.send(.get, question.path))?.status == 200
    }

    private static func context(for tls: ServiceConfiguration.TLS) -> TLSContext? {
        guard tls.clientAuthentication == .required else { return anyServer }
        // Files that cannot be read are no reason not to ask.
        return try? TLSContext(trusting: nil, identity: try? tls.identity())
    }

    /// A context for questions that hold no secret: the certificate may be for a name that is not
    /// this machine's, and what answers is on this machine.
    static var anyServer: TLSContext? { try? TLSContext(trusting: nil) }

    private static func reachable(_ address: OperationsAddress) -> OperationsAddress {
        switch address {
        case .tcp(let host, let port): .tcp(host: reachable(host), port: port)
        case .unix: address
        }
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
