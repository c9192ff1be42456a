internal import Bytes

/// An absolute URL that a request can be sent to (RFC 9110 §4.2).
package struct OutgoingURL: Equatable, Sendable, CustomStringConvertible {
    package static let bytesMax = 2048
    /// RFC 1035 §2.3.4.
    static let hostBytesMax = 253

    package enum Scheme: String, Sendable {
        case http, https

        var port: UInt16 { self == .http ? 80 : 443 }
    }

    package let scheme: Scheme
    /// A name, or an address; that of IPv6 without its brackets.
    package let host: String
    package let port: UInt16
    /// Path and query, as the request's first line has them.
    package let target: String

    /// Reads a URL. User information is refused (RFC 9110 §4.2.4), and so are fragments, zones of
    /// addresses, escapes in the host, and bytes that a URL does not have.
    package init(_ text: String) throws(OutgoingURLError) {
        guard text.utf8.count <= OutgoingURL.bytesMax else {
            throw .tooLong(bytesMax: OutgoingURL.bytesMax)
        }
        guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !OutgoingURL.isUnwise($0) }) else {
            throw .byte
        }
        guard let mark = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased())
        else { throw .scheme }
        let rest = text[mark.upperBound...]
        guard !rest.contains("#") else { throw .fragment }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw .userInformation }
        (host, port) = try OutgoingURL.hostAndPort(authority, scheme)
        self.scheme = scheme
        let target = rest[end...]
        self.target = target.hasPrefix("/") ? String(target) : "/\(target)"
    }

    private static func hostAndPort(
        _ authority: Substring, _ scheme: Scheme
    ) throws(OutgoingURLError) -> (String, UInt16) {
        var host = authority
        var digits: Substring?
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { throw .host }
            host = authority[authority.index(after: authority.startIndex)..<bracket]
            let rest = authority[authority.index(after: bracket)...]
            guard host.contains(":"),
                host.utf8.allSatisfy({
                    ASCII.hexadecimalValue($0) != nil || $0 == ASCII.colon || $0 == ASCII.dot
                })
            else { throw .host }
            if !rest.isEmpty {
                guard rest.hasPrefix(":") else { throw .host }
                digits = rest.dropFirst()
            }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                digits = authority[authority.index(after: colon)...]
            }
            guard host.utf8.allSatisfy({ ASCII.isName($0) || $0 == ASCII.dot }) else { throw .host }
        }
        guard 1...hostBytesMax ~= host.utf8.count else { throw .host }
        guard let digits else { return (String(host), scheme.port) }
        guard let port = Int(decimal: digits.utf8), 1...65_535 ~= port else { throw .port }
        return (String(host), UInt16(port))
    }

    /// Delimiters and others that RFC 3986 keeps out of a URL.
    private static func isUnwise(_ byte: UInt8) -> Bool {
        "\"<>\\^`{|}".utf8.contains(byte)
    }

    /// What the Host field says: the port only where it is not the scheme's.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == scheme.port ? name : "\(name):\(port)"
    }

    package var description: String { "\(scheme.rawValue)://\(authority)\(target)" }
}

/// Why a text is no URL that a request can be sent to. It holds nothing of the text.
package enum OutgoingURLError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLong(bytesMax: Int)
    case byte
    case scheme
    case userInformation
    case host
    case port
    case fragment

    package var description: String {
        switch self {
        case .tooLong(let bytesMax): "longer than \(bytesMax) bytes"
        case .byte: "a byte that no URL has, expected visible ASCII"
        case .scheme: "another scheme or none, expected https://"
        case .userInformation: "user information before the host, expected none"
        case .host: "no host, expected a name, an IPv4 address, or one of IPv6 in brackets"
        case .port: "a port beyond 1 to 65535"
        case .fragment: "a fragment, expected none"
        }
    }
}
