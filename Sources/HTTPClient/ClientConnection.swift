internal import OpenSSL
internal import POSIX

/// The way to a server and back, with TLS or without.
struct ClientConnection: ~Copyable {
    /// What became of one attempt to move bytes.
    enum Step {
        case bytes(Int)
        case waits(for: Interest)
        /// The server sends no more.
        case end
        case failed(ExchangeError)
    }

    let socket: FileDescriptor
    private let session: TLSSession?

    /// - Parameters:
    ///   - host: what the server's certificate must be for.
    ///   - context: nil: without TLS.
    init(_ socket: consuming FileDescriptor, to host: String, _ context: TLSContext?) {
        session = context.map {
            TLSSession(connecting: $0, on: socket.rawValue, to: host)
        }
        self.socket = socket
    }

    /// Continues the handshake; nil when there is nothing left to do.
    func handshake() -> Step? {
        switch session?.handshake() {
        case nil, .done: nil
        case .wantsRead: .waits(for: .readable)
        case .wantsWrite: .waits(for: .writable)
        case .failed(let failure): .failed(.tls(failure))
        }
    }

    func send(_ bytes: Span<UInt8>) -> Step {
        if let session { return ClientConnection.step(session.send(bytes)) }
        return ClientConnection.step(
            Sockets.send(socket.rawValue, bytes), "send", waiting: .writable)
    }

    func receive(into buffer: inout MutableSpan<UInt8>) -> Step {
        if let session { return ClientConnection.step(session.receive(into: &buffer)) }
        return ClientConnection.step(
            Sockets.receive(socket.rawValue, into: &buffer), "recv", waiting: .readable)
    }

    private static func step(_ transfer: TLSTransfer) -> Step {
        switch transfer {
        case .bytes(let count): .bytes(count)
        case .end: .end
        case .wantsRead: .waits(for: .readable)
        case .wantsWrite: .waits(for: .writable)
        case .failed(let failure): .failed(.tls(failure))
        }
    }

    private static func step(
        _ transfer: Transfer, _ call: String, waiting interest: Interest
    ) -> Step {
        switch transfer {
        case .bytes(let count): .bytes(count)
        case .end: .end
        case .wouldBlock: .waits(for: interest)
        case .failed(let code): .failed(.lost(SystemError(call: call, code: code)))
        }
    }
}
