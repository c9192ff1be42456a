/// Where Redis is, and as whom and for which database it is asked.
package struct RedisEndpoint: Sendable {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package let host: String
    package let port: UInt16
    /// For AUTH; nil is Redis' default user.
    package let user: String?
    /// For AUTH, which is not sent when this is nil.
    package let password: [UInt8]?
    /// For SELECT, which is not sent for 0.
    package let database: Int

    package init(host: String, port: UInt16, user: String?, password: [UInt8]?, database: Int) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
    }
}

/// A description and a mirror without user and password.
extension RedisEndpoint: CustomStringConvertible, CustomReflectable {
    /// For example `redis://[::1]:6379/0`.
    package var description: String {
        "redis://\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)/\(database)"
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
