internal import Bytes
internal import POSIX
package import Redis

/// What is wrong with a Redis URL; no case carries any of its text.
package enum RedisURLError: Error, Equatable, Sendable, CaseIterable, CustomStringConvertible {
    case tooLong, otherScheme, badPercentEncoding, userWithoutPassword, badHost, badPort
    case badDatabase, queryOrFragment
    case quoted, byteOrderMark, surroundingSpace, assignment
    case slashInPassword, markInPassword
    case tooManySentinels, badPrimaryName, badPath

    package var description: String {
        switch self {
        case .tooLong: "longer than \(ConfigurationLimits.redisURLBytesMax) bytes"
        case .otherScheme:
            "a scheme other than redis and rediss, these with +sentinel, redis+unix and unix"
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
        case .tooManySentinels: "more than \(RedisEndpoint.sentinelsMax) Sentinels"
        case .badPrimaryName:
            "no name of the primary after the Sentinels, or one with characters that none has"
        case .badPath:
            "no path of a Unix socket after the slashes, or a host before it, or a path of more "
                + "than \(SocketAddress.unixPathBytesMax) bytes"
        }
    }
}

extension RedisEndpoint {
    private static let standardPort: UInt16 = 6379
    private static let sentinelPort: UInt16 = 26379

    private enum Scheme: String, CaseIterable {
        case redis = "redis://"
        case tls = "rediss://"
        case tlsSentinel = "rediss+sentinel://"
        case sentinel = "redis+sentinel://"
        case unix = "redis+unix://"
        case plainUnix = "unix://"
    }

    /// Reads one of these, the scheme in any case; database 0 by default. User and password may be
    /// any bytes, but the user must be UTF-8.
    ///
    /// - `redis://[user:password@]host[:port][/db]` (RFC 3986 §3), port 6379 by default
    /// - `redis+sentinel://[user:password@]host[:port],…/name[/db]`, places of Sentinels, port
    ///   26379 by default, and the name by which they know the primary
    /// - `rediss://…` and `rediss+sentinel://…`, the same over TLS, in which the system's
    ///   authorities are trusted until `tls` is set
    /// - `redis+unix://[user:password@]/path[?db=db]`, or `unix://` in place of that
    package init(parsing url: [UInt8]) throws(RedisURLError) {
        guard url.count <= ConfigurationLimits.redisURLBytesMax else { throw .tooLong }
        switch StrayBytes(around: url.span) {
        case .quotes: throw .quoted
        case .byteOrderMark: throw .byteOrderMark
        case .whiteSpace, .carriageReturn: throw .surroundingSpace
        case .assignment: throw .assignment
        case .scheme, nil: break
        }
        let beginning = url.prefix(20).map { ASCII.lowercased($0) }
        let scheme = Scheme.allCases.first { beginning.starts(with: $0.rawValue.utf8) }
        guard let scheme else { throw .otherScheme }
        var rest = url.dropFirst(scheme.rawValue.utf8.count)
        var query: ArraySlice<UInt8> = []
        // RFC 3986 §3.2: the authority ends at the first of these. An @ after it was meant to end
        // user and password.
        let marks = [UInt8(ascii: "?"), UInt8(ascii: "#")]
        if let mark = rest.firstIndex(where: marks.contains) {
            if rest[mark...].contains(UInt8(ascii: "@")) { throw .markInPassword }
            query = rest[mark...]
            rest = rest[..<mark]
        }
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        guard !rest[slash...].contains(UInt8(ascii: "@")) else { throw .slashInPassword }
        let authority = rest[..<slash]
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        let host = at.map { authority[authority.index(after: $0)...] } ?? authority
        let (user, password) = try RedisEndpoint.credentials(at.map { authority[..<$0] })
        let place: (places: [RedisPlace], name: String?, database: ArraySlice<UInt8>)
        switch scheme {
        case .redis, .tls:
            guard query.isEmpty else { throw .queryOrFragment }
            let server = try RedisEndpoint.address(host, RedisEndpoint.standardPort)
            place = ([server], nil, rest[slash...].dropFirst())
        case .sentinel, .tlsSentinel:
            guard query.isEmpty else { throw .queryOrFragment }
            place = try RedisEndpoint.sentinels(host, rest[slash...].dropFirst())
        case .unix, .plainUnix:
            guard host.isEmpty else { throw .badPath }
            place = try RedisEndpoint.socket(rest[slash...], query)
        }
        guard let number = place.database.isEmpty ? 0 : Int(decimal: place.database),
            number <= Int32.max
        else { throw .badDatabase }
        self.init(
            places: place.places, primaryName: place.name, user: user, password: password,
            database: number, tls: scheme == .tls || scheme == .tlsSentinel ? RedisTLS() : nil)
    }

    private static func sentinels(
        _ hosts: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>
    ) throws(RedisURLError) -> ([RedisPlace], name: String?, database: ArraySlice<UInt8>) {
        let list = hosts.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard list.count <= sentinelsMax else { throw .tooManySentinels }
        var places: [RedisPlace] = []
        for host in list { places.append(try address(host, sentinelPort)) }
        let end = path.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
        // What `sentinel monitor` takes as a name.
        guard 1...ConfigurationLimits.hostBytesMax ~= end - path.startIndex,
            path[..<end].allSatisfy(ASCII.isName)
        else { throw .badPrimaryName }
        return (places, String(decoding: path[..<end], as: UTF8.self), path[end...].dropFirst())
    }

    private static func socket(
        _ path: ArraySlice<UInt8>, _ query: ArraySlice<UInt8>
    ) throws(RedisURLError) -> ([RedisPlace], name: String?, database: ArraySlice<UInt8>) {
        guard query.isEmpty || query.starts(with: "?db=".utf8) else { throw .queryOrFragment }
        let database = query.dropFirst(4)
        guard query.isEmpty || !database.isEmpty else { throw .badDatabase }
        let bytes = try percentDecoded(path)
        guard let text = String(validating: bytes, as: UTF8.self),
            (try? SocketAddress.unix(path: text)) != nil
        else { throw .badPath }
        return ([.unix(path: text)], nil, database)
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
        _ bytes: ArraySlice<UInt8>, _ standardPort: UInt16
    ) throws(RedisURLError) -> RedisPlace {
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
        if rest.isEmpty { return .host(name, port: standardPort) }
        guard rest.first == UInt8(ascii: ":"), let number = Int(decimal: rest.dropFirst()),
            number > 0, let port = UInt16(exactly: number)
        else { throw .badPort }
        return .host(name, port: port)
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
