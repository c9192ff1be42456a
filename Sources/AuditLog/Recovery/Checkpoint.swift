internal import HTTP
internal import OpenSSL

/// How many records there were at a time, and the hash of the last of them, under a MAC.
struct Checkpoint: Equatable, Sendable {
    let position: ChainPosition

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

    /// Nil unless the line, without its line feed, is one that was written under the key.
    init?(_ line: Span<UInt8>, mac: inout HMACSHA256) {
        // Who knows the key writes no other form, so that the MAC is all that must be looked at.
        guard line.count > AuditFormat.checkpointTailBytes else { return nil }
        let signed = line.extracting(droppingLast: AuditFormat.checkpointTailBytes)
        var expected: [UInt8] = []
        expected.appendLiteral(AuditFormat.checkpointMAC)
        expected.appendHexadecimal(mac.digest(of: signed))
        expected.appendLiteral("\"}")
        guard line.extracting(last: AuditFormat.checkpointTailBytes).isEqual(to: expected.span)
        else { return nil }

        var reader = LineReader(line)
        guard reader.skip(AuditFormat.checkpointStart), let count = reader.natural(),
            reader.skip(AuditFormat.checkpointHash), let hash = reader.digest()
        else { return nil }
        position = ChainPosition(sequence: count, hash: hash)
    }
}
