internal import Configuration
internal import HTTP
internal import HTTPServer
internal import OperationsAPI
internal import POSIX

/// The socket that operators and Prometheus come to.
struct OperationsListener: ~Copyable, Sendable {
    /// A connection that nothing comes over is closed soon; a scraper opens another.
    private static let idleTimeout: Int64 = 5_000_000_000
    private static let backlog: Int32 = 64

    let descriptor: FileDescriptor
    /// As it is listened on: with the port that the kernel chose where it was to choose one.
    let address: OperationsAddress
    /// Nil where it is listened on with TCP.
    let socketFile: UnixSocketFile?

    /// Binds and listens; a process that has the address already is left alone.
    ///
    /// - Parameter http: what the public listener will listen on, so that nobody does yet.
    static func open(
        _ configuration: ServiceConfiguration.Operations, at address: OperationsAddress,
        beside http: ListeningAddress
    ) throws(StartError) -> OperationsListener {
        switch address {
        case .tcp(let host, let port):
            do throws(ListeningError) {
                let claimed = try ListeningAddress.claim(host: host, port: port, beside: http)
                return OperationsListener(
                    descriptor: try claimed.listenAlone(backlog: backlog),
                    address: .tcp(host: host, port: claimed.port), socketFile: nil)
            } catch {
                throw .operations(error.description)
            }
        case .unix(let path):
            do throws(UnixSocketError) {
                let descriptor = try Sockets.listenUnix(
                    path: path, mode: configuration.socketMode, backlog: backlog)
                return OperationsListener(
                    descriptor: descriptor, address: address,
                    socketFile: try UnixSocketFile(path: path))
            } catch {
                throw .operations("cannot listen: \(error)")
            }
        }
    }

    /// The bounds of the service's own listener, but for its size and its connections.
    static func limits(_ http: ServiceConfiguration.HTTP) -> ServerLimits {
        var limits = ServerLimits(http)
        limits.connectionsMax = AdministrationRules.connectionsMax
        limits.idleTimeout = min(limits.idleTimeout, idleTimeout)
        limits.headTimeout = min(limits.headTimeout, idleTimeout)
        limits.bodyTimeout = min(limits.bodyTimeout, idleTimeout)
        limits.http.bodyBytesMax = AdministrationRules.bodyBytesMax
        return limits
    }
}
