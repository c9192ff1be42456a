import POSIX
import TestSupport
import Testing

struct SocketAddressTests {
    @Test(arguments: [
        "127.0.0.1", "127.255.0.9", "0.0.0.0", "128.0.0.1", "10.127.0.1", "::1", "::", "::2",
        "1::1", "fe80::1", "127::",
    ])
    func `numeric addresses keep their port`(host: String) throws {
        for port: UInt16 in [0, 1, 255, 256, 8080, 65535] {
            let addresses = try SocketAddress.resolve(host: host, port: port, numericOnly: true)
            try #require(addresses.count == 1)
            #expect(addresses[0].port == port)
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

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
        ("127.0.0.1", "0.0.0.0", true), ("0.0.0.0", "0.0.0.0", true),
        ("::1", "::1", true), ("::1", "::2", false), ("::", "::1", true),
        ("::", "127.0.0.1", true), ("::", "0.0.0.0", true), ("::1", "127.0.0.1", false),
        ("::1", "0.0.0.0", false), ("::ffff:127.0.0.1", "127.0.0.1", true),
        ("::ffff:127.0.0.1", "127.0.0.2", false), ("::ffff:127.0.0.1", "0.0.0.0", true),
        ("::ffff:127.0.0.1", "::", true), ("::ffff:127.0.0.1", "::1", false),
    ])
    func `two that name one host, or one of which names all, exclude each other on a port`(
        one: String, other: String, isExcluded: Bool
    ) throws {
        func address(_ host: String, _ port: UInt16) throws -> SocketAddress {
            try #require(
                try SocketAddress.resolve(host: host, port: port, numericOnly: true).first)
        }
        for (here, there) in [(one, other), (other, one)] {
            #expect(try address(here, 80).excludes(address(there, 80)) == isExcluded)
            #expect(try !address(here, 80).excludes(address(there, 81)))
            #expect(try !address(here, 0).excludes(address(there, 0)))
            #expect(try !address(here, 80).excludes(SocketAddress.unix(path: "/s")))
        }
    }

    @Test func `two addresses exclude each other where the kernel says so`() throws {
        // A machine may have no IPv6.
        let hosts = ["127.0.0.1", "127.0.0.2", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"]
            .filter { isBindable($0) }
        #expect(hosts.count >= 3)
        for one in hosts {
            for other in hosts {
                func isTakenByOthers() throws -> Bool {
                    let first = try listener(one)
                    defer { withExtendedLifetime(first) {} }
                    let taken = try Sockets.localAddress(of: first.rawValue)
                    let wanted = try SocketAddress.resolve(host: other, port: taken.port)[0]
                    let excludes = taken.excludes(wanted)
                    do throws(SystemError) {
                        _ = try Sockets.bind(to: wanted, sharesPort: false)
                        #expect(!excludes, "\(one) and \(other)")
                        return false
                    } catch {
                        #expect(error.isAddressInUse)
                        return !excludes
                    }
                }
                // Another process may have the same port at the other address.
                try eventually("\(one) leaves \(other) free") { try !isTakenByOthers() }
            }
        }
    }

    private func isBindable(_ host: String) -> Bool {
        do {
            _ = try listener(host)
            return true
        } catch { return false }
    }

    private func listener(_ host: String) throws -> FileDescriptor {
        let address = try SocketAddress.resolve(host: host, port: 0, numericOnly: true)[0]
        return try Sockets.listen(on: address, sharesPort: false, backlog: 1)
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
        let loopback = try ["127.0.0.1", "::1"].flatMap {
            try SocketAddress.resolve(host: $0, port: 80, numericOnly: true)
        }
        #expect(addresses.allSatisfy(loopback.contains))
    }
}
