internal import CLinux
internal import Glibc

/// What became of one attempt to move bytes through a non-blocking descriptor.
package enum Transfer: Equatable, Sendable {
    /// So many bytes went through; never 0.
    case bytes(Int)
    /// The peer will send no more.
    case end
    /// Nothing can go through now.
    case wouldBlock
    /// The connection is lost; errno.
    case failed(code: CInt)
}

/// TCP and Unix stream sockets, all non-blocking and closed on exec. A write to a lost peer is a
/// `failed`, never a signal.
package enum Sockets {
    /// SO_SNDBUF and SO_RCVBUF of accepted TCP sockets, each of which the kernel doubles for its
    /// own use (socket(7)). Without them it lets each buffer grow to tcp_wmem and tcp_rmem,
    /// megabytes that a client which never reads would hold.
    package static let acceptedBufferBytes: CInt = 1 << 16

    /// A listening socket. A Unix one is had from `listenUnix`, which gives its file a mode.
    ///
    /// - Parameter sharesPort: SO_REUSEPORT, so that several listeners of this process share the
    ///   port and the kernel spreads connections over them.
    package static func listen(
        on address: SocketAddress, sharesPort: Bool, backlog: CInt
    ) throws(SystemError) -> FileDescriptor {
        let listener = try bind(to: address, sharesPort: sharesPort)
        // Accepted sockets inherit all of these on Linux, which saves calls for each of them.
        setNoDelay(listener.rawValue, address)
        if !address.isUnix {
            setOption(listener.rawValue, SOL_SOCKET, SO_SNDBUF, acceptedBufferBytes)
            setOption(listener.rawValue, SOL_SOCKET, SO_RCVBUF, acceptedBufferBytes)
        }
        guard Glibc.listen(listener.rawValue, backlog) == 0 else { throw .last("listen") }
        return listener
    }

    /// A socket bound to an address. Without `sharesPort` this fails while another process, even
    /// with SO_REUSEPORT, has the port.
    package static func bind(
        to address: SocketAddress, sharesPort: Bool
    ) throws(SystemError) -> FileDescriptor {
        let bound = try make(address.family)
        if !address.isUnix {
            setOption(bound.rawValue, SOL_SOCKET, SO_REUSEADDR, 1)
            if sharesPort { setOption(bound.rawValue, SOL_SOCKET, SO_REUSEPORT, 1) }
        }
        let status = unsafe address.withPointer { pointer, count in
            unsafe Glibc.bind(bound.rawValue, pointer, count)
        }
        guard status == 0 else { throw .last("bind") }
        return bound
    }

    /// The address a socket is bound to.
    package static func localAddress(of socket: CInt) throws(SystemError) -> SocketAddress {
        var storage = sockaddr_storage()
        var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // SAFETY: getsockname writes at most `count` bytes into the storage.
        let status = unsafe withUnsafeMutableBytes(of: &storage) { raw in
            unsafe getsockname(
                socket, raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self),
                &count)
        }
        guard status == 0 else { throw .last("getsockname") }
        let bytes = unsafe withUnsafeBytes(of: &storage) { unsafe Array($0.prefix(Int(count))) }
        return SocketAddress(bytes: bytes, family: CInt(storage.ss_family))
    }

    /// Begins to connect; the socket becomes writable when that has ended, and `connectResult`
    /// returns how. A Unix socket is connected immediately, or fails with EAGAIN when too many
    /// wait already.
    package static func connect(to address: SocketAddress) throws(SystemError) -> FileDescriptor {
        let connecting = try make(address.family)
        setNoDelay(connecting.rawValue, address)
        let status = unsafe address.withPointer { pointer, count in
            unsafe Glibc.connect(connecting.rawValue, pointer, count)
        }
        guard status == 0 || errno == EINPROGRESS else { throw .last("connect") }
        return connecting
    }

    /// 0 when a connect that was begun has succeeded, else errno.
    package static func connectResult(of socket: CInt) -> CInt {
        var code: CInt = 0
        var count = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &count) == 0 else {
            return errno
        }
        return code
    }

    package static func receive(_ socket: CInt, into buffer: inout MutableSpan<UInt8>) -> Transfer {
        // SAFETY: recv writes at most the span's count of bytes, during the call.
        let count = retryingOnInterrupt {
            unsafe buffer.withUnsafeMutableBytes { raw in
                unsafe recv(socket, raw.baseAddress, raw.count, 0)
            }
        }
        if count > 0 { return .bytes(count) }
        return count == 0 ? .end : failure()
    }

    package static func receive(_ socket: CInt, into buffer: inout [UInt8]) -> Transfer {
        var span = buffer.mutableSpan
        return receive(socket, into: &span)
    }

    package static func send(_ socket: CInt, _ bytes: Span<UInt8>) -> Transfer {
        // SAFETY: send reads only the span's bytes, during the call.
        let count = retryingOnInterrupt {
            unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.send(socket, raw.baseAddress, raw.count, CInt(MSG_NOSIGNAL))
            }
        }
        return count >= 0 ? .bytes(count) : failure()
    }

    /// Tells the peer that no more bytes come, and keeps the other direction open.
    package static func shutDownWriting(_ socket: CInt) { _ = shutdown(socket, CInt(SHUT_WR)) }

    /// Lets the sockets that a TCP listener accepts from now on give up a peer that acknowledges
    /// nothing for so long, also after they are closed (TCP_USER_TIMEOUT of tcp(7)).
    package static func setUserTimeout(_ listener: CInt, milliseconds: CInt) {
        setOption(listener, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, milliseconds)
    }

    /// Lets closing the socket reset the connection, so that the kernel drops what is unsent (a
    /// SO_LINGER of 0 seconds, socket(7)).
    package static func dropUnsentOnClose(_ socket: CInt) {
        var option = linger(l_onoff: 1, l_linger: 0)
        // SAFETY: the kernel reads one linger during the call; on a stream socket it cannot fail.
        _ = unsafe setsockopt(
            socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Whether bytes have come that were not received yet.
    package static func hasInput(_ socket: CInt) -> Bool {
        var byte: UInt8 = 0
        // SAFETY: recv writes at most one byte, during the call.
        let flags = CInt(MSG_PEEK | MSG_DONTWAIT)
        return unsafe recv(socket, &byte, 1, flags) > 0
    }

    static func make(_ family: CInt) throws(SystemError) -> FileDescriptor {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let rawValue = socket(family, CInt(kind), 0)
        guard rawValue != -1 else { throw .last("socket") }
        return FileDescriptor(owning: rawValue)
    }

    private static func setNoDelay(_ socket: CInt, _ address: SocketAddress) {
        if !address.isUnix { setOption(socket, CInt(IPPROTO_TCP), TCP_NODELAY, 1) }
    }

    private static func setOption(_ socket: CInt, _ level: CInt, _ name: CInt, _ value: CInt) {
        var value = value
        // SAFETY: the kernel reads one CInt during the call. The options set here cannot fail on
        // a TCP socket (tcp(7), socket(7)).
        _ = unsafe setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private static func failure() -> Transfer {
        errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed(code: errno)
    }
}

extension Sockets {
    /// Waits until a socket is ready, and returns whether it became so in time. Not for
    /// reactors, which wait for all of theirs together.
    package static func wait(
        for interest: Interest, on socket: CInt, _ timeoutMilliseconds: Int32
    ) -> Bool {
        let events = interest.contains(.readable) ? POLLIN : POLLOUT
        var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
        return unsafe poll(&entry, 1, timeoutMilliseconds) > 0
    }
}

/// What became of one attempt to accept a connection.
package enum Acceptance: ~Copyable {
    case connection(FileDescriptor, from: PeerAddress)
    /// No connection is pending.
    case wouldBlock
    /// The peer left before it was accepted, or the network failed for it alone (accept(2)): try
    /// the next one.
    case aborted
    /// The process or the system is out of descriptors or memory: wait before trying again.
    case exhausted(code: CInt)
}

extension Sockets {
    package static func accept(_ listener: CInt) -> Acceptance {
        var peer = sockaddr_storage()
        // SAFETY: accept4 writes at most the storage's size, during the call.
        let rawValue = unsafe clinux_accept(listener, &peer)
        if rawValue != -1 {
            return .connection(FileDescriptor(owning: rawValue), from: PeerAddress(peer))
        }
        return switch errno {
        case EAGAIN: .wouldBlock
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .exhausted(code: errno)
        default: .aborted
        }
    }
}
