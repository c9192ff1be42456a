internal import Glibc
package import OpenSSL
internal import POSIX

/// A client's connection to this machine, byte by byte as a test wants it. Every call that waits
/// has a deadline. It shares no code with the server, but for TLS.
package final class ClientSocket {
    package enum Failure: Error, Equatable {
        case noSocket(code: CInt)
        case refused(code: CInt)
        case timedOut(received: String)
        /// The connection was reset, or otherwise lost.
        case lost(code: CInt)
        /// The server closed before all that was waited for had come.
        case ended(received: String)
        /// What came is no HTTP answer.
        case malformed(String)
        case tls(TLSFailure)
    }

    private static let receiveBytes = 65536

    private var descriptor: CInt
    private var session: TLSSession?
    private let patience: Int64
    private var received: [UInt8] = []
    /// How many of the received bytes were handed out.
    private var taken = 0

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Parameters:
    ///   - seconds: the longest that any call waits.
    ///   - receiveBufferBytes: the kernel's buffer for what the server sends, before it is read.
    ///   - source: the N of the address 127.0.0.N to connect from.
    package convenience init(
        port: UInt16, seconds: Double = 10, receiveBufferBytes: CInt? = nil, source: UInt8? = nil
    ) throws {
        try self.init(AF_INET, seconds: seconds)
        if let receiveBufferBytes { setOption(SOL_SOCKET, SO_RCVBUF, receiveBufferBytes) }
        setOption(CInt(IPPROTO_TCP), CInt(1), 1)  // TCP_NODELAY: what is sent apart comes apart.
        if let source {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0000 | UInt32(source)).bigEndian
            let status = withUnsafeBytes(of: &address) { raw in
                bind(
                    descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress,
                    socklen_t(raw.count))
            }
            guard status == 0 else { throw Failure.noSocket(code: errno) }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        try withUnsafeBytes(of: &address) { try connect(to: $0) }
    }

    /// Connects to a Unix socket, whose path must be short enough for one.
    package convenience init(unixPath: String, seconds: Double = 10) throws {
        try self.init(AF_UNIX, seconds: seconds)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: unixPath.utf8.prefix(path.count - 1))
        }
        try withUnsafeBytes(of: &address) { try connect(to: $0) }
    }

    private init(_ family: CInt, seconds: Double) throws(Failure) {
        patience = Int64(seconds * 1e9)
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        descriptor = socket(family, CInt(kind), 0)
        guard descriptor >= 0 else { throw .noSocket(code: errno) }
    }

    private func connect(to address: UnsafeRawBufferPointer) throws {
        let status = Glibc.connect(
            descriptor, address.assumingMemoryBound(to: sockaddr.self).baseAddress,
            socklen_t(address.count))
        guard status != 0 else { return }
        var code = errno
        if code == EINPROGRESS {
            try wait(for: POLLOUT, until: deadline)
            var count = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &count)
        }
        guard code == 0 else {
            close()
            throw Failure.refused(code: code)
        }
    }

    deinit { close() }

    /// Begins TLS; the server's certificate must be for `host`.
    package func startTLS(_ context: TLSContext, host: String = "localhost") throws {
        Signals.ignoreBrokenPipes()
        let end = deadline
        let session = TLSSession(connecting: context, on: descriptor, to: host)
        while true {
            switch session.handshake() {
            case .done:
                self.session = session
                return
            case .wantsRead: try wait(for: POLLIN, until: end)
            case .wantsWrite: try wait(for: POLLOUT, until: end)
            case .failed(let failure): throw Failure.tls(failure)
            }
        }
    }

    /// Closes as programs do: what was sent before still arrives.
    package func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    /// Drops the connection: the server gets a reset (SO_LINGER of 0 seconds).
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Tells the server that no more comes; answers can still be read.
    package func finishSending() {
        guard let session else { return _ = shutdown(descriptor, CInt(SHUT_WR)) }
        session.shutDown()
    }

    private var deadline: Int64 { Clock.monotonicNanoseconds() + patience }

    private func setOption(_ level: CInt, _ name: CInt, _ value: CInt) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private func wait(for events: Int32, until end: Int64) throws(Failure) {
        while true {
            let left = end - Clock.monotonicNanoseconds()
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            if poll(&entry, 1, CInt(clamping: max(0, left / 1_000_000 + 1))) > 0 { return }
            guard left > 0 else { throw .timedOut(received: text(of: received[taken...])) }
        }
    }

    private func text(of bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix(2000), as: UTF8.self)
    }
}

