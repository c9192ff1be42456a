import Glibc
import OperationsAPI
import OperationsClient
import POSIX
import TestSupport

/// Takes one connection on a thread of its own, reads a request and answers with bytes that the
/// test decides.
final class AnsweringServer: Sendable {
    enum End { case closes, resets, waits }

    let address: OperationsAddress
    private let directory: TemporaryDirectory?
    private let received: Running<String>

    /// - Parameters:
    ///   - pieces: sent one after the other once the request is there, each in a packet of its own.
    ///   - request: how the request ends; the server answers as soon as it has come.
    ///   - end: what follows the pieces; `waits` until the client closes.
    init(
        _ pieces: [String], afterRequestEndingIn request: String = "\r\n\r\n",
        then end: End = .waits,
        onUnixSocket isUnix: Bool = false
    ) throws {
        let listener: Descriptor
        if isUnix {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "s")
            listener = Descriptor(try Sockets.listenUnix(path: path, mode: 0o600, backlog: 1))
            address = .unix(path: path)
            self.directory = directory
        } else {
            let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)[0]
            listener = Descriptor(try Sockets.listen(on: any, sharesPort: false, backlog: 1))
            let port = try Sockets.localAddress(of: listener.rawValue).port
            address = .tcp(host: "127.0.0.1", port: port)
            directory = nil
        }
        received = Running(1) { _ in
            let connection = try listener.accept()
            var text = ""
            while !text.hasSuffix(request) {
                guard let piece = connection.receive() else { return text }
                text += piece
            }
            for piece in pieces { connection.send(piece) }
            switch end {
            case .closes: break
            case .resets: connection.resetOnClose()
            case .waits: while connection.receive() != nil {}
            }
            return text
        }
    }

    /// What the client sent, after the server has ended.
    func request() throws -> String { try received.values()[0] }

    private final class Descriptor: Sendable {
        private let owned: FileDescriptor
        var rawValue: CInt { owned.rawValue }

        init(_ owned: consuming FileDescriptor) { self.owned = owned }

        func accept() throws -> Descriptor {
            guard Sockets.wait(for: .readable, on: rawValue, 10_000),
                case .connection(let connection, _) = Sockets.accept(rawValue)
            else { throw NeverHappened(what: "a connection") }
            return Descriptor(connection)
        }

        /// Nil at the end, or when nothing comes.
        func receive() -> String? {
            guard Sockets.wait(for: .readable, on: rawValue, 10_000) else { return nil }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var span = buffer.mutableSpan
            guard case .bytes(let count) = Sockets.receive(rawValue, into: &span) else {
                return nil
            }
            return String(decoding: buffer.prefix(count), as: UTF8.self)
        }

        func send(_ text: String) {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                switch Sockets.send(rawValue, Array(rest).span) {
                case .bytes(let count): rest = rest.dropFirst(count)
                case .wouldBlock: _ = Sockets.wait(for: .writable, on: rawValue, 10_000)
                case .end, .failed: return
                }
            }
        }

        func resetOnClose() {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
    }
}
