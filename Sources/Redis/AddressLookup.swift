internal import Dispatch
package import OpenSSL
package import POSIX
internal import Reactor

/// What is connected to: addresses, and with which TLS if any.
package struct RedisDestination: Sendable {
    let addresses: [SocketAddress]
    let tls: TLSContext?

    package init(addresses: [SocketAddress], tls: TLSContext? = nil) {
        self.addresses = addresses
        self.tls = tls
    }
}

/// Finds the addresses of a place: immediately when it is an address or a path, otherwise away from
/// the loop, because looking up a name blocks, and so does reading certificates.
enum AddressLookup {
    private static let queue = DispatchQueue(
        label: "churnd.redis.lookup", attributes: .concurrent)

    /// What can be found without blocking; nil for a name.
    static func immediate(_ place: RedisPlace) -> [SocketAddress]? {
        switch place {
        // An error says that the host is a name.
        case .host(let host, let port):
            try? SocketAddress.resolve(host: host, port: port, numericOnly: true)
        // A path that no address can have was refused with the URL.
        case .unix(let path): (try? SocketAddress.unix(path: path)).map { [$0] } ?? []
        }
    }

    /// Looks a name up, reads the files of TLS, and hands the outcome to the connection.
    static func start(
        _ place: RedisPlace, _ tls: RedisTLS?, for connection: Door<RedisConnection>
    ) {
        queue.async {
            let outcome = Result { () throws(RedisFailure) in
                RedisDestination(addresses: try addresses(of: place), tls: try tls?.load())
            }
            connection.post { $0.lookedUp(place, outcome) }
        }
    }

    private static func addresses(
        of place: RedisPlace
    ) throws(RedisFailure) -> [SocketAddress] {
        if let immediate = immediate(place) { return immediate }
        guard case .host(let host, let port) = place else { return [] }
        do throws(ResolutionError) {
            return try SocketAddress.resolve(host: host, port: port)
        } catch { throw .hostUnknown(reason: error.reason) }
    }
}
