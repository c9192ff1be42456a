/// Where a server listens: Redis, or a Sentinel.
package enum RedisPlace: Hashable, Sendable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    case host(String, port: UInt16)
    /// A Unix socket, whose path a socket's address can have.
    case unix(path: String)

    /// For example `[::1]:6379`, or a path.
    package var description: String {
        switch self {
        case .host(let host, let port):
            "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)"
        case .unix(let path): path
        }
    }
}

/// Where Redis is, and as whom and for which database it is asked.
package struct RedisEndpoint: Sendable {
    /// Of more Sentinels than these no one needs to know.
    package static let sentinelsMax = 16

    /// Redis itself, or the Sentinels that are asked where it is.
    package let places: [RedisPlace]
    /// As the Sentinels call the primary; nil where Redis' own place is known.
    package let primaryName: String?
    /// For AUTH; nil is Redis' default user.
    package let user: String?
    /// For AUTH, which is not sent when this is nil.
    package let password: [UInt8]?
    /// For SELECT, which is not sent for 0.
    package let database: Int
    /// Nil: without TLS, to Redis and to Sentinels.
    package var tls: RedisTLS?
    /// For AUTH to Sentinels; nil is their default user.
    package var sentinelUser: String?
    /// For AUTH to Sentinels, which is not sent when this is nil.
    package var sentinelPassword: [UInt8]?

    package init(
        places: [RedisPlace], primaryName: String?, user: String?, password: [UInt8]?,
        database: Int, tls: RedisTLS? = nil
    ) {
        precondition(!places.isEmpty && (primaryName != nil || places.count == 1))
        self.places = places
        self.primaryName = primaryName
        self.user = user
        self.password = password
        self.database = database
        self.tls = tls
    }

    package init(host: String, port: UInt16, user: String?, password: [UInt8]?, database: Int) {
        self.init(
            places: [.host(host, port: port)], primaryName: nil, user: user, password: password,
            database: database)
    }
}

/// A description and a mirror without user and password.
extension RedisEndpoint: CustomStringConvertible, CustomReflectable {
    /// For example `redis://[::1]:6379/0`, `redis+sentinel://a:26379,b:26379/churn/0` or
    /// `redis+unix:///run/redis.sock?db=0`.
    package var description: String {
        let list = places.map(\.description).joined(separator: ",")
        let scheme = tls == nil ? "redis" : "rediss"
        if let primaryName { return "\(scheme)+sentinel://\(list)/\(primaryName)/\(database)" }
        if case .unix = places[0] { return "redis+unix://\(list)?db=\(database)" }
        return "\(scheme)://\(list)/\(database)"
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
