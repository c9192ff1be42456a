package import OpenSSL
package import POSIX

/// One request and its answer, on a connection of its own. It blocks its thread, at most until the
/// deadline, so it is not for reactors.
package struct ClientExchange: Sendable {
    private static let receiveBytes = 65_536

    /// Tried in this order.
    private let addresses: [SocketAddress]
    private let host: String
    private let tls: TLSContext?
    private let answerBytesMax: Int
    private let deadline: Deadline

    /// - Parameters:
    ///   - host: what the server's certificate must be for.
    ///   - tls: nil: without TLS. With it the process must ignore SIGPIPE.
    ///   - answerBytesMax: of the answer's content.
    package init(
        with addresses: [SocketAddress], host: String, tls: TLSContext?, answerBytesMax: Int,
        deadline: Deadline
    ) {
        self.addresses = addresses
        self.host = host
        self.tls = tls
        self.answerBytesMax = answerBytesMax
        self.deadline = deadline
    }

    /// Sends a request's bytes and waits for its whole answer, whatever its status is.
    package func ask(_ request: [UInt8]) throws(ExchangeError) -> ClientAnswer {
        let connection = ClientConnection(try connect(), to: host, tls)
        while let step = connection.handshake() {
            switch step {
            case .waits(let interest): try wait(for: interest, on: connection.socket.rawValue)
            case .failed(let error): throw error
            case .bytes, .end: preconditionFailure("a handshake moves no bytes of requests")
            }
        }
        // A server that refuses may close before it has read everything; its answer is still there.
        let failure = try transmit(request, on: connection)
        return try receiveAnswer(on: connection, afterFailure: failure)
    }

    /// The connection to the first of the addresses that takes one. One that does not answer
    /// leaves time for the others.
    private func connect() throws(ExchangeError) -> FileDescriptor {
        var failure = ExchangeError.timedOut(milliseconds: deadline.milliseconds)
        for (index, address) in addresses.enumerated() {
            do throws(ExchangeError) {
                return try connect(
                    to: address, deadline.share(ofSteps: addresses.count - index))
            } catch { failure = error }
        }
        throw failure
    }

    private func connect(
        to address: SocketAddress, _ deadline: Deadline
    ) throws(ExchangeError) -> FileDescriptor {
        let socket: FileDescriptor
        do throws(SystemError) { socket = try Sockets.connect(to: address) } catch {
            throw .unreachable(error)
        }
        guard deadline.wait(for: .writable, on: socket.rawValue) else {
            throw .timedOut(milliseconds: deadline.milliseconds)
        }
        let code = Sockets.connectResult(of: socket.rawValue)
        guard code == 0 else { throw .unreachable(SystemError(call: "connect", code: code)) }
        return socket
    }

    /// What lost the connection before everything was sent; nil when all was.
    private func transmit(
        _ bytes: [UInt8], on connection: borrowing ClientConnection
    ) throws(ExchangeError) -> ExchangeError? {
        var sent = 0
        while sent < bytes.count {
            switch connection.send(bytes.span.extracting(sent...)) {
            case .bytes(let count): sent += count
            case .waits(let interest): try wait(for: interest, on: connection.socket.rawValue)
            case .end: return .ended(receivedBytes: 0)
            case .failed(let error): return error
            }
        }
        return nil
    }

    private func receiveAnswer(
        on connection: borrowing ClientConnection, afterFailure failure: ExchangeError?
    ) throws(ExchangeError) -> ClientAnswer {
        var reader = AnswerReader(contentBytesMax: answerBytesMax)
        var buffer = [UInt8](repeating: 0, count: ClientExchange.receiveBytes)
        while true {
            var span = buffer.mutableSpan
            switch connection.receive(into: &span) {
            case .bytes(let count):
                if let answer = try reader.take(buffer[..<count]) { return answer }
            case .waits(let interest): try wait(for: interest, on: connection.socket.rawValue)
            case .end: throw failure ?? .ended(receivedBytes: reader.receivedBytes)
            // An alert says why, also after a failed send.
            case .failed(.tls(let reason)): throw .tls(reason)
            case .failed(let error): throw failure ?? error
            }
            guard deadline.isAhead else {
                throw .timedOut(milliseconds: deadline.milliseconds)
            }
        }
    }

    private func wait(for interest: Interest, on socket: Int32) throws(ExchangeError) {
        guard deadline.wait(for: interest, on: socket) else {
            throw .timedOut(milliseconds: deadline.milliseconds)
        }
    }
}
