internal import Bytes
package import OpenSSL

/// A line of checkpoints.jsonl.
package struct AuditCheckpointLine: Equatable, Sendable {
    private static let start = Array(AuditFormat.checkpointStart.description.utf8)
    private static let hashStart = Array(AuditFormat.checkpointHash.description.utf8)
    private static let timeStart = Array(AuditFormat.checkpointTime.description.utf8)
    private static let logStart = Array("\"\(AuditFormat.log)".utf8)
    private static let previousStart = Array(AuditFormat.checkpointPrevious.description.utf8)
    private static let macStart = Array("\"\(AuditFormat.checkpointMAC)".utf8)
    private static let end = Array(AuditFormat.lineEnd.description.utf8.dropLast())

    /// How many records there were.
    package let count: Int
    /// Of the last of them.
    package let hash: AuditDigest
    /// The log that it is of, and what it names as the MAC of the checkpoint before, or
    /// `AuditDigest.none`; nil in format 1, which had neither.
    package let link: CheckpointLink?
    package let mac: AuditDigest
    /// Of the line: what the MAC is over.
    private let authenticated: Range<Int>

    package struct CheckpointLink: Equatable, Sendable {
        package let log: LogIdentity
        package let previous: AuditDigest
    }

    /// Nil for what is no checkpoint, whatever its MAC.
    ///
    /// - Parameter line: without its line feed.
    package init?(_ line: Span<UInt8>) {
        let start = AuditCheckpointLine.start.count
        guard line.holds(AuditCheckpointLine.start.span, at: 0),
            case (let count, var index)? = line.naturalNumber(at: start)
        else { return nil }
        func skip(_ bytes: [UInt8]) -> Bool {
            guard line.holds(bytes.span, at: index) else { return false }
            index += bytes.count
            return true
        }
        func take(_ size: Int) -> Range<Int>? {
            guard line.count - index >= size else { return nil }
            index += size
            return index - size..<index
        }
        guard skip(AuditCheckpointLine.hashStart),
            let digits = take(AuditFormat.digestDigits),
            let hash = AuditDigest(hexadecimal: line.extracting(digits)),
            skip(AuditCheckpointLine.timeStart), let time = take(AuditTime.bytes),
            AuditTime.isTime(line.extracting(time))
        else { return nil }
        var link: CheckpointLink?
        if skip(AuditCheckpointLine.logStart) {
            guard let digits = take(AuditFormat.identityDigits),
                let log = LogIdentity(line.extracting(digits)),
                skip(AuditCheckpointLine.previousStart),
                let digits = take(AuditFormat.digestDigits),
                let previous = AuditDigest(hexadecimal: line.extracting(digits))
            else { return nil }
            link = CheckpointLink(log: log, previous: previous)
        }
        let authenticated = 0..<index + 1
        guard skip(AuditCheckpointLine.macStart), let digits = take(AuditFormat.digestDigits),
            let mac = AuditDigest(hexadecimal: line.extracting(digits)),
            skip(AuditCheckpointLine.end), index == line.count, count > 0 || hash == .none,
            count <= AuditLimits.sequenceMax
        else { return nil }
        self.link = link
        self.count = count
        self.hash = hash
        self.authenticated = authenticated
        self.mac = mac
    }

    /// Whether it was written with the key.
    ///
    /// - Parameter line: the one this was read from.
    package func isAuthentic(_ line: Span<UInt8>, _ key: inout HMACSHA256) -> Bool {
        // Nothing is gained by comparing in constant time: the file is there to be read.
        let expected = AuditDigest(bytes: key.authenticate(line.extracting(authenticated)))
        return mac == expected
    }
}
