internal import Bytes
package import POSIX

/// Where churnd's operations listener is.
package enum OperationsAddress: Equatable, Sendable {
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// Where churnd listens, and its clients look, where nothing else is configured.
    package static let standard = "127.0.0.1:9464"

    private static let unixPrefix = "unix:"
    private static let hostBytesMax = 255

    /// Reads `127.0.0.1:9464`, `localhost:9464`, `[::1]:9464` or `unix:/run/churnd.sock`.
    package init(parsing text: String) throws(OperationsAddressError) {
        if text.hasPrefix(OperationsAddress.unixPrefix) {
            let path = String(text.dropFirst(OperationsAddress.unixPrefix.count))
            do throws(UnixSocketError) {
                _ = try SocketAddress.unix(path: path)
            } catch { throw .path(error) }
            self = .unix(path: path)
            return
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { throw .noPort }
        var host = text[..<colon]
        let digits = text.utf8[text.utf8.index(after: colon)...]
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            host = host.dropFirst().dropLast()
            guard host.utf8.contains(UInt8(ascii: ":")),
                host.utf8.allSatisfy(OperationsAddress.isIPv6Byte)
            else { throw .host }
        } else {
            guard host.utf8.allSatisfy(ASCII.isName) else { throw .host }
        }
        guard 1...OperationsAddress.hostBytesMax ~= host.utf8.count else { throw .host }
        guard 1...5 ~= digits.count, digits.allSatisfy(ASCII.isDigit),
            let port = UInt16(String(digits) ?? "")
        else { throw .port }
        self = .tcp(host: String(host), port: port)
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        ASCII.hexadecimalValue(byte) != nil || byte == ASCII.dot || byte == ASCII.colon
    }

    /// What the Host field says. An address with a zone has no form there (RFC 9110 §4.2.1).
    package var authority: String {
        switch self {
        case .unix: "localhost"
        case .tcp(let host, _) where host.utf8.contains(UInt8(ascii: "%")): "localhost"
        case .tcp: description
        }
    }
}

extension OperationsAddress: CustomStringConvertible {
    /// As `init(parsing:)` reads it.
    package var description: String {
        switch self {
        case .tcp(let host, let port):
            host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): OperationsAddress.unixPrefix + path
        }
    }
}

/// What is wrong with the text of an address.
package enum OperationsAddressError: Error, Equatable, Sendable, CustomStringConvertible {
    case noPort
    case port
    case host
    case path(UnixSocketError)

    package var description: String {
        switch self {
        case .noPort: "no port, expected \(OperationsAddressError.forms)"
        case .port:
            "no port from 0 to 65535 after the colon, expected \(OperationsAddressError.forms)"
        case .host: "no host before the port, expected \(OperationsAddressError.forms)"
        case .path(let error): "unix: \(error)"
        }
    }

    private static let forms = "HOST:PORT, [IPV6]:PORT or unix:PATH"
}
