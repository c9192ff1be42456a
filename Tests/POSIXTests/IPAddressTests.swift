import POSIX
import Testing

private func address(_ text: String) -> IPAddress? { IPAddress(parsing: Array(text.utf8).span) }

@Suite struct IPAddressTests {
    @Test(
        arguments: [
            ("192.0.2.1", [192, 0, 2, 1]), ("0.0.0.0", [0, 0, 0, 0]),
            ("255.255.255.255", [255, 255, 255, 255]),
            ("::", [UInt8](repeating: 0, count: 16)),
            ("2001:DB8::1", [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            (
                "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
                [UInt8](repeating: 0xFF, count: 16)
            ),
        ] as [(String, [UInt8])])
    func `an address is its bytes`(text: String, bytes: [UInt8]) {
        #expect(address(text) == IPAddress(bytes))
        #expect(address(text)?.isIPv4 == (bytes.count == 4))
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\0",
        "0x7f.0.0.1", "127.1", ":", ":::", "1::2::3", "12345::", "::1%lo", "[::1]", "localhost",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3", "1.2.3.4:5",
        String(repeating: "0", count: 45) + "1",
    ])
    func `what is no address is refused`(text: String) { #expect(address(text) == nil) }

    @Test func `an IPv4 address that is mapped into IPv6 is that address once it is unmapped`() {
        let mapped = address("::ffff:192.0.2.1")
        #expect(mapped != address("192.0.2.1"))
        #expect(mapped?.unmapped == address("192.0.2.1"))
        for text in ["192.0.2.1", "::1", "::192.0.2.1", "1::ffff:192.0.2.1", "::fffe:192.0.2.1"] {
            #expect(address(text)?.unmapped == address(text))
        }
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "9.255.255.255", false), ("192.0.2.1/32", "192.0.2.1", true),
        ("192.0.2.1/32", "192.0.2.0", false), ("192.0.2.0/31", "192.0.2.1", true),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
        ("::/0", "::1", true), ("::/0", "10.0.0.1", false),
        ("2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", true),
        ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::/65", "2001:db8::7fff:ffff:ffff:ffff", true),
        ("2001:db8::/65", "2001:db8::8000:0:0:0", false),
        ("2001:db8::/63", "2001:db8:0:1::1", true), ("2001:db8::/63", "2001:db8:0:2::", false),
        ("::1/128", "::1", true), ("::1/128", "::2", false), ("::ffff:0:0/96", "10.0.0.1", false),
        ("::ffff:0:0/96", "::ffff:10.0.0.1", true),
    ])
    func `a network has the addresses that begin with its prefix`(
        network: String, host: String, isInside: Bool
    ) throws {
        let host = try #require(address(host))
        #expect(try #require(Network(network)).contains(host) == isInside)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8",
        "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/008 ", "10.0.0.0/0008", "::/129", "fd00::1/8",
        "localhost/8", "10.0.0/x", "10.0.0.0 /8",
    ])
    func `what is no network is refused`(text: String) { #expect(Network(text) == nil) }

    @Test func `an address is the network that has it alone`() throws {
        for text in ["192.0.2.1", "2001:db8::1"] {
            let one = try #require(address(text))
            let network = Network(of: one, text: text)
            #expect(network.contains(one) && network.description == text)
            for other in ["192.0.2.0", "2001:db8::"] {
                #expect(try !network.contains(#require(address(other))))
            }
        }
    }
}
