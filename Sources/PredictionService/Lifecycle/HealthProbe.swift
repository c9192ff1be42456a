internal import POSIX

/// Asks a running churnd on this machine for its health, for container runtimes whose images have
/// no HTTP client.
package enum HealthProbe {
    /// What the answer's status line begins with when all is well.
    private static let passing = Array("HTTP/1.1 200 ".utf8)
    private static let answerBytesMax = 16_384
    private static let timeoutMilliseconds: Int32 = 2000

    /// Whether the churnd that has this configuration answers its health route with 200.
    package static func passes(_ sources: ConfigurationSources) throws(ConfigurationError) -> Bool {
        let settings = try sources.settings()
        let host = settings.text(.host)
        let port = UInt16(settings.integer(.port))
        return passes(host: reachable(host), port: port)
    }

    /// Whoever listens on every address is asked on the loopback one.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    private static func passes(host: String, port: UInt16) -> Bool {
        // Every failure means the same to who asked.
        guard let address = try? SocketAddress.resolve(host: host, port: port).first,
            let socket = try? Sockets.connect(to: address),
            Sockets.wait(for: .writable, on: socket.rawValue, timeoutMilliseconds)
        else { return false }
        let request = Array(
            "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard Sockets.send(socket.rawValue, request.span) == .bytes(request.count) else {
            return false
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: answerBytesMax)
        while answer.count < passing.count {
            guard Sockets.wait(for: .readable, on: socket.rawValue, timeoutMilliseconds) else {
                return false
            }
            var span = buffer.mutableSpan
            guard case .bytes(let count) = Sockets.receive(socket.rawValue, into: &span) else {
                return false
            }
            answer += buffer[..<count]
        }
        return answer.starts(with: passing)
    }
}
