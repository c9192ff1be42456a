internal import HTTP
internal import OpenSSL

/// How many records there were at a time, and the hash of the last of them, under a MAC.
enum Checkpoint {
    /// Appends the line with its line feed.
    static func append(
        _ position: ChainPosition, unixMilliseconds: Int64, mac: inout HMACSHA256,
        to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        bytes.appendLiteral(AuditFormat.checkpointStart)
        bytes.appendDecimal(position.sequence)
        bytes.appendLiteral(AuditFormat.checkpointHash)
        bytes.append(contentsOf: position.hash)
        bytes.appendLiteral(AuditFormat.checkpointTime)
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &bytes)
        bytes.appendLiteral("\"")
        let digest = mac.digest(of: bytes.span.extracting(droppingFirst: start))
        bytes.appendLiteral(AuditFormat.checkpointMAC)
        bytes.appendHexadecimal(digest)
        bytes.appendLiteral(AuditFormat.lineEnd)
    }
}
