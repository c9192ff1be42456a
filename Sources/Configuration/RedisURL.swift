internal import Bytes
package import Redis

/// What is wrong with a Redis URL; no case carries any of its text.
package enum RedisURLError: Error, Equatable, Sendable, CaseIterable, CustomStringConvertible {
    case tooLong, otherScheme, tls, badPercentEncoding, userWithoutPassword, badHost, badPort
    case badDatabase, queryOrFragment
    case quoted, byteOrderMark, surroundingSpace, assignment
    case slashInPassword, markInPassword

    package var description: String {
        switch self {
        case .tooLong: "longer than \(ConfigurationLimits.redisURLBytesMax) bytes"
        case .otherScheme: "a scheme other than redis"
        case .tls: "the scheme rediss, but TLS to Redis is not supported"
        case .badPercentEncoding:
            "a user or password with a bad percent-encoding; a % in it is written %25"
        case .userWithoutPassword:
            "a user without a password; a password alone has a colon before it"
        case .badHost: "no host, or one with characters that no host has"
        case .badPort: "a port that is not 1 to 65535"
        case .badDatabase: "a database that is not 0 to \(Int32.max)"
        case .queryOrFragment: "a query or a fragment"
        case .quoted: "quotes around it"
        case .byteOrderMark: "a byte order mark before it"
        case .surroundingSpace: "white space or a carriage return around it"
        case .assignment: "a name and \"=\" before it"
        case .slashInPassword: "a / in the user or password, which must be written %2F"
        case .markInPassword:
            "a # or ? in the user or password, which must be written %23 and %3F"
        }
    }
}

extension RedisEndpoint {
    private static let standardPort: UInt16 = 6379

    /// Reads `redis://[user:password@]host[:port][/db]` (RFC 3986 §3); the scheme in any case, port
    /// 6379 and database 0 by default. User and password may be any bytes, but the user must be
    /// UTF-8.
    package init(parsing url: [UInt8]) throws(RedisURLError) {
        guard url.count <= ConfigurationLimits.redisURLBytesMax else { throw .tooLong }
        switch StrayBytes(around: url.span) {
        case .quotes: throw .quoted
        case .byteOrderMark: throw .byteOrderMark
        case .whiteSpace, .carriageReturn: throw .surroundingSpace
        case .assignment: throw .assignment
        case .scheme, nil: break
        }
        let scheme = url.prefix(9).map { $0 | 0x20 }
        if scheme.starts(with: "rediss:".utf8) { throw .tls }
        guard scheme.starts(with: "redis://".utf8) else { throw .otherScheme }
        let rest = url.dropFirst(8)
        // RFC 3986 §3.2: the authority ends at the first of these. An @ after it was meant to end
        // user and password.
        let marks = [UInt8(ascii: "?"), UInt8(ascii: "#")]
        if let mark = rest.firstIndex(where: marks.contains) {
            throw rest[mark...].contains(UInt8(ascii: "@")) ? .markInPassword : .queryOrFragment
        }

        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        guard !rest[slash...].contains(UInt8(ascii: "@")) else { throw .slashInPassword }
        let authority = rest[..<slash]
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        let (user, password) = try RedisEndpoint.credentials(at.map { authority[..<$0] })
        let (host, port) = try RedisEndpoint.address(
            at.map { authority[authority.index(after: $0)...] } ?? authority)

        let path = rest[slash...].dropFirst()
        guard let number = path.isEmpty ? 0 : Int(decimal: path), number <= Int32.max else {
            throw .badDatabase
        }
        self.init(host: host, port: port, user: user, password: password, database: number)
    }

    private static func credentials(
        _ userInfo: ArraySlice<UInt8>?
    ) throws(RedisURLError) -> (user: String?, password: [UInt8]?) {
        guard let userInfo else { return (nil, nil) }
        let colon = userInfo.firstIndex(of: UInt8(ascii: ":"))
        guard let colon, colon + 1 < userInfo.endIndex else { throw .userWithoutPassword }
        let password = try percentDecoded(userInfo[(colon + 1)...])
        let userBytes = try percentDecoded(userInfo[..<colon])
        if userBytes.isEmpty { return (nil, password) }
        guard let user = String(validating: userBytes, as: UTF8.self) else {
            throw .badPercentEncoding
        }
        return (user, password)
    }

    private static func address(
        _ bytes: ArraySlice<UInt8>
    ) throws(RedisURLError) -> (host: String, port: UInt16) {
        let host: ArraySlice<UInt8>
        let rest: ArraySlice<UInt8>
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { throw .badHost }
            host = bytes[(bytes.startIndex + 1)..<end]
            rest = bytes[(end + 1)...]
            guard host.contains(UInt8(ascii: ":")) else { throw .badHost }
        } else {
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            host = bytes[..<colon]
            rest = bytes[colon...]
        }
        guard (1...ConfigurationLimits.hostBytesMax).contains(host.count),
            host.allSatisfy(ASCII.isHost)
        else { throw .badHost }
        let name = String(decoding: host, as: UTF8.self)
        if rest.isEmpty { return (name, standardPort) }
        guard rest.first == UInt8(ascii: ":"), let number = Int(decimal: rest.dropFirst()),
            number > 0, let port = UInt16(exactly: number)
        else { throw .badPort }
        return (name, port)
    }

    private static func percentDecoded(
        _ bytes: ArraySlice<UInt8>
    ) throws(RedisURLError) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(ASCII.hexadecimalValue),
                let low = rest.popFirst().flatMap(ASCII.hexadecimalValue)
            else { throw .badPercentEncoding }
            decoded.append(high << 4 | low)
        }
        return decoded
    }
}
