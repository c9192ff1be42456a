internal import POSIX

/// A TCP socket of this machine, as /proc/net/tcp lists it (proc(5)).
package struct TCPSocket: Equatable, Sendable {
    private static let listening = 0x0A
    /// TIME_WAIT: of a connection that has ended nothing but its name is left.
    private static let ended = 0x06

    package let localPort: UInt16
    package let remotePort: UInt16
    /// Bytes that were sent and not acknowledged, or not sent yet.
    package let unsentBytes: Int

    /// The IPv4 sockets with this port at their own end, but for listening ones; also those that
    /// were closed and that the kernel has not done with.
    package static func connected(localPort: UInt16) throws -> [TCPSocket] {
        let table = try Files.read("/proc/net/tcp", bytesMax: 1 << 26)
        let lines = String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst()
        return lines.compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 4, let local = port(words[1]), let remote = port(words[2]),
                let state = Int(words[3], radix: 16), local == localPort, state != listening,
                state != ended,
                let unsent = Int(words[4].prefix { $0 != ":" }, radix: 16)
            else { return nil }
            return TCPSocket(localPort: local, remotePort: remote, unsentBytes: unsent)
        }
    }

    private static func port(_ address: Substring) -> UInt16? {
        address.split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
    }
}
