package import POSIX

/// An address that this process alone listens on, once for each reactor.
package struct ListeningAddress: Sendable {
    /// Connections that the kernel keeps between two turns; it caps this at net.core.somaxconn.
    package static let backlog: Int32 = 4096

    /// How often the kernel is asked for a port that is not the public listener's.
    package static let portTriesMax = 8

    private let host: String
    private let address: SocketAddress
    package var port: UInt16 { address.port }

    /// Finds the address and makes sure that no process listens on it.
    ///
    /// Every reactor's listener has SO_REUSEPORT, with which a second churnd of the same user would
    /// share the port in silence; so the port is first bound without it (socket(7)).
    package static func claim(host: String, port: UInt16) throws(ListeningError) -> ListeningAddress
    {
        let wanted = try find(host: host, port: port)
        do throws(SystemError) {
            let probe = try Sockets.bind(to: wanted.address, sharesPort: false)
            return ListeningAddress(
                host: host, address: try Sockets.localAddress(of: probe.rawValue))
        } catch {
            if error.isAddressInUse { throw .portTaken(host: host, port: port) }
            throw .address(host: host, reason: "\(error)")
        }
    }

    /// The same for the public listener; errors name where it was given.
    package static func claim(
        _ http: ServiceConfiguration.HTTP
    ) throws(ListeningError) -> ListeningAddress {
        do throws(ListeningError) {
            return try claim(host: http.host, port: http.port)
        } catch {
            if case .portTaken = error {
                throw http.portPlace == .standard ? error : .given(at: http.portPlace, error)
            }
            throw http.hostPlace == .standard ? error : .given(at: http.hostPlace, error)
        }
    }

    /// The same for the operations listener.
    ///
    /// The kernel may choose the port that it has just chosen for the public listener, which
    /// nothing listens on yet; then it is asked again.
    ///
    /// - Parameter find: claims an address; a test decides what the kernel chooses.
    package static func claim(
        host: String, port: UInt16, beside http: ListeningAddress,
        by find: (String, UInt16) throws(ListeningError) -> ListeningAddress = {
            (host, port) throws(ListeningError) in try claim(host: host, port: port)
        }
    ) throws(ListeningError) -> ListeningAddress {
        var claimed = try find(host, port)
        var tries = 1
        while port == 0, claimed.excludes(http), tries < ListeningAddress.portTriesMax {
            claimed = try find(host, port)
            tries += 1
        }
        guard !claimed.excludes(http) else { throw .portOfHTTP(claimed.port) }
        return claimed
    }

    /// Finds the address, whether or not a process listens on it.
    package static func find(host: String, port: UInt16) throws(ListeningError) -> ListeningAddress
    {
        let addresses: [SocketAddress]
        do throws(ResolutionError) {
            addresses = try SocketAddress.resolve(host: host, port: port)
        } catch {
            throw .address(host: host, reason: error.reason)
        }
        guard let first = addresses.first else {
            throw .address(host: host, reason: "no address")
        }
        return ListeningAddress(host: host, address: first)
    }

    /// Whether the public listener and the operations listener cannot have one each.
    package func excludes(_ other: ListeningAddress) -> Bool { address.excludes(other.address) }

    /// One of several listeners.
    package func listen() throws(SystemError) -> FileDescriptor {
        try Sockets.listen(on: address, sharesPort: true, backlog: ListeningAddress.backlog)
    }

    /// The only listener.
    package func listenAlone(backlog: Int32) throws(ListeningError) -> FileDescriptor {
        do throws(SystemError) {
            return try Sockets.listen(on: address, sharesPort: false, backlog: backlog)
        } catch {
            throw .address(host: host, reason: "\(error)")
        }
    }
}

/// Why an address cannot be listened on.
package enum ListeningError: Error, CustomStringConvertible {
    case address(host: String, reason: String)
    case portTaken(host: String, port: UInt16)
    /// The operations listener would be on the port of the public one.
    case portOfHTTP(UInt16)
    /// One of these, and where the address or port was given.
    indirect case given(at: ConfigurationPlace, ListeningError)

    /// Whether a process listens there already.
    package var isPortTaken: Bool {
        switch self {
        case .portTaken: true
        case .given(at: _, let error): error.isPortTaken
        case .address, .portOfHTTP: false
        }
    }

    package var description: String {
        switch self {
        case .address(let host, let reason): "cannot listen on \(host): \(reason)"
        case .portTaken(let host, let port):
            "cannot listen on \(host) port \(port): another program has it"
        case .portOfHTTP(let port): "port \(port) is that of http.port, expected another"
        case .given(at: .variable(let name), let error)
        where name == ConfigurationKey.host.bareVariable:
            "environment \(name): \(error); shells and conda set \(name) for purposes of their "
                + "own: unset it, or set \(ConfigurationKey.host.variable)"
        case .given(let place, let error): "\(place): \(error)"
        }
    }
}
