internal import Bytes
internal import POSIX

/// Something about a peer that is worth a line and is no answered request.
package enum ConnectionNotice {
    /// Its requests are refused unread, because too many have failed.
    case addressRefused
    /// Why TLS was not agreed on, as the metric labels it.
    case handshakeFailed(reason: String)
}

/// The lines of notices: they have a rate, and each names how many before it had no line.
struct ConnectionNotices {
    private var allowance: RefusedRequests.Allowance?
    private var skippedCount = 0

    /// Appends a line of the log; false if the rate allows no line.
    ///
    /// - Parameter linesPerSecond: nil: any number.
    mutating func append(
        _ notice: ConnectionNotice, peer: PeerAddress, proxy: PeerAddress, linesPerSecond: Int?,
        unixMilliseconds: Int64, now: Int64, to lines: inout [UInt8]
    ) -> Bool {
        if let linesPerSecond {
            var allowance = allowance ?? RefusedRequests.Allowance(linesPerSecond)
            let isAllowed = allowance.take(linesPerSecond, now: now)
            self.allowance = allowance
            guard isAllowed else {
                skippedCount += 1
                return false
            }
        }
        lines.appendLiteral("{\"time\":\"")
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &lines)
        lines.appendLiteral("\",\"level\":\"warning\",\"message\":\"")
        switch notice {
        case .addressRefused: lines.appendLiteral("address refused: too many failed requests")
        case .handshakeFailed(let reason):
            lines.appendLiteral("handshake failed\",\"reason\":\"")
            lines.append(contentsOf: reason.utf8)
        }
        append(",\"peer\":\"", peer, to: &lines)
        append(",\"proxy\":\"", proxy, to: &lines)
        lines.appendLiteral("\"")
        if skippedCount > 0 {
            lines.appendLiteral(",\"skipped\":")
            lines.appendDecimal(skippedCount)
            skippedCount = 0
        }
        lines.appendLiteral("}\n")
        return true
    }

    private func append(_ start: StaticString, _ address: PeerAddress, to lines: inout [UInt8]) {
        if address.bytes.isEmpty { return }
        lines.appendLiteral("\"")
        lines.appendLiteral(start)
        lines.appendBytes(address.bytes)
    }
}
