package import POSIX

/// An address that is ours alone to listen on, once for each reactor.
package struct ListeningAddress: Sendable {
    /// Connections the kernel keeps for us between two turns; it caps this at net.core.somaxconn.
    static let backlog: Int32 = 4096

    private let host: String
    private let address: SocketAddress
    package var port: UInt16 { address.port }

    /// Finds the address and makes sure that nobody listens on it.
    ///
    /// Every reactor's listener has SO_REUSEPORT, with which a second churnd of the same user would
    /// share the port in silence; so the port is first bound without it (socket(7)).
    package static func claim(host: String, port: UInt16) throws(StartError) -> ListeningAddress {
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
    static func claim(
        _ http: ServiceConfiguration.HTTP
    ) throws(StartError) -> ListeningAddress {
        do throws(StartError) {
            return try claim(host: http.host, port: http.port)
        } catch {
            if case .portTaken = error {
                throw http.portPlace == .standard ? error : .given(at: http.portPlace, error)
            }
            throw http.hostPlace == .standard ? error : .given(at: http.hostPlace, error)
        }
    }

    /// Finds the address, whoever listens on it.
    static func find(host: String, port: UInt16) throws(StartError) -> ListeningAddress {
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
    func excludes(_ other: ListeningAddress) -> Bool { address.excludes(other.address) }

    /// One of several listeners.
    package func listen() throws(SystemError) -> FileDescriptor {
        try Sockets.listen(on: address, sharesPort: true, backlog: ListeningAddress.backlog)
    }

    /// The only listener.
    func listenAlone(backlog: Int32) throws(StartError) -> FileDescriptor {
        do throws(SystemError) {
            return try Sockets.listen(on: address, sharesPort: false, backlog: backlog)
        } catch {
            throw .address(host: host, reason: "\(error)")
        }
    }
}
