internal import OpenSSL
internal import POSIX

/// What became of one attempt to move bytes over a connection.
enum RedisTransfer {
    case bytes(Int)
    case wouldBlock
    /// Nothing can be received before the socket is writable: TLS has to answer first.
    case wantsWrite
    case failed(RedisFailure)

    init(_ transfer: Transfer) {
        switch transfer {
        case .bytes(let count): self = .bytes(count)
        case .wouldBlock: self = .wouldBlock
        case .end: self = .failed(.closedByRedis)
        case .failed(let code): self = .failed(.connectionLost(code: code))
        }
    }

    init(_ transfer: TLSTransfer) {
        switch transfer {
        case .bytes(let count): self = .bytes(count)
        case .wantsRead: self = .wouldBlock
        case .wantsWrite: self = .wantsWrite
        case .end, .failed(.closed): self = .failed(.closedByRedis)
        // With TLS 1.3 also what Redis thinks of the certificate of this side.
        case .failed(let failure): self = .failed(.tls(failure))
        }
    }
}

// TLS on a connection.
extension RedisConnection {
    /// TCP is connected.
    func beginHandshake(_ context: TLSContext) {
        guard let descriptor = socket?.rawValue, let dialled else { return }
        guard case .host(let host, port: _) = dialled else {
            preconditionFailure("a URL with TLS and a path is refused")
        }
        tls = TLSSession(connecting: context, on: descriptor, to: host)
        // Within the time that connecting has: a server that accepts and is silent gets no more.
        phase = .handshaking
        continueHandshake()
    }

    /// The socket is ready for what the handshake waits for. Nothing is said to Redis before the
    /// server has proved its name.
    func continueHandshake() {
        guard let tls else { return }
        switch tls.handshake() {
        case .done: greet()
        case .wantsRead: _ = watch(.readable)
        case .wantsWrite: _ = watch(.writable)
        case .failed(let failure):
            closeSocket()
            connect(orElse: .tls(failure))
        }
    }

    func send(_ bytes: Span<UInt8>, on descriptor: CInt) -> RedisTransfer {
        guard let tls else { return RedisTransfer(Sockets.send(descriptor, bytes)) }
        return RedisTransfer(tls.send(bytes))
    }

    func receive(into buffer: inout [UInt8], on descriptor: CInt) -> RedisTransfer {
        guard let tls else { return RedisTransfer(Sockets.receive(descriptor, into: &buffer)) }
        var span = buffer.mutableSpan
        return RedisTransfer(tls.receive(into: &span))
    }
}
