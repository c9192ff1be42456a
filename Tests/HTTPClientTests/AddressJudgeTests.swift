import HTTPClient
import JSON
import POSIX
import TestSupport
import Testing

@Suite struct AddressJudgeTests {
    /// Judged against the registries of special-purpose addresses.
    private static func table(_ name: String) throws -> [[String: JSONValue]] {
        let path = "\(ProjectPlaces.root)/Tests/HTTPClientTests/Fixtures/ssrf.json"
        let bytes = try Files.read(path, bytesMax: 65_536)
        let document = try #require(JSONValue(parsing: bytes.span, depthMax: 8).asObject)
        return try #require(document[name]?.asArray).map { entry in
            let members = try #require(entry.asObject).members
            return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
        }
    }

    private func address(_ host: String) throws -> SocketAddress {
        try #require(SocketAddress.resolve(host: host, port: 443, numericOnly: true).first)
    }

    @Test func `public addresses are permitted and all others are not`() throws {
        let judge = AddressJudge(allowed: [])
        let table = try AddressJudgeTests.table("addresses")
        #expect(table.count == 44)
        for entry in table {
            let host = try #require(entry["address"]?.asString)
            #expect(
                try JSONValue.bool(judge.permits(address(host))) == entry["public_by_rule"],
                "\(host)")
        }
    }

    @Test func `of the URLs that mislead none leads anywhere`() throws {
        let judge = AddressJudge(allowed: [])
        let table = try AddressJudgeTests.table("urls_to_refuse")
        #expect(table.count == 13)
        for entry in table {
            let text = try #require(entry["url"]?.asString)
            guard let url = try? OutgoingURL(text) else { continue }
            // A name that the machine does not know leads nowhere either.
            let addresses =
                (try? SocketAddress.resolve(host: url.host, port: url.port)) ?? []
            #expect(!addresses.contains(where: judge.permits), "\(text)")
        }
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.1", true),
        ("10.1.0.0/16", "10.2.0.1", false), ("10.1.0.0/16", "10.1.2.3", true),
        ("127.0.0.1/32", "127.0.0.1", true), ("127.0.0.1/32", "127.0.0.2", false),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("fd00::/8", "fd12::1", true),
        ("fd00::/8", "fc00::1", false), ("0.0.0.0/0", "192.168.1.1", true),
        ("0.0.0.0/0", "fd00::1", false), ("::/0", "::1", true),
        ("172.16.0.0/12", "172.31.255.255", true), ("172.16.0.0/13", "172.31.255.255", false),
    ])
    func `networks that are allowed by name are permitted`(
        network: String, host: String, isPermitted: Bool
    ) throws {
        let judge = AddressJudge(allowed: [try #require(AddressBlock(network))])
        #expect(try judge.permits(address(host)) == isPermitted)
    }

    @Test(arguments: [
        "", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8", "10.0.0.0/-1",
        "::/129", "fd00::1/8", "localhost/8", "10.0.0/x",
    ])
    func `what is no network is refused`(text: String) { #expect(AddressBlock(text) == nil) }

    @Test func `a Unix socket is no place for a request`() throws {
        #expect(try !AddressJudge(allowed: []).permits(.unix(path: "/run/s")))
    }
}
