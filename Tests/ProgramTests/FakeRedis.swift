import Foundation
import Glibc
import POSIX
import Synchronization
import TestSupport

/// Something on Redis' port that is no good Redis. It serves each connection on a thread.
final class FakeRedis: Sendable {
    enum Conduct: Sendable {
        /// Takes all and says nothing.
        case silent
        /// Answers with what is no RESP.
        case garbage
        /// Closes every connection immediately.
        case closing
        /// Closes when it is first asked for something.
        case hangingUp
        /// Answers with an error.
        case refusing
        /// Answers a script that names this subject so many milliseconds later than any other: that
        /// the token is revoked, where the others are admitted.
        case late(subject: String, milliseconds: Int32)
        /// Admits, but sends each tenth answer on a connection once more in place of the next one.
        case repeating
    }

    let port: UInt16
    private let listener: CInt
    private let conduct: Conduct
    private let connections = Mutex<[CInt]>([])

    init(_ conduct: Conduct) throws {
        self.conduct = conduct
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        let bound = try Sockets.listen(on: any[0], sharesPort: false, backlog: 64)
        port = try Sockets.localAddress(of: bound.rawValue).port
        listener = dup(bound.rawValue)
        // Blocking, for a thread of its own.
        _ = fcntl(listener, F_SETFL, 0)
        let (listener, conduct) = (listener, conduct)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                self.connections.withLock { $0.append(connection) }
                Thread.detachNewThread { FakeRedis.serve(connection, conduct) }
            }
        }
    }

    /// How many have connected so far.
    var connectionCount: Int { connections.withLock { $0.count } }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
        // They stay open but dead, so that their threads end and no number is used again meanwhile.
        for connection in connections.withLock({ $0 }) { shutdown(connection, CInt(SHUT_RDWR)) }
    }

    private static func serve(_ connection: CInt, _ conduct: Conduct) {
        defer { shutdown(connection, CInt(SHUT_RDWR)) }
        if case .closing = conduct { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var answered = 0
        var latest = ""
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            let text = String(decoding: buffer[..<count], as: UTF8.self)
            switch conduct {
            case .silent: break
            case .closing, .hangingUp: return
            case .garbage: send("HTTP/1.1 200 OK\r\n\r\n", on: connection)
            case .refusing:
                for _ in commands(in: text) { send("-LOADING not yet\r\n", on: connection) }
            case .late(let subject, let milliseconds):
                for command in commands(in: text) {
                    answer(command, on: connection, lateFor: subject, milliseconds)
                }
            case .repeating:
                for command in commands(in: text) {
                    answered += 1
                    if answered % 10 != 0 { latest = answer(to: command, admitted) }
                    send(latest, on: connection)
                }
            }
        }
    }

    /// The parts of what came that each begin with a command: short ones, which one read brings.
    private static func commands(in text: String) -> [String] {
        text.components(separatedBy: "\r\n*").filter { !$0.isEmpty }
    }

    private static func answer(
        _ command: String, on connection: CInt, lateFor subject: String, _ milliseconds: Int32
    ) {
        let isLate = command.contains("quota:\(subject)\r\n")
        if isLate { _ = poll(nil, 0, milliseconds) }
        send(answer(to: command, isLate ? revoked : admitted), on: connection)
    }

    // As the script packs them: a code of two bits, 20 bits of what is left, milliseconds.
    private static let admitted = 3_600_000 << 22 | 50 << 2 | 0
    private static let revoked = 2

    /// The script's answer with the same decision on each request; the nonce is the command's last
    /// argument.
    private static func answer(to command: String, _ decision: Int) -> String {
        let requestCount = command.components(separatedBy: "quota:").count - 1
        let nonce = command.split(separator: "\r\n").last ?? ""
        return "*\(requestCount + 1)\r\n:\(nonce)\r\n"
            + String(repeating: ":\(decision)\r\n", count: requestCount)
    }

    private static func send(_ text: String, on connection: CInt) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }
}
