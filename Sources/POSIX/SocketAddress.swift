internal import Glibc

/// Why a host name has no address (getaddrinfo(3)).
package struct ResolutionError: Error, Equatable, Sendable, CustomStringConvertible {
    package let host: String
    package let reason: String

    package init(host: String, reason: String) {
        self.host = host
        self.reason = reason
    }

    package var description: String { "\(host): \(reason)" }
}

/// An IPv4 or IPv6 address with its port, or the path of a Unix socket, as the kernel takes it.
package struct SocketAddress: Equatable, Sendable {
    /// The bytes of a sockaddr_in, sockaddr_in6 or sockaddr_un.
    let bytes: [UInt8]
    let family: CInt

    /// The addresses of a host, in the order in which they are to be tried. Blocks while a name is
    /// looked up, so never call it on a reactor's queue unless `host` is numeric.
    ///
    /// - Parameter numericOnly: refuse names, so that the call never blocks.
    package static func resolve(
        host: String, port: UInt16, numericOnly: Bool = false
    ) throws(ResolutionError) -> [SocketAddress] {
        // SAFETY: getaddrinfo's list is read before freeaddrinfo and not kept.
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            let reason = unsafe String(cString: gai_strerror(status))
            throw ResolutionError(host: host, reason: reason)
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            let address = unsafe entry.pointee
            if unsafe address.ai_family == AF_INET || address.ai_family == AF_INET6 {
                let bytes = unsafe UnsafeRawBufferPointer(
                    start: address.ai_addr, count: Int(address.ai_addrlen))
                unsafe addresses.append(
                    SocketAddress(bytes: Array(bytes), family: address.ai_family))
            }
            unsafe next = address.ai_next
        }
        return addresses
    }

    /// The longest path of a Unix socket: `sun_path` has 108 bytes, one of them the NUL (unix(7)).
    package static let unixPathBytesMax = 107

    /// The address of the Unix socket at `path`, whether or not there is one.
    package static func unix(path: String) throws(UnixSocketError) -> SocketAddress {
        let name = Array(path.utf8)
        guard !name.isEmpty else { throw .emptyPath }
        // A path that begins with NUL is an abstract one, which no file mode protects.
        guard !name.contains(0) else { throw .pathHoldsNUL }
        guard name.count <= unixPathBytesMax else {
            throw .pathTooLong(bytes: name.count, bytesMax: unixPathBytesMax)
        }
        let family = sa_family_t(AF_UNIX)
        // SAFETY: the two bytes are copied during the call.
        let head = unsafe withUnsafeBytes(of: family) { unsafe Array($0) }
        return SocketAddress(bytes: head + name + [0], family: AF_UNIX)
    }

    /// Whether it is the path of a Unix socket.
    package var isUnix: Bool { family == AF_UNIX }

    /// The port, in host byte order; 0 for a Unix socket, which has none.
    package var port: UInt16 { isUnix ? 0 : UInt16(bytes[2]) << 8 | UInt16(bytes[3]) }

    /// Whether of two sockets bound to these addresses only one can listen: the port is the same,
    /// and so is the host, or one of them is every host's. Two ports 0 are not the same: the kernel
    /// chooses each.
    package func excludes(_ other: SocketAddress) -> Bool {
        guard !isUnix, !other.isUnix, port == other.port, port != 0 else { return false }
        let (host, otherHost) = (hostBytes, other.hostBytes)
        return host == otherHost || takesAll(like: otherHost) || other.takesAll(like: host)
    }

    /// The 4 bytes of an IPv4 address, or the 16 of one of IPv6; nil for a Unix socket.
    package var ipAddress: [UInt8]? {
        if isUnix { return nil }
        return Array(family == AF_INET ? bytes[4..<8] : bytes[8..<24])
    }

    /// Of IPv4 4 bytes, also where it is mapped into IPv6 (RFC 4291 §2.5.5.2); else 16.
    private var hostBytes: ArraySlice<UInt8> {
        if family == AF_INET { return bytes[4..<8] }
        let mapping = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        return bytes[8..<20].elementsEqual(mapping) ? bytes[20..<24] : bytes[8..<24]
    }

    /// Whether it is the wildcard for hosts such as `host`. That of IPv6 takes IPv4's as well, as
    /// long as net.ipv6.bindv6only is off (ipv6(7)).
    private func takesAll(like host: ArraySlice<UInt8>) -> Bool {
        let own = hostBytes
        return own.allSatisfy { $0 == 0 } && own.count >= host.count
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        // SAFETY: bytes hold a whole sockaddr_in or sockaddr_in6, as getaddrinfo made it, or a
        // sockaddr_un up to its path's end; the pointer does not outlive the call.
        unsafe bytes.withUnsafeBytes { raw in
            unsafe body(
                raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self),
                socklen_t(raw.count))
        }
    }
}
