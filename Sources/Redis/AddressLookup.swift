internal import Dispatch
internal import POSIX
internal import Reactor

/// Finds the addresses of a place: immediately when it is an address or a path, otherwise away from
/// the loop, because looking up a name blocks.
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

    /// Looks a name up and hands the outcome to the connection.
    static func start(_ place: RedisPlace, for connection: Door<RedisConnection>) {
        guard case .host(let host, let port) = place else { return }
        queue.async {
            let outcome: Result<[SocketAddress], ResolutionError>
            do throws(ResolutionError) {
                outcome = .success(try SocketAddress.resolve(host: host, port: port))
            } catch {
                outcome = .failure(error)
            }
            connection.post { $0.lookedUp(place, outcome) }
        }
    }
}
