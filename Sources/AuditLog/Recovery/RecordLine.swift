internal import OpenSSL

/// A record's place in the chain, read from its line.
struct RecordLine {
    let position: ChainPosition

    /// The sequence that a line claims to have, whatever else is wrong with it.
    static func claimedSequence(_ line: Span<UInt8>) -> Int? {
        var reader = LineReader(line)
        return reader.skip(AuditFormat.recordStart) ? reader.natural() : nil
    }

    /// Nil unless the line, without its line feed, has a record's ends and its own hash. What is
    /// between them is then what was written.
    init?(_ line: Span<UInt8>) {
        let tailBytes = AuditFormat.recordTailBytes - 1
        guard line.count > tailBytes, let sequence = RecordLine.claimedSequence(line),
            sequence > 0
        else { return nil }
        var tail = LineReader(line.extracting(last: tailBytes))
        guard tail.skip(AuditFormat.previous), tail.digest() != nil, tail.skip("\"") else {
            return nil
        }
        guard tail.skip(AuditFormat.hash), let hash = tail.digest(), tail.skip("\"}") else {
            return nil
        }
        let hashed = line.extracting(droppingLast: AuditFormat.hashTailBytes)
        guard Array(SHA256.hexDigest(hashed).utf8) == hash else { return nil }
        position = ChainPosition(sequence: sequence, hash: hash)
    }
}
