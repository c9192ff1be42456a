internal import POSIX

/// A server whose every byte the test decides. It never blocks.
package final class ScriptedServer {
    package let port: UInt16
    private let listener: FileDescriptor
    private var connection: FileDescriptor?
    private var received: [UInt8] = []
    package private(set) var isClosedByPeer = false

    package init(port: UInt16 = 0) throws {
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: port, numericOnly: true)[0]
        listener = try Sockets.listen(on: address, sharesPort: false, backlog: 16)
        self.port = try Sockets.localAddress(of: listener.rawValue).port
    }

    /// Takes the next connection in place of the present one; false when nobody waits.
    package func accept() throws -> Bool {
        switch Sockets.accept(listener.rawValue) {
        case .connection(let accepted, _):
            connection = consume accepted
            received = []
            isClosedByPeer = false
            return true
        default: return false
        }
    }

    package func closeConnection() { connection = nil }

    /// All that has come on this connection.
    package func receivedText() throws -> String {
        receive()
        return String(decoding: received, as: UTF8.self)
    }

    package func send(_ text: String) throws {
        guard let descriptor = connection?.rawValue else { return }
        var rest = Array(text.utf8)
        while !rest.isEmpty {
            switch Sockets.send(descriptor, rest.span) {
            case .bytes(let count): rest.removeFirst(count)
            case .wouldBlock: continue
            case .end, .failed: throw SystemError(call: "send", code: 0)
            }
        }
    }

    /// Notices also whether the peer has closed.
    package func receive() {
        guard let descriptor = connection?.rawValue else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var span = buffer.mutableSpan
            switch Sockets.receive(descriptor, into: &span) {
            case .bytes(let count): received += buffer.prefix(count)
            case .wouldBlock: return
            case .end, .failed:
                isClosedByPeer = true
                return
            }
        }
    }
}
