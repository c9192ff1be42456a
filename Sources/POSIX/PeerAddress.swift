internal import CLinux
internal import Glibc

/// The IP address that a connection comes from, without its port, as text (RFC 5952). Empty for a
/// Unix socket, whose peers have none.
package struct PeerAddress: Sendable {
    /// The networks that are distinguished when connections are limited by address: one IPv4
    /// address, or the /64 of an IPv6 address, all of whose hosts usually belong to one subscriber
    /// (RFC 6177).
    package enum Subscriber: Hashable, Sendable {
        case ipv4(UInt32)
        case ipv6(UInt64)
    }

    package static let bytesMax = IPAddress.textBytesMax

    // Inline: a connection formats it once, and a request that is copied from it allocates nothing.
    private var text = InlineArray<46, UInt8>(repeating: 0)
    private var count: UInt8 = 0
    /// Nil for a Unix socket.
    package private(set) var address: IPAddress?

    /// No address.
    package init() {}

    init(_ storage: sockaddr_storage) {
        var storage = storage
        let family = CInt(storage.ss_family)
        guard family == AF_INET || family == AF_INET6 else {
            self.init()
            return
        }
        // SAFETY: a sockaddr_storage has room for either; the bytes are copied during the call.
        let bytes = unsafe withUnsafeBytes(of: &storage) { unsafe Array($0.prefix(24)) }
        self.init(family == AF_INET ? bytes[4..<8] : bytes[8..<24])
    }

    /// - Parameter host: the 4 or 16 bytes of an address, in network order. An IPv4 address that is
    ///   mapped into IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address.
    package init(_ host: ArraySlice<UInt8>) { self.init(IPAddress(host)) }

    /// The same of an address.
    package init(_ address: IPAddress) {
        let address = address.unmapped
        self.address = address
        count = UInt8(address.write(to: &text))
    }

    /// What it is counted as where addresses are limited; nil for a Unix socket.
    package var network: Subscriber? {
        address.map {
            $0.isIPv4 ? .ipv4(UInt32(truncatingIfNeeded: $0.high >> 32)) : .ipv6($0.high)
        }
    }

    /// Digits, dots and colons, and `a` to `f`.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { text.span.extracting(first: Int(count)) }
    }
}

/// The process that connected to a Unix socket, as it was then.
package struct PeerCredentials: Equatable, Sendable {
    package let userID: UInt32
    /// 0 for one of another process namespace.
    package let processID: Int32
}

extension FileDescriptor {
    /// The process at the other end; nil for a socket that is not of the Unix domain, for which the
    /// kernel knows none.
    package borrowing func peerCredentials() -> PeerCredentials? {
        var user: CUnsignedInt = 0
        var process: CInt = 0
        // Of a socket of another domain the call gives an invalid user and process 0.
        guard unsafe clinux_peer(rawValue, &user, &process) == 0, user != .max else { return nil }
        return PeerCredentials(userID: user, processID: process)
    }
}
