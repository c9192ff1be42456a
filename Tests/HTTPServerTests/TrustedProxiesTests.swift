import HTTPServer
import POSIX
import Testing

/// What proxies say of a request, and what is believed of it.
struct ForwardedSample: Sendable {
    let peer: String
    /// The lines of `X-Forwarded-For`.
    let lines: [String]
    let client: String
    var isKnown = true
}

private let client = "203.0.113.9"

private let forwardedSamples: [ForwardedSample] = [
    ForwardedSample(peer: "10.0.0.7", lines: [client], client: client),
    ForwardedSample(peer: "fd00::7", lines: [client], client: client),
    ForwardedSample(peer: "10.0.0.7", lines: ["198.51.100.1, \(client)"], client: client),
    ForwardedSample(peer: "10.0.0.7", lines: ["198.51.100.1", client], client: client),
    ForwardedSample(peer: "10.0.0.7", lines: ["forged, \(client), 10.1.2.3"], client: client),
    ForwardedSample(
        peer: "10.0.0.7", lines: ["\(client), 10.1.2.3", "fd00::7, 10.9.9.9:80"], client: client),
    ForwardedSample(peer: "10.0.0.7", lines: ["\(client):65535"], client: client),
    ForwardedSample(peer: "10.0.0.7", lines: ["2001:db8::1"], client: "2001:db8::1"),
    ForwardedSample(peer: "10.0.0.7", lines: ["2001:DB8:0::0001"], client: "2001:db8::1"),
    ForwardedSample(peer: "10.0.0.7", lines: ["[2001:db8::1]"], client: "2001:db8::1"),
    ForwardedSample(peer: "10.0.0.7", lines: ["[2001:db8::1]:80"], client: "2001:db8::1"),
    ForwardedSample(peer: "10.0.0.7", lines: ["\(client), [fd00::8]:1"], client: client),
    ForwardedSample(peer: "10.0.0.7", lines: ["::ffff:\(client)"], client: client),
    // One that is mapped is no way around the list.
    ForwardedSample(peer: "10.0.0.7", lines: ["\(client), ::ffff:10.1.2.3"], client: client),
    // No client is named.
    ForwardedSample(peer: "10.0.0.7", lines: [], client: "10.0.0.7", isKnown: false),
    ForwardedSample(peer: "10.0.0.7", lines: ["", ","], client: "10.0.0.7", isKnown: false),
    ForwardedSample(peer: "10.0.0.7", lines: ["10.1.2.3"], client: "10.1.2.3", isKnown: false),
    ForwardedSample(
        peer: "10.0.0.7", lines: ["10.1.2.3, 10.1.2.4"], client: "10.1.2.3", isKnown: false),
    // What is no address ends the walk.
    ForwardedSample(
        peer: "10.0.0.7", lines: ["\(client), unknown"], client: "10.0.0.7", isKnown: false),
    ForwardedSample(
        peer: "10.0.0.7", lines: ["\(client), _hidden, 10.1.2.3"], client: "10.1.2.3",
        isKnown: false),
    ForwardedSample(
        peer: "10.0.0.7", lines: [client, "no address", "10.1.2.3"], client: "10.1.2.3",
        isKnown: false),
]

@Suite struct TrustedProxiesTests {
    private let proxies = TrustedProxies(
        ["10.0.0.0/8", "fd00::/8"].compactMap { Network($0) })

    private func peer(_ text: String) throws -> PeerAddress {
        let address = IPAddress(parsing: Array(text.utf8).span)
        return PeerAddress(try #require(address))
    }

    private func origin(_ peer: PeerAddress, _ lines: [String]) -> ForwardedOrigin {
        let fields = lines.map { "X-Forwarded-For: \($0)\r\n" }.joined()
        let head = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
        return proxies.origin(ofHead: head.span, from: peer)
    }

    @Test(arguments: forwardedSamples)
    func `the last address that is not a trusted proxy's is the client's`(
        sample: ForwardedSample
    ) throws {
        let peer = try peer(sample.peer)
        let origin = origin(peer, sample.lines)
        #expect(try origin.client.address == self.peer(sample.client).address, "\(sample)")
        #expect(origin.isClientKnown == sample.isKnown, "\(sample)")
        #expect(origin.proxy.address == peer.address)
    }

    @Test(arguments: [
        "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:65536", "1.2.3.4:123456", ":80", "1.2.3.4:+1", "[::1",
        "::1]", "[]", "[]:80", "[::1]80", "[::1]:", "[::1]:65536", "[1.2.3.4]", "[1.2.3.4]:80",
        "[[::1]]", "fe80::1%eth0", "1.2.3.4 5", "\"1.2.3.4\"", "1.2.3", "for=1.2.3.4", "a.example",
    ])
    func `an element that is no address names no client`(element: String) throws {
        let origin = origin(try peer("10.0.0.7"), [element])
        #expect(!origin.isClientKnown)
        #expect(try origin.client.address == peer("10.0.0.7").address)
    }

    @Test(arguments: [15, 16]) func `a client behind more than 16 proxies is unknown`(
        proxyCount: Int
    ) throws {
        let hops = [client] + (1...proxyCount).map { "10.0.1.\($0)" }
        let origin = origin(try peer("10.0.0.7"), [hops.joined(separator: ",")])
        #expect(origin.isClientKnown == (proxyCount == 15))
        let expected = proxyCount == 15 ? client : "10.0.1.1"
        #expect(try origin.client.address == peer(expected).address)
    }
}
