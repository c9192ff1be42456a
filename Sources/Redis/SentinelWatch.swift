internal import Bytes
internal import POSIX
internal import Reactor

/// Listens to every Sentinel for the whole process. A primary that is cut off from the Sentinels,
/// and not from churnd, would continue to admit: when they have made another one, each connection
/// to the old one is given up.
///
/// It lives in the connection that was the first of its process, on its loop.
final class SentinelWatch {
    /// One for each Sentinel; it comes back by itself, and a PING each second shows whether the
    /// Sentinel hangs.
    let connections: [RedisConnection]

    /// - Parameter door: the way to the connection that has the watch.
    init(
        loop: Loop, door: Door<RedisConnection>, endpoint: RedisEndpoint, primaryName: String,
        deadlineNanoseconds: Int64, neighbours: RedisNeighbours
    ) {
        let name = Array(primaryName.utf8)
        connections = endpoint.places.enumerated().map { index, place in
            var one = RedisEndpoint(
                places: [place], primaryName: nil, user: nil, password: nil, database: 0,
                tls: endpoint.tls)
            one.sentinelUser = endpoint.sentinelUser
            one.sentinelPassword = endpoint.sentinelPassword
            return RedisConnection(
                loop: loop,
                door: Door(door) { connection in
                    guard let watch = connection.watch else { preconditionFailure("it has one") }
                    return watch.connections[index]
                }, endpoint: one, deadlineNanoseconds: deadlineNanoseconds, limits: .standard,
                probe: .ping,
                health: RedisHealth(deadlineNanoseconds: deadlineNanoseconds),
                neighbours: RedisNeighbours(),
                subscription: .primaries { message in
                    guard let primary = SentinelWatch.primary(in: message, of: name) else { return }
                    neighbours.tell(ofPrimary: primary, sentinel: index)
                })
        }
    }

    /// The new primary in a message on `+switch-master`: the name, and the places of the old and of
    /// the new one. Nil for another name, and for another form.
    static func primary(in message: [UInt8], of name: [UInt8]) -> RedisPlace? {
        let words = message.split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 5, words[0].elementsEqual(name) else { return nil }
        return RedisPlace(host: words[3], port: words[4])
    }

    var deadline: Int64 { connections.reduce(.max) { min($0, $1.deadline ?? .max) } }
    var isBusy: Bool { connections.contains { $0.isBusy } }
    func deadlinePassed() { for connection in connections { connection.deadlinePassed() } }
    func endTurn() { for connection in connections { connection.endTurn() } }
}
