internal import Bytes
package import POSIX

/// A network, as `10.0.0.0/8` or `fd00::/8`.
package struct AddressBlock: Equatable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes; those beyond the prefix are 0.
    private let address: [UInt8]
    private let prefixBits: Int
    package let description: String

    /// Reads an address, a slash and the number of the prefix's bits. Nil where that is not what it
    /// is, or where the address has bits beyond the prefix.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let prefixBits = Int(decimal: parts[1].utf8),
            let resolved = try? SocketAddress.resolve(
                host: String(parts[0]), port: 0, numericOnly: true),
            let address = resolved.first?.ipAddress, prefixBits <= address.count * 8
        else { return nil }
        self.init(address, prefixBits, text)
        guard AddressBlock.masked(address, prefixBits) == address else { return nil }
    }

    fileprivate init(_ address: [UInt8], _ prefixBits: Int, _ description: String) {
        self.address = address
        self.prefixBits = prefixBits
        self.description = description
    }

    /// Whether an address of 4 or 16 bytes is in it.
    package func contains(_ other: [UInt8]) -> Bool {
        other.count == address.count && AddressBlock.masked(other, prefixBits) == address
    }

    private static func masked(_ address: [UInt8], _ prefixBits: Int) -> [UInt8] {
        address.enumerated().map { index, byte in
            let bits = min(max(prefixBits - index * 8, 0), 8)
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> bits)
        }
    }
}

/// Judges where outgoing requests may go: to public addresses, and to the networks that are
/// allowed by name. Every address is judged after the name was looked up, and the one that was
/// judged is the one that is connected to, so that neither a spelling nor a second lookup leads
/// elsewhere.
package struct AddressJudge: Sendable {
    private let allowed: [AddressBlock]

    package init(allowed: [AddressBlock]) { self.allowed = allowed }

    /// Whether a request may go to the address. A Unix socket has none and is refused.
    package func permits(_ address: SocketAddress) -> Bool {
        guard let bytes = address.ipAddress else { return false }
        if allowed.contains(where: { $0.contains(bytes) }) { return true }
        let judged = AddressJudge.embedded(in: bytes) ?? bytes
        if judged != bytes, allowed.contains(where: { $0.contains(judged) }) { return true }
        return !AddressJudge.refused.contains { $0.contains(judged) }
    }

    /// The IPv4 address that one of IPv6 stands for: mapped (RFC 4291 §2.5.5.2) or that of NAT64
    /// (RFC 6052 §2.1).
    private static func embedded(in bytes: [UInt8]) -> [UInt8]? {
        embeddings.contains { $0.contains(bytes) } ? Array(bytes[12...]) : nil
    }

    private static func networks(_ texts: [String]) -> [AddressBlock] {
        texts.map { text in
            guard let network = AddressBlock(text) else {
                preconditionFailure("\(text) is no network")
            }
            return network
        }
    }

    private static let embeddings = networks(["::ffff:0:0/96", "64:ff9b::/96"])

    /// What the registries of special-purpose addresses keep from the public network (RFC 6890 and
    /// its successors).
    private static let refused = networks([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
        "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ])
}
