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

    /// - Parameters:
    ///   - token: sent as a bearer token; on a Unix socket none is needed.
    ///   - timeoutMilliseconds: for the whole request, but for the lookup of a host name.
    package init(address: OperationsAddress, token: String?, timeoutMilliseconds: Int64) {
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
        let socket = try connect(deadline)
        // A server that refuses may close before it has read everything; its answer is still there.
        let failure = try transmit(request, on: socket.rawValue, deadline)
        return try receiveAnswer(on: socket.rawValue, deadline, afterFailure: failure)
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
        _ bytes: [UInt8], on socket: Int32, _ deadline: Deadline
    ) throws(OperationsClientError) -> SystemError? {
        var sent = 0
        while sent < bytes.count {
            switch Sockets.send(socket, bytes.span.extracting(sent...)) {
            case .bytes(let count): sent += count
            case .wouldBlock: try wait(for: .writable, on: socket, deadline)
            case .end: return SystemError(call: "send", code: 0)
            case .failed(let code): return SystemError(call: "send", code: code)
            }
        }
        return nil
    }

    private func receiveAnswer(
        on socket: Int32, _ deadline: Deadline, afterFailure failure: SystemError?
    ) throws(OperationsClientError) -> OperationsAnswer {
        var reader = AnswerReader(bytesMax: OperationsClient.answerBytesMax)
        var buffer = [UInt8](repeating: 0, count: OperationsClient.receiveBytes)
        while true {
            var span = buffer.mutableSpan
            switch Sockets.receive(socket, into: &span) {
            case .bytes(let count):
                if let answer = try reader.take(buffer[..<count]) { return answer }
            case .wouldBlock: try wait(for: .readable, on: socket, deadline)
            case .end:
                if let failure { throw .lost(failure) }
                throw .ended(receivedBytes: reader.receivedBytes)
            case .failed(let code):
                throw .lost(failure ?? SystemError(call: "recv", code: code))
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
