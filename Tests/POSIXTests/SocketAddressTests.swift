import POSIX
import Testing

struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("0.0.0.0", false), ("128.0.0.1", false),
        ("10.127.0.1", false), ("::1", true), ("::", false), ("::2", false), ("1::1", false),
        ("fe80::1", false), ("127::", false),
    ])
    func `numeric addresses keep their port, and loopback ones are known`(
        host: String, isLoopback: Bool
    ) throws {
        for port: UInt16 in [0, 1, 255, 256, 8080, 65535] {
            let addresses = try SocketAddress.resolve(host: host, port: port, numericOnly: true)
            try #require(addresses.count == 1)
            #expect(addresses[0].port == port)
            #expect(addresses[0].isLoopback == isLoopback)
        }
    }

    @Test func `addresses are equal when host and port are`() throws {
        func address(_ host: String, _ port: UInt16) throws -> SocketAddress {
            try #require(
                try SocketAddress.resolve(host: host, port: port, numericOnly: true).first)
        }
        #expect(try address("127.0.0.1", 1) == address("127.0.0.1", 1))
        #expect(try address("127.0.0.1", 1) != address("127.0.0.1", 2))
        #expect(try address("127.0.0.1", 1) != address("127.0.0.2", 1))
        #expect(try address("::1", 1) != address("127.0.0.1", 1))
    }

    @Test(arguments: ["localhost", "127.0.0.1.5", "1.2.3.4 ", "[::1]", "not a host"])
    func `a name is refused where only numbers are taken`(host: String) throws {
        let error = #expect(throws: ResolutionError.self) {
            try SocketAddress.resolve(host: host, port: 1, numericOnly: true)
        }
        #expect(error?.host == host)
        #expect(error?.reason.isEmpty == false)
    }

    @Test func `localhost is on loopback`() throws {
        let addresses = try SocketAddress.resolve(host: "localhost", port: 80)
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { $0.isLoopback && $0.port == 80 })
    }
}
