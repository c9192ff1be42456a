internal import Dispatch
internal import POSIX
internal import Reactor

/// Finds the addresses of Redis' host: immediately when it is an address, otherwise away from the
/// loop, because looking up a name blocks.
struct AddressLookup {
    private let host: String
    private let port: UInt16
    /// The host itself, when it is an address.
    let numeric: [SocketAddress]?
    private let queue = DispatchQueue(label: "churnd.redis.lookup")

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
        // An error says that the host is a name.
        numeric = try? SocketAddress.resolve(host: host, port: port, numericOnly: true)
    }

    /// Looks the name up and hands the outcome to the connection.
    func start(for connection: Door<RedisConnection>) {
        queue.async { [host, port] in
            let outcome: Result<[SocketAddress], ResolutionError>
            do throws(ResolutionError) {
                outcome = .success(try SocketAddress.resolve(host: host, port: port))
            } catch {
                outcome = .failure(error)
            }
            connection.post { $0.lookedUp(outcome) }
        }
    }
}
