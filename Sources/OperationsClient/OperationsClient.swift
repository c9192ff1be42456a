package import OpenSSL
package import OperationsAPI
internal import POSIX

/// What a request asks for.
package enum OperationsMethod: String, Sendable {
    case get = "GET"
    case post = "POST"
}

/// Asks churnd's operations listener, one request on a connection of its own. It blocks, so it is
/// for programs that have nothing else to do.
package struct OperationsClient: Sendable {
    /// Head and content of an answer.
    package static let answerBytesMax = 1 << 20
    private static let receiveBytes = 65_536

    private let address: OperationsAddress
    private let token: String?
    private let timeoutMilliseconds: Int64
    private let tls: TLSContext?

    /// - Parameters:
    ///   - token: sent as a bearer token; on a Unix socket none is needed.
    ///   - timeoutMilliseconds: for the whole request, but for the lookup of a host name.
    ///   - tls: nil: without TLS. With it the process ignores SIGPIPE from now on.
    package init(
        address: OperationsAddress, token: String?, timeoutMilliseconds: Int64,
        tls: TLSContext? = nil
    ) {
        if tls != nil { Signals.ignoreBrokenPipes() }
        self.tls = tls
        self.address = address
        self.token = token
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Sends a request and waits for its whole answer, whatever its status is.
    ///
    /// - Parameters:
    ///   - path: absolute, with nothing in it that would have to be escaped.
    ///   - body: JSON.
    package func send(
        _ method: OperationsMethod, _ path: String, body: [UInt8]? = nil
    ) throws(OperationsClientError) -> OperationsAnswer {
        let request = try requestBytes(method, path, body: body)
        let deadline = Deadline(afterMilliseconds: timeoutMilliseconds)
        let connection = OperationsConnection(try connect(deadline), to: host, tls)
        while let step = connection.handshake() {
            switch step {
            case .waits(let interest):
                try wait(for: interest, on: connection.socket.rawValue, deadline)
            case .failed(let error): throw error
            case .bytes, .end: preconditionFailure("a handshake moves no bytes of requests")
            }
        }
        // A server that refuses may close before it has read everything; its answer is still there.
        let failure = try transmit(request, on: connection, deadline)
        return try receiveAnswer(on: connection, deadline, afterFailure: failure)
    }

    private var host: String {
        switch address {
        case .tcp(let host, _): host
        case .unix: "localhost"
        }
    }

    private func requestBytes(
        _ method: OperationsMethod, _ path: String, body: [UInt8]?
    ) throws(OperationsClientError) -> [UInt8] {
        guard path.hasPrefix("/"), OperationsClient.isVisible(path) else { throw .unusablePath }
        var head =
            "\(method.rawValue) \(path) HTTP/1.1\r\nHost: \(address.authority)\r\n"
            + "Connection: close\r\n"
        if let token {
            // A line feed in it would begin a field of its own.
            guard OperationsClient.isVisible(token) else { throw .unusableToken }
            head += "Authorization: Bearer \(token)\r\n"
        }
        if body != nil { head += "Content-Type: application/json\r\n" }
        if body != nil || method == .post { head += "Content-Length: \(body?.count ?? 0)\r\n" }
        return Array("\(head)\r\n".utf8) + (body ?? [])
    }

    private static func isVisible(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    /// The connection to the first of the host's addresses that takes one.
    private func connect(_ deadline: Deadline) throws(OperationsClientError) -> FileDescriptor {
        var failure: OperationsClientError?
        for socketAddress in try socketAddresses() {
            do throws(OperationsClientError) {
                return try connect(to: socketAddress, deadline)
            } catch { failure = error }
        }
        throw failure
            ?? .resolution(ResolutionError(host: address.description, reason: "no address"))
    }

    private func connect(
        to socketAddress: SocketAddress, _ deadline: Deadline
    ) throws(OperationsClientError) -> FileDescriptor {
        let socket: FileDescriptor
        do throws(SystemError) {
            socket = try Sockets.connect(to: socketAddress)
        } catch { throw .unreachable(address, error) }
        try wait(for: .writable, on: socket.rawValue, deadline)
        let code = Sockets.connectResult(of: socket.rawValue)
        guard code == 0 else {
            throw .unreachable(address, SystemError(call: "connect", code: code))
        }
        return socket
    }

    private func socketAddresses() throws(OperationsClientError) -> [SocketAddress] {
        switch address {
        case .tcp(let host, let port):
            do throws(ResolutionError) {
                return try SocketAddress.resolve(host: host, port: port)
            } catch { throw .resolution(error) }
        case .unix(let path):
            do throws(UnixSocketError) {
                return [try SocketAddress.unix(path: path)]
            } catch { throw .path(error) }
        }
    }

    /// What lost the connection before everything was sent; nil when all was.
    private func transmit(
        _ bytes: [UInt8], on connection: borrowing OperationsConnection, _ deadline: Deadline
    ) throws(OperationsClientError) -> OperationsClientError? {
        var sent = 0
        while sent < bytes.count {
            switch connection.send(bytes.span.extracting(sent...)) {
            case .bytes(let count): sent += count
            case .waits(let interest):
                try wait(for: interest, on: connection.socket.rawValue, deadline)
            case .end: return .ended(receivedBytes: 0)
            case .failed(let error): return error
            }
        }
        return nil
    }

    private func receiveAnswer(
        on connection: borrowing OperationsConnection, _ deadline: Deadline,
        afterFailure failure: OperationsClientError?
    ) throws(OperationsClientError) -> OperationsAnswer {
        var reader = AnswerReader(bytesMax: OperationsClient.answerBytesMax)
        var buffer = [UInt8](repeating: 0, count: OperationsClient.receiveBytes)
        while true {
            var span = buffer.mutableSpan
            switch connection.receive(into: &span) {
            case .bytes(let count):
                if let answer = try reader.take(buffer[..<count]) { return answer }
            case .waits(let interest):
                try wait(for: interest, on: connection.socket.rawValue, deadline)
            case .end: throw failure ?? .ended(receivedBytes: reader.receivedBytes)
            // An alert says why, also after a failed send.
            case .failed(.tls(let reason)): throw .tls(reason)
            case .failed(let error): throw failure ?? error
            }
            guard deadline.isAhead else { throw .timedOut(milliseconds: timeoutMilliseconds) }
        }
    }

    private func wait(
        for interest: Interest, on socket: Int32, _ deadline: Deadline
    ) throws(OperationsClientError) {
        guard deadline.wait(for: interest, on: socket) else {
            throw .timedOut(milliseconds: timeoutMilliseconds)
        }
    }
}
