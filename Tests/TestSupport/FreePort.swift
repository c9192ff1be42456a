internal import POSIX

package enum FreePort {
    /// A port of 127.0.0.1 that nobody had a moment ago.
    package static func find() throws -> UInt16 {
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        let bound = try Sockets.bind(to: any[0], sharesPort: false)
        return try Sockets.localAddress(of: bound.rawValue).port
    }
}
