internal import Foundation
package import OpenSSL
internal import POSIX
internal import Synchronization

/// A server whose every byte a test decides, with TLS or without. It takes any number of
/// connections, each on a thread of its own, and one request on each.
package final class StandInServer: Sendable {
    /// What it does, in order, once a request's head has come.
    package enum Step: Sendable {
        case send(String)
        /// Each byte so long after the one before.
        case drip(String, everyMilliseconds: Int32)
        /// The same text again and again, until the client leaves.
        case flood(String)
        /// Until the client leaves.
        case wait
        /// Until the test lets it continue.
        case hold
    }

    package let port: UInt16
    private let shared: Shared

    /// - Parameters:
    ///   - tls: nil: without TLS.
    ///   - answer: what is done with a request.
    package init(
        tls: TLSContext? = nil, port: UInt16 = 0,
        _ answer: @escaping @Sendable (_ request: String) -> [Step]
    ) throws {
        Signals.ignoreBrokenPipes()
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: port, numericOnly: true)[0]
        let listener = try Sockets.listen(on: address, sharesPort: false, backlog: 64)
        self.port = try Sockets.localAddress(of: listener.rawValue).port
        shared = Shared(listener, tls, answer)
        StandInServer.run { [shared] in shared.acceptAll() }
    }

    deinit { close() }

    /// Whole answers of the same status and type.
    package static func answer(
        _ body: String, _ status: String = "200 OK", type: String = "application/json",
        fields: String = ""
    ) -> [Step] {
        [
            .send(
                "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
        ]
    }

    /// The heads of the requests so far.
    package var requests: [String] { shared.requests.all }

    /// Lets every `hold` end.
    package func release() { shared.isReleased.store(true, ordering: .sequentiallyConsistent) }

    /// Takes no more connections; returns when the port is free.
    package func close() { shared.close() }

    fileprivate static func run(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.stackSize = 1 << 19
        thread.start()
    }
}

private final class Shared: Sendable {
    let requests = Answers<String>()
    let isReleased = Atomic(false)
    private let listener: Mutex<FileDescriptor?>
    private let tls: TLSContext?
    private let answer: @Sendable (String) -> [StandInServer.Step]

    init(
        _ listener: consuming FileDescriptor, _ tls: TLSContext?,
        _ answer: @escaping @Sendable (String) -> [StandInServer.Step]
    ) {
        self.listener = Mutex(listener)
        self.tls = tls
        self.answer = answer
    }

    func close() { listener.withLock { $0 = nil } }

    /// Looks 500 times a second, so that the listener can be closed between two looks.
    func acceptAll() {
        while true {
            let isOpen = listener.withLock { listener in
                guard let descriptor = listener?.rawValue else { return false }
                while case .connection(let connection, _) = Sockets.accept(descriptor) {
                    let held = Held(connection)
                    StandInServer.run { [self] in serve(held) }
                }
                return true
            }
            guard isOpen else { return }
            _ = poll(nil, 0, 2)
        }
    }

    private func serve(_ held: Held) {
        let connection = Accepted(held.take(), tls)
        var text = ""
        while !text.contains("\r\n\r\n") {
            guard let piece = connection.receive() else { return }
            text += piece
        }
        requests.add(text)
        for step in answer(text) {
            switch step {
            case .send(let text): if !connection.send(text) { return }
            case .drip(let text, let interval):
                for byte in text {
                    guard connection.send(String(byte)) else { return }
                    _ = poll(nil, 0, interval)
                }
            case .flood(let text): while connection.send(text) {}
            case .wait: while connection.receive() != nil {}
            case .hold:
                while !isReleased.load(ordering: .sequentiallyConsistent) { _ = poll(nil, 0, 2) }
            }
        }
    }
}

/// Carries a descriptor to a thread.
private final class Held: Sendable {
    private let descriptor: Mutex<FileDescriptor?>

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = Mutex(descriptor) }

    func take() -> FileDescriptor {
        guard let taken = descriptor.withLock({ $0.take() }) else { fatalError("taken twice") }
        return taken
    }
}

/// One connection; it waits at most 30 s for its client.
private struct Accepted: ~Copyable {
    private static let patience: Int32 = 30_000

    private let socket: FileDescriptor
    private let session: TLSSession?

    init(_ socket: consuming FileDescriptor, _ context: TLSContext?) {
        session = context.map { TLSSession(accepting: $0, on: socket.rawValue) }
        self.socket = socket
    }

    /// Nil at the end, and where the client has left.
    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            var span = buffer.mutableSpan
            let step: Transfer
            if let session {
                switch session.receive(into: &span) {
                case .bytes(let count): step = .bytes(count)
                case .wantsRead, .wantsWrite: step = .wouldBlock
                case .end, .failed: step = .end
                }
            } else {
                step = Sockets.receive(socket.rawValue, into: &span)
            }
            switch step {
            case .bytes(let count): return String(decoding: buffer.prefix(count), as: UTF8.self)
            case .wouldBlock:
                guard Sockets.wait(for: .readable, on: socket.rawValue, Self.patience) else {
                    return nil
                }
            case .end, .failed: return nil
            }
        }
    }

    /// False where the client has left.
    func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let bytes = Array(rest)
            let step: Transfer
            if let session {
                switch session.send(bytes.span) {
                case .bytes(let count): step = .bytes(count)
                case .wantsRead, .wantsWrite: step = .wouldBlock
                case .end, .failed: step = .end
                }
            } else {
                step = Sockets.send(socket.rawValue, bytes.span)
            }
            switch step {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock:
                guard Sockets.wait(for: .writable, on: socket.rawValue, Self.patience) else {
                    return false
                }
            case .end, .failed: return false
            }
        }
        return true
    }
}
