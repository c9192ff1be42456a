internal import Glibc

/// An IPv4 or IPv6 address. One of IPv4 that is mapped into IPv6 (RFC 4291 §2.5.5.2) is another
/// value than the IPv4 address; `unmapped` makes it the same.
package struct IPAddress: Hashable, Sendable {
    /// INET6_ADDRSTRLEN less the NUL.
    package static let textBytesMax = 45

    /// The first 8 bytes in network order; the 4 of IPv4 come first, and the rest is 0.
    let high: UInt64
    /// The last 8 bytes of IPv6.
    let low: UInt64
    package let isIPv4: Bool

    init(high: UInt64, low: UInt64, isIPv4: Bool) {
        self.high = high
        self.low = low
        self.isIPv4 = isIPv4
    }

    /// - Parameter bytes: 4 or 16, in network order.
    package init(_ bytes: some Collection<UInt8>) {
        precondition(bytes.count == 4 || bytes.count == 16, "no IP address")
        let high = bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        self.init(
            high: bytes.count == 4 ? high << 32 : high,
            low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }, isIPv4: bytes.count == 4)
    }

    /// Reads four decimal numbers without leading zeros, or one of the forms of RFC 4291 §2.2. Nil
    /// for anything else, such as a zone, a port or a name.
    package init?(parsing text: Span<UInt8>) {
        guard text.count <= IPAddress.textBytesMax else { return nil }
        var terminated = InlineArray<46, CChar>(repeating: 0)
        var hasColon = false
        for i in 0..<text.count {
            // A NUL would end the text for inet_pton alone.
            guard text[i] != 0 else { return nil }
            hasColon = hasColon || text[i] == UInt8(ascii: ":")
            terminated[i] = CChar(bitPattern: text[i])
        }
        var bytes: (UInt64, UInt64) = (0, 0)
        let span = terminated.span
        // SAFETY: the text ends with a NUL, and inet_pton writes 4 or 16 bytes, during the call.
        let result = unsafe span.withUnsafeBufferPointer { text in
            unsafe inet_pton(hasColon ? AF_INET6 : AF_INET, text.baseAddress, &bytes)
        }
        guard result == 1 else { return nil }
        self.init(
            high: UInt64(bigEndian: bytes.0), low: UInt64(bigEndian: bytes.1), isIPv4: !hasColon)
    }

    /// The IPv4 address that it maps, or itself.
    package var unmapped: IPAddress {
        guard !isIPv4, high == 0, low >> 32 == 0xFFFF else { return self }
        return IPAddress(high: low << 32, low: 0, isIPv4: true)
    }

    /// Whether it is of this machine alone: 127.0.0.0/8 (RFC 1122 §3.2.1.3) or ::1 (RFC 4291
    /// §2.5.3).
    package var isLoopback: Bool { isIPv4 ? high >> 56 == 127 : high == 0 && low == 1 }

    /// Writes its text (RFC 5952) and returns how many bytes that has.
    func write(to text: inout InlineArray<46, UInt8>) -> Int {
        let bytes = (high.bigEndian, low.bigEndian)
        var span = text.mutableSpan
        // SAFETY: inet_ntop reads the first 4 or all 16 bytes, and writes at most 46 with a NUL.
        unsafe span.withUnsafeMutableBytes { text in
            unsafe withUnsafeBytes(of: bytes) { bytes in
                let written = unsafe inet_ntop(
                    isIPv4 ? AF_INET : AF_INET6, bytes.baseAddress, text.baseAddress,
                    socklen_t(text.count))
                precondition(unsafe written != nil, "the buffer is large enough")
            }
        }
        var count = 0
        while count < IPAddress.textBytesMax, text[count] != 0 { count += 1 }
        return count
    }
}

/// A network, such as `10.0.0.0/8` or `fd00::/8`.
package struct Network: Equatable, Sendable, CustomStringConvertible {
    /// Its bits beyond the prefix are 0.
    private let address: IPAddress
    private let prefixBits: Int
    package let description: String

    /// Reads an address, a slash and the number of the prefix's bits. Nil for anything else, and
    /// for an address that has bits beyond the prefix.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let prefixBits = Network.prefixBits(parts[1]),
            let address = IPAddress(parsing: Array(parts[0].utf8).span),
            prefixBits <= (address.isIPv4 ? 32 : 128)
        else { return nil }
        self.address = address
        self.prefixBits = prefixBits
        description = text
        guard contains(address), Network.masked(address, prefixBits) == address else { return nil }
    }

    /// The network that has one address alone.
    ///
    /// - Parameter text: how it is shown.
    package init(of address: IPAddress, text: String) {
        self.address = address
        prefixBits = address.isIPv4 ? 32 : 128
        description = text
    }

    /// Whether an address of the same kind is in it.
    package func contains(_ other: IPAddress) -> Bool {
        other.isIPv4 == address.isIPv4 && Network.masked(other, prefixBits) == address
    }

    /// One to three digits.
    private static func prefixBits(_ text: Substring) -> Int? {
        let isNumber =
            1...3 ~= text.utf8.count
            && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return isNumber ? Int(text) : nil
    }

    private static func masked(_ address: IPAddress, _ prefixBits: Int) -> IPAddress {
        // Shifts by 64 or more give 0.
        let high: UInt64 = prefixBits >= 64 ? .max : ~(UInt64.max >> prefixBits)
        let low: UInt64 = prefixBits <= 64 ? 0 : ~(UInt64.max >> (prefixBits - 64))
        return IPAddress(
            high: address.high & high, low: address.low & low, isIPv4: address.isIPv4)
    }
}
