internal import Bytes
internal import HTTP
package import POSIX

/// Where a request that came through a trusted proxy began.
package final class ForwardedOrigin: Sendable {
    /// The last address that a trusted proxy names and that is not one of these. The address of
    /// the last of them where none is named.
    package let client: PeerAddress
    /// Whether `client` is that of a client.
    package let isClientKnown: Bool
    /// The proxy that has connected.
    package let proxy: PeerAddress
    /// A proxy got the request over plain HTTP.
    package let isPlain: Bool

    init(client: PeerAddress, isClientKnown: Bool, proxy: PeerAddress, isPlain: Bool) {
        self.client = client
        self.isClientKnown = isClientKnown
        self.proxy = proxy
        self.isPlain = isPlain
    }
}

/// The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. `Forwarded` (RFC 7239)
/// is not: few proxies send it, and of two fields that disagree one would have to be chosen.
package struct TrustedProxies: Sendable {
    private let networks: [Network]

    /// - Parameter networks: at least one.
    package init(_ networks: [Network]) {
        precondition(!networks.isEmpty, "made only where proxies are configured")
        self.networks = networks
    }

    /// Whether an address is one of these.
    package func contains(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// Where a request began, as its head says.
    ///
    /// - Parameter proxy: one of these.
    package func origin(ofHead bytes: Span<UInt8>, from proxy: PeerAddress) -> ForwardedOrigin {
        var last: IPAddress?
        var isClient = false
        let fields = ForwardedFields(inHead: bytes) { hop in
            // What is no address ends the walk: nothing before it can be believed.
            guard let address = IPAddress(ofHop: hop)?.unmapped else { return false }
            last = address
            isClient = !contains(address)
            return !isClient
        }
        return ForwardedOrigin(
            client: last.map { PeerAddress($0) } ?? proxy, isClientKnown: isClient, proxy: proxy,
            isPlain: fields.isPlain)
    }
}

extension IPAddress {
    private static let portDigitsMax = 5

    /// Reads an element of `X-Forwarded-For`: an address, of IPv6 also in brackets, which a port
    /// may follow: `192.0.2.1:567`, `[2001:db8::1]:567`.
    init?(ofHop text: Span<UInt8>) {
        if !text.isEmpty, text[0] == UInt8(ascii: "[") {
            guard let end = text.indices.first(where: { text[$0] == UInt8(ascii: "]") }),
                end + 1 == text.count || IPAddress.isPort(text.extracting(droppingFirst: end + 1)),
                let address = IPAddress(parsing: text.extracting(1..<end)), !address.isIPv4
            else { return nil }
            self = address
            return
        }
        var (colons, first) = (0, text.count)
        for i in 0..<text.count where text[i] == ASCII.colon {
            colons += 1
            first = min(first, i)
        }
        if colons == 1 {
            guard IPAddress.isPort(text.extracting(droppingFirst: first)) else { return nil }
            self.init(parsing: text.extracting(first: first))
        } else {
            self.init(parsing: text)
        }
    }

    /// A colon and a number.
    private static func isPort(_ text: Span<UInt8>) -> Bool {
        guard 2...portDigitsMax + 1 ~= text.count, text[0] == ASCII.colon else { return false }
        var number = 0
        for i in 1..<text.count {
            guard ASCII.isDigit(text[i]) else { return false }
            number = number * 10 + Int(text[i] - ASCII.digit0)
        }
        return number <= Int(UInt16.max)
    }
}
