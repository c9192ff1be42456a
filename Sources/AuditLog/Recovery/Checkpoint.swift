internal import Bytes
internal import OpenSSL

/// How many records there were at a time, and the hash of the last of them, under a MAC.
enum Checkpoint {
    /// Appends the line with its line feed, and returns the digits of its MAC.
    ///
    /// - Parameter previous: those of the checkpoint before, or `AuditFormat.noHash`.
    static func append(
        _ position: ChainPosition, of log: LogIdentity, behind previous: [UInt8],
        unixMilliseconds: Int64, mac: inout HMACSHA256, to bytes: inout [UInt8]
    ) -> [UInt8] {
        let start = bytes.count
        bytes.appendLiteral(AuditFormat.checkpointStart)
        bytes.appendDecimal(position.sequence)
        bytes.appendLiteral(AuditFormat.checkpointHash)
        bytes.append(contentsOf: position.hash)
        bytes.appendLiteral(AuditFormat.checkpointTime)
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &bytes)
        bytes.appendLiteral("\"")
        bytes.appendLiteral(AuditFormat.log)
        bytes.append(contentsOf: log.digits)
        bytes.appendLiteral(AuditFormat.checkpointPrevious)
        bytes.append(contentsOf: previous)
        bytes.appendLiteral("\"")
        let digest = mac.digest(of: bytes.span.extracting(droppingFirst: start))
        var digits: [UInt8] = []
        digits.appendHexadecimal(digest.span)
        bytes.appendLiteral(AuditFormat.checkpointMAC)
        bytes.append(contentsOf: digits)
        bytes.appendLiteral(AuditFormat.lineEnd)
        return digits
    }
}
