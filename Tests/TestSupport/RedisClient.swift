internal import Glibc
internal import POSIX

/// A blocking connection to Redis for a test's own commands. It shares no code with the service, so
/// that the two can't be wrong in the same way.
package final class RedisClient {
    package enum Reply: Equatable {
        case status(String)
        case error(String)
        case integer(Int)
        case bulk([UInt8])
        case null
        case array([Reply])

        /// The text of a bulk string or a status.
        package var text: String? {
            switch self {
            case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
            case .status(let text): text
            case .error, .integer, .null, .array: nil
            }
        }
    }

    package struct Failure: Error { package let reason: String }

    private let socket: CInt
    private var received: [UInt8] = []

    package init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Failure(reason: "no socket") }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafeBytes(of: &address) { raw in
            connect(
                socket, raw.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(raw.count))
        }
        // All is initialized, so that deinit closes the socket also when this throws.
        guard status == 0 else { throw Failure(reason: "no connection") }
    }

    deinit { close(socket) }

    /// Sends a command and waits for its reply.
    @discardableResult
    package func command(_ arguments: String...) throws -> Reply {
        try command(arguments.map { Array($0.utf8) })
    }

    @discardableResult
    package func command(_ words: [String]) throws -> Reply {
        try command(words.map { Array($0.utf8) })
    }

    @discardableResult
    package func command(_ arguments: [[UInt8]]) throws -> Reply {
        var bytes = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            bytes += Array("$\(argument.count)\r\n".utf8) + argument + [0x0D, 0x0A]
        }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { rest in
                Glibc.send(socket, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(reason: "send failed") }
            sent += count
        }
        return try reply()
    }

    private func reply() throws -> Reply {
        let line = try line()
        let rest = String(decoding: line.dropFirst(), as: UTF8.self)
        switch line.first {
        case UInt8(ascii: "+"): return .status(rest)
        case UInt8(ascii: "-"): return .error(rest)
        case UInt8(ascii: ":"): return .integer(try number(rest))
        case UInt8(ascii: "$"):
            let count = try number(rest)
            if count < 0 { return .null }
            while received.count < count + 2 { try receive() }
            defer { received.removeFirst(count + 2) }
            return .bulk(Array(received.prefix(count)))
        case UInt8(ascii: "*"):
            let count = try number(rest)
            if count < 0 { return .null }
            return .array(try (0..<count).map { _ in try reply() })
        default: throw Failure(reason: "not RESP2")
        }
    }

    private func number(_ text: String) throws -> Int {
        guard let number = Int(text) else { throw Failure(reason: "no number") }
        return number
    }

    private func line() throws -> [UInt8] {
        var searched = 0
        while true {
            if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeFirst(end + 1) }
                return Array(received.prefix(end - 1))
            }
            searched = received.count
            try receive()
        }
    }

    private func receive() throws {
        var buffer = [UInt8](repeating: 0, count: 16384)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { throw Failure(reason: "receive failed") }
        received += buffer.prefix(count)
    }
}
