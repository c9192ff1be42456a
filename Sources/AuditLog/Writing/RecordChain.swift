internal import Bytes
internal import OpenSSL

/// How far a log has come: what the next record is numbered and what it names as the one before.
struct ChainPosition: Equatable, Sendable {
    /// Of the latest record; 0 before the first.
    var sequence: Int
    /// Its hash, in hexadecimal digits.
    var hash: [UInt8]

    static let beginning = ChainPosition(sequence: 0, hash: AuditFormat.noHash)
}

// Where a log is by a line of it.
extension ChainPosition {
    init(_ record: AuditRecordLine) {
        self.init(sequence: record.sequence, hash: Array(record.hash.description.utf8))
    }

    init(_ checkpoint: AuditCheckpointLine) {
        self.init(sequence: checkpoint.count, hash: Array(checkpoint.hash.description.utf8))
    }
}

/// What the next record has beside its body: the identity of its log, in the first of a file, and
/// the checkpoint that counts the record before it, so that a missing checkpoint is noticed.
struct ChainLink: Equatable, Sendable {
    var log: LogIdentity?
    /// The digits of the checkpoint's MAC.
    var checkpoint: [UInt8]?
}

/// Makes records of bodies: the place in the chain, the hash of the record before, their own, and
/// the MAC.
struct RecordChain: ~Copyable {
    /// Of the latest record that was made.
    var position: ChainPosition
    /// Of the next record.
    var link = ChainLink()
    private var digest = SHA256Context()
    private var authenticator: RecordAuthenticator

    init(_ position: ChainPosition, keys: AuditKeys, log: LogIdentity) {
        self.position = position
        authenticator = RecordAuthenticator(keys, log)
    }

    /// Appends the record's line.
    mutating func append(_ body: Span<UInt8>, to lines: inout [UInt8]) {
        let start = lines.count
        lines.appendLiteral(AuditFormat.recordStart)
        lines.appendDecimal(position.sequence + 1)
        lines.appendBytes(body)
        if link != ChainLink() { appendLink(to: &lines) }
        lines.appendLiteral(AuditFormat.previous)
        lines.append(contentsOf: position.hash)
        lines.appendLiteral("\"")
        let hash = digest.hash(lines.span.extracting(droppingFirst: start))
        position.sequence += 1
        position.hash.removeAll(keepingCapacity: true)
        position.hash.appendHexadecimal(hash.span)
        lines.appendLiteral(AuditFormat.hash)
        lines.append(contentsOf: position.hash)
        lines.appendLiteral(AuditFormat.recordMAC)
        let digits = position.hash
        let mac = authenticator.digest(of: digits.span)
        lines.appendHexadecimal(mac.span.extracting(first: AuditFormat.recordMACDigits / 2))
        lines.appendLiteral(AuditFormat.lineEnd)
    }

    private mutating func appendLink(to lines: inout [UInt8]) {
        if let log = link.log {
            lines.appendLiteral(AuditFormat.log)
            lines.append(contentsOf: log.digits)
            lines.appendLiteral("\"")
        }
        if let checkpoint = link.checkpoint {
            lines.appendLiteral(AuditFormat.checkpoint)
            lines.append(contentsOf: checkpoint)
            lines.appendLiteral("\"")
        }
        link = ChainLink()
    }
}
