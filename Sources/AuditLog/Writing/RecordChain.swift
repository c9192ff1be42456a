internal import HTTP
internal import OpenSSL

/// How far a log has come: what the next record is numbered and what it names as the one before.
struct ChainPosition: Equatable, Sendable {
    /// Of the latest record; 0 before the first.
    var sequence: Int
    /// Its hash, in hexadecimal digits.
    var hash: [UInt8]

    static let beginning = ChainPosition(sequence: 0, hash: AuditFormat.noHash)
}

/// Makes records of bodies: the place in the chain, the hash of the record before and their own.
struct RecordChain: ~Copyable {
    /// Of the latest record that was made.
    var position: ChainPosition
    private var digest = SHA256Context()

    init(_ position: ChainPosition) { self.position = position }

    /// Appends the record's line.
    mutating func append(_ body: Span<UInt8>, to lines: inout [UInt8]) {
        let start = lines.count
        lines.appendLiteral(AuditFormat.recordStart)
        lines.appendDecimal(position.sequence + 1)
        lines.appendBytes(body)
        lines.appendLiteral(AuditFormat.previous)
        lines.append(contentsOf: position.hash)
        lines.appendLiteral("\"")
        let hash = digest.hash(lines.span.extracting(droppingFirst: start))
        position.sequence += 1
        position.hash.removeAll(keepingCapacity: true)
        position.hash.appendHexadecimal(hash)
        lines.appendLiteral(AuditFormat.hash)
        lines.append(contentsOf: position.hash)
        lines.appendLiteral(AuditFormat.lineEnd)
    }
}
