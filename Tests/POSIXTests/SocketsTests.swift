import Glibc
import POSIX
import TestSupport
import Testing

struct SocketsTests {
    private static func listener(host: String = "127.0.0.1") throws -> FileDescriptor {
        let any = try SocketAddress.resolve(host: host, port: 0, numericOnly: true)
        return try Sockets.listen(on: any[0], sharesPort: false, backlog: 16)
    }

    /// An end of a connection.
    private final class End {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

        var rawValue: CInt { descriptor.rawValue }
    }

    private static func pair() throws -> (client: End, server: End) {
        let listener = try listener()
        let address = try Sockets.localAddress(of: listener.rawValue)
        let client = try Sockets.connect(to: address)
        try #require(Sockets.wait(for: .readable, on: listener.rawValue, 10_000))
        guard case .connection(let server, _) = Sockets.accept(listener.rawValue) else {
            throw SystemError(call: "accept", code: 0)
        }
        return (End(client), End(server))
    }

    private static func receive(_ socket: CInt, atMost count: Int = 100) -> (Transfer, [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: count)
        var span = buffer.mutableSpan
        let transfer = Sockets.receive(socket, into: &span)
        guard case .bytes(let received) = transfer else { return (transfer, []) }
        return (transfer, Array(buffer.prefix(received)))
    }

    @Test func `bytes go both ways, and then the end`() throws {
        let (client, server) = try SocketsTests.pair()
        #expect(Sockets.connectResult(of: client.rawValue) == 0)
        #expect(SocketsTests.receive(server.rawValue).0 == .wouldBlock)
        #expect(Sockets.send(client.rawValue, [1, 2, 3].span) == .bytes(3))
        try #require(Sockets.wait(for: .readable, on: server.rawValue, 10_000))
        #expect(SocketsTests.receive(server.rawValue, atMost: 2).1 == [1, 2])
        #expect(SocketsTests.receive(server.rawValue).1 == [3])
        Sockets.shutDownWriting(client.rawValue)
        try #require(Sockets.wait(for: .readable, on: server.rawValue, 10_000))
        #expect(SocketsTests.receive(server.rawValue).0 == .end)
        #expect(Sockets.send(server.rawValue, [4].span) == .bytes(1))
        try #require(Sockets.wait(for: .readable, on: client.rawValue, 10_000))
        #expect(SocketsTests.receive(client.rawValue).1 == [4])
    }

    @Test func `a full socket takes a part, then none`() throws {
        let (client, server) = try SocketsTests.pair()
        defer { withExtendedLifetime(server) {} }
        let block = [UInt8](repeating: 0, count: 1 << 20)
        var sent = 0
        while sent < 1 << 30 {
            let transfer = Sockets.send(client.rawValue, block.span)
            guard case .bytes(let count) = transfer else {
                #expect(transfer == .wouldBlock)
                return
            }
            #expect(count > 0)
            sent += count
        }
        Issue.record("the socket took everything")
    }

    @Test func `a peer that has gone is an error and no signal`() throws {
        let client: End
        do {
            let (left, server) = try SocketsTests.pair()
            client = left
            // Closed with input unread, it resets the connection.
            _ = Sockets.send(client.rawValue, [1].span)
            try #require(Sockets.wait(for: .readable, on: server.rawValue, 10_000))
        }
        try eventually("the reset has come") {
            SocketsTests.receive(client.rawValue).0 != .wouldBlock
        }
        let socket = client.rawValue
        #expect(Sockets.send(socket, [2].span) == .failed(code: EPIPE))
    }

    @Test func `nobody waits at a new listener`() throws {
        let listener = try SocketsTests.listener()
        guard case .wouldBlock = Sockets.accept(listener.rawValue) else {
            Issue.record("another process does")
            return
        }
    }

    @Test func `a connect that is refused is told by its result`() throws {
        let port = try FreePort.find()
        let address = try SocketAddress.resolve(host: "127.0.0.1", port: port, numericOnly: true)
        let socket = try Sockets.connect(to: address[0])
        try #require(Sockets.wait(for: .writable, on: socket.rawValue, 10_000))
        #expect(Sockets.connectResult(of: socket.rawValue) == ECONNREFUSED)
    }

    @Test(arguments: [false, true])
    func `a port is shared only where both ask for it`(firstShares: Bool) throws {
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        let first = try Sockets.listen(on: any[0], sharesPort: firstShares, backlog: 1)
        let address = try Sockets.localAddress(of: first.rawValue)
        #expect(address.port != 0)
        let loopback = try SocketAddress.resolve(
            host: "127.0.0.1", port: address.port, numericOnly: true)
        #expect(loopback == [address])
        let error = #expect(throws: SystemError.self) {
            _ = try Sockets.bind(to: address, sharesPort: false)
        }
        #expect(error?.isAddressInUse == true)
        if firstShares {
            let second = try Sockets.listen(on: address, sharesPort: true, backlog: 1)
            #expect(try Sockets.localAddress(of: second.rawValue) == address)
        } else {
            #expect(throws: SystemError.self) {
                _ = try Sockets.listen(on: address, sharesPort: true, backlog: 1)
            }
        }
    }

    @Test func `IPv6 listens as IPv4 does`() throws {
        let listener = try SocketsTests.listener(host: "::1")
        let address = try Sockets.localAddress(of: listener.rawValue)
        let loopback = try SocketAddress.resolve(
            host: "::1", port: address.port, numericOnly: true)
        #expect(loopback == [address])
        let client = try Sockets.connect(to: address)
        try #require(Sockets.wait(for: .writable, on: client.rawValue, 10_000))
        #expect(Sockets.connectResult(of: client.rawValue) == 0)
    }

    @Test func `waiting ends when the time is over`() throws {
        let listener = try SocketsTests.listener()
        #expect(!Sockets.wait(for: .readable, on: listener.rawValue, 1))
    }

    @Test func `accepted sockets are closed on exec, do not block and do not delay`() throws {
        let (_, server) = try SocketsTests.pair()
        #expect(fcntl(server.rawValue, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(server.rawValue, F_GETFL) & O_NONBLOCK != 0)
        var value: CInt = 0
        var count = socklen_t(MemoryLayout<CInt>.size)
        // TCP_NODELAY is 1 (tcp(7)).
        try #require(getsockopt(server.rawValue, CInt(IPPROTO_TCP), 1, &value, &count) == 0)
        #expect(value != 0)
    }
}
