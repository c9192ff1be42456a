internal import OpenSSL
internal import POSIX
internal import Reactor

/// What became of a TLS handshake.
package enum HandshakeResult: Int, CaseIterable, Sendable {
    case full
    /// A session of before was continued, without certificates.
    case resumed
    case badCertificate, expiredCertificate, unknownAuthority, noCertificate
    /// The client did not accept the server's certificate.
    case refusedByClient
    case protocolVersion, applicationProtocol, plainHTTP
    /// The client left.
    case closed
    case timeout
    /// Closed to make room for another.
    case displaced
    case other

    /// Whether nothing else says that and why it failed.
    fileprivate var isReported: Bool {
        switch self {
        case .full, .resumed, .plainHTTP, .closed: false
        case .badCertificate, .expiredCertificate, .unknownAuthority, .noCertificate,
            .refusedByClient, .protocolVersion, .applicationProtocol, .timeout, .displaced, .other:
            true
        }
    }

    fileprivate init(_ failure: TLSFailure) {
        switch failure {
        case .badCertificate: self = .badCertificate
        case .expiredCertificate: self = .expiredCertificate
        case .unknownAuthority: self = .unknownAuthority
        case .noCertificate: self = .noCertificate
        case .refusedByPeer: self = .refusedByClient
        case .protocolVersion: self = .protocolVersion
        case .applicationProtocol: self = .applicationProtocol
        case .plainHTTP: self = .plainHTTP
        case .closed: self = .closed
        // Only servers have a name that is checked.
        case .wrongName, .notTLS, .other: self = .other
        }
    }
}

// TLS.
extension HTTPServer {
    /// Whether another connection may be accepted, as far as handshakes are concerned.
    ///
    /// - Parameter makingRoom: if there are too many, the one that has been waited for longest is
    ///   given up.
    func mayBeginHandshake(makingRoom: Bool) -> Bool {
        guard tlsContext != nil, handshakeCount >= limits.handshakesMax else { return true }
        return makingRoom && closeLongestIdle(of: [.handshake])
    }

    /// Begins TLS on an accepted connection.
    func beginHandshake(of connection: Connection, _ context: TLSContext) {
        connection.tls = TLSSession(accepting: context, on: connection.descriptor.rawValue)
        connection.state = .handshaking
        handshakeCount += 1
        arm(connection, .handshake)
    }

    /// The socket is ready for what the handshake waits for.
    func continueHandshake(of connection: Connection) {
        guard let session = connection.tls else { return }
        switch session.handshake() {
        case .done:
            endHandshake(of: connection, session.isResumed ? .resumed : .full)
            connection.clientName = session.peerName
            arm(connection, isDraining ? .drain : .first)
            watch(connection, .readable)
        case .wantsRead: watch(connection, .readable)
        case .wantsWrite: watch(connection, .writable)
        case .failed(.closed):
            close(connection)
        case .failed(let failure):
            endHandshake(of: connection, HandshakeResult(failure))
            connection.tls = nil
            if failure == .plainHTTP { return reject(connection, .plainHTTP) }
            // The alert that says why must not be lost to a reset.
            Sockets.shutDownWriting(connection.descriptor.rawValue)
            connection.state = .lingering
            arm(connection, .linger)
            watch(connection, .readable)
        }
    }

    /// Counts a handshake that is over; the connection reads requests from now on.
    func endHandshake(of connection: Connection, _ result: HandshakeResult) {
        connection.state = .reading
        handshakeCount -= 1
        figures.count(result)
        if result.isReported { handlers.handshakeFailed(connection.peer, result) }
        listener?.resume()
    }
}

// The bytes of a connection, through TLS where it has that.
extension Connection {
    func receive(into buffer: inout [UInt8]) -> Transfer {
        guard let tls else { return Sockets.receive(descriptor.rawValue, into: &buffer) }
        var span = buffer.mutableSpan
        let transfer = tls.receive(into: &span)
        if transfer == .wantsWrite { readsWhenWritable = true }
        return Transfer(transfer)
    }

    func send(_ bytes: Span<UInt8>) -> Transfer {
        guard let tls else { return Sockets.send(descriptor.rawValue, bytes) }
        return Transfer(tls.send(bytes))
    }
}

extension Transfer {
    /// A write that wants to read does not exist without renegotiation (SSL_write(3)); a read that
    /// wants to write is noted by `receive`.
    fileprivate init(_ transfer: TLSTransfer) {
        switch transfer {
        case .bytes(let count): self = .bytes(count)
        case .end: self = .end
        case .wantsRead, .wantsWrite: self = .wouldBlock
        case .failed: self = .failed(code: 0)
        }
    }
}
