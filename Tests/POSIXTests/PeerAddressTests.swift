import Glibc
import POSIX
import TestSupport
import Testing

extension PeerAddress {
    fileprivate var text: String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}

struct PeerAddressTests {
    private static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    private static let documentation: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 7]

    @Test(arguments: [
        ([127, 0, 0, 1], "127.0.0.1", PeerAddress.Subscriber.ipv4(0x7F00_0001)),
        ([255, 255, 255, 255], "255.255.255.255", .ipv4(.max)),
        (mapped + [192, 0, 2, 1], "192.0.2.1", .ipv4(0xC000_0201)),
        ([UInt8](repeating: 0, count: 15) + [1], "::1", .ipv6(0)),
        (
            documentation + [0, 0, 0, 0, 0, 0, 0, 1], "2001:db8:0:7::1",
            .ipv6(0x2001_0DB8_0000_0007)
        ),
        (
            documentation + [UInt8](repeating: 0xFF, count: 8), "2001:db8:0:7:ffff:ffff:ffff:ffff",
            .ipv6(0x2001_0DB8_0000_0007)
        ),
        (
            [UInt8](repeating: 0xFF, count: 16), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            .ipv6(.max)
        ),
    ])
    func `an address has a text and a network`(
        host: [UInt8], text: String, network: PeerAddress.Subscriber
    ) {
        let address = PeerAddress(host[...])
        #expect(address.text == text)
        #expect(address.network == network)
        #expect(address.bytes.count <= PeerAddress.bytesMax)
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func `an accepted connection comes with the address of its peer`(host: String) throws {
        let any = try SocketAddress.resolve(host: host, port: 0, numericOnly: true)
        let listener = try Sockets.listen(on: any[0], sharesPort: false, backlog: 16)
        let client = try Sockets.connect(to: Sockets.localAddress(of: listener.rawValue))
        try #require(Sockets.wait(for: .readable, on: listener.rawValue, 10_000))
        guard case .connection(_, let peer) = Sockets.accept(listener.rawValue) else {
            Issue.record("nobody connected")
            return
        }
        #expect(peer.text == host)
        _ = consume client
    }
}

struct AcceptedSocketTests {
    private func option(_ socket: CInt, _ level: CInt, _ name: CInt) -> CInt {
        var value: CInt = -1
        var count = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(socket, level, name, &value, &count)
        return value
    }

    @Test func `an accepted connection has bounded buffers and gives up a silent peer`() throws {
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        let listener = try Sockets.listen(on: any[0], sharesPort: false, backlog: 16)
        Sockets.setUserTimeout(listener.rawValue, milliseconds: 7654)
        let client = try Sockets.connect(to: Sockets.localAddress(of: listener.rawValue))
        try #require(Sockets.wait(for: .readable, on: listener.rawValue, 10_000))
        guard case .connection(let server, _) = Sockets.accept(listener.rawValue) else {
            Issue.record("nobody connected")
            return
        }
        let tcp = CInt(IPPROTO_TCP)
        #expect(option(server.rawValue, tcp, TCP_USER_TIMEOUT) == 7654)
        #expect(option(server.rawValue, tcp, TCP_NODELAY) == 1)
        for name in [SO_SNDBUF, SO_RCVBUF] {
            #expect(
                option(server.rawValue, SOL_SOCKET, name) == 2 * Sockets.acceptedBufferBytes)
        }
        #expect(!Sockets.hasInput(server.rawValue))
        #expect(Sockets.send(client.rawValue, [1].span) == .bytes(1))
        try #require(Sockets.wait(for: .readable, on: server.rawValue, 10_000))
        #expect(Sockets.hasInput(server.rawValue))
        #expect(Sockets.hasInput(server.rawValue), "it is still there")
    }

    @Test func `the end of a peer is no input`() throws {
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        let listener = try Sockets.listen(on: any[0], sharesPort: false, backlog: 16)
        let client = try Sockets.connect(to: Sockets.localAddress(of: listener.rawValue))
        try #require(Sockets.wait(for: .readable, on: listener.rawValue, 10_000))
        guard case .connection(let server, _) = Sockets.accept(listener.rawValue) else {
            Issue.record("nobody connected")
            return
        }
        Sockets.shutDownWriting(client.rawValue)
        try #require(Sockets.wait(for: .readable, on: server.rawValue, 10_000))
        #expect(!Sockets.hasInput(server.rawValue))
    }
}