// Sending.
extension ClientSocket {
    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends all bytes, waiting while the server takes none.
    package func send(_ bytes: [UInt8]) throws {
        let end = deadline
        var sent = 0
        while sent < bytes.count {
            sent += try sendNow(bytes[sent...])
            if sent < bytes.count { try wait(for: POLLOUT, until: end) }
        }
    }

    /// Sends all bytes, and takes in what comes while the server takes none: a server that does not
    /// read on before its answers are read would else wait for the client, and the client for it.
    package func sendWhileReceiving(_ bytes: ArraySlice<UInt8>) throws {
        let end = deadline
        var rest = bytes
        while !rest.isEmpty {
            let count = try sendNow(rest)
            rest = rest.dropFirst(count)
            guard count == 0 else { continue }
            try wait(for: POLLIN | POLLOUT, until: end)
            if hasInput {
                guard try receive(until: end) else {
                    throw Failure.ended(received: text(of: received[taken...]))
                }
            }
        }
    }

    /// Sends what the kernel takes immediately, and returns how much that was.
    package func sendNow(_ bytes: ArraySlice<UInt8>) throws -> Int {
        if let session {
            switch session.send(bytes.span) {
            case .bytes(let count): return count
            case .wantsRead, .wantsWrite: return 0
            case .end: throw Failure.ended(received: "")
            case .failed(let failure): throw Failure.tls(failure)
            }
        }
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        guard errno == EAGAIN || errno == EINTR else { throw Failure.lost(code: errno) }
        return 0
    }

    /// Sends one byte after the other, each in a packet of its own.
    package func sendByteByByte(_ text: String) throws {
        for byte in text.utf8 { try send([byte]) }
    }
}

// Receiving.
extension ClientSocket {
    /// The next answer, checked against RFC 9112.
    ///
    /// - Parameter toHEAD: it answers a HEAD, so that no content follows.
    package func readAnswer(toHEAD: Bool = false) throws -> HTTPAnswer {
        let end = deadline
        while true {
            if let (answer, count) = try HTTPAnswer.parse(received[taken...], toHEAD: toHEAD) {
                take(count)
                return answer
            }
            guard try receive(until: end) else {
                throw Failure.ended(received: text(of: received[taken...]))
            }
        }
    }

    /// What comes until the server closes. Throws when it resets the connection in place of that.
    package func readToEnd() throws -> String {
        let end = deadline
        while try receive(until: end) {}
        defer { take(received.count - taken) }
        return String(decoding: received[taken...], as: UTF8.self)
    }

    /// Whether the server has closed, or sent anything, already.
    package var hasNews: Bool { taken < received.count || hasInput }

    private var hasInput: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0 && Int32(entry.revents) & POLLIN != 0
    }

    private func take(_ count: Int) {
        taken += count
        if taken == received.count {
            received = []
            taken = 0
        }
    }

    /// Adds what comes next to what was received; false when the server has closed.
    private func receive(until end: Int64) throws(Failure) -> Bool {
        while true {
            var buffer = [UInt8](repeating: 0, count: ClientSocket.receiveBytes)
            if let session {
                var span = buffer.mutableSpan
                switch session.receive(into: &span) {
                case .bytes(let count):
                    received += buffer.prefix(count)
                    return true
                case .end: return false
                case .wantsRead: try wait(for: POLLIN, until: end)
                case .wantsWrite: try wait(for: POLLOUT, until: end)
                case .failed(let failure): throw .tls(failure)
                }
                continue
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 { received += buffer.prefix(count) }
            if count >= 0 { return count > 0 }
            guard errno == EAGAIN || errno == EINTR else { throw .lost(code: errno) }
            try wait(for: POLLIN, until: end)
        }
    }
}
