internal import Bytes
internal import OpenSSL

/// What of a line is no record's.
package struct AuditFormFault: Error, Equatable, Sendable {
    package enum Part: Equatable, Sendable {
        case start, sequence, previous, hash, mac, end
    }

    /// Of the line, where it stops being a record.
    package let offset: Int
    /// What was wanted there.
    package let wanted: Part
}

/// What every record has around its body.
package struct AuditRecordLine: Equatable, Sendable {
    private static let start = Array(AuditFormat.recordStart.description.utf8)
    private static let previousStart = Array(AuditFormat.previous.description.utf8)
    private static let hashStart = Array("\"\(AuditFormat.hash)".utf8)
    private static let macStart = Array(AuditFormat.recordMAC.description.utf8)
    private static let logStart = Array(AuditFormat.log.description.utf8)
    private static let checkpointStart = Array(AuditFormat.checkpoint.description.utf8)
    private static let end = Array(AuditFormat.lineEnd.description.utf8.dropLast())
    /// All after the body, without the line feed.
    private static let tailBytes = AuditFormat.recordTailBytes - 1

    package let sequence: Int
    /// What the record says is the hash of the one before.
    package let previous: AuditDigest
    /// What the record says is its own.
    package let statedHash: AuditDigest
    /// What its hash is.
    package let hash: AuditDigest
    /// Of the line: what is between the sequence and `prev`.
    package let body: Range<Int>
    /// Of the line: the digits of its own hash, and those of its MAC, which records have from
    /// format 2 on.
    let hashDigits: Range<Int>
    let mac: Range<Int>?
    /// The identity of its log; nil if it has none.
    package let log: LogIdentity?
    /// The MAC of the checkpoint that counts the record before; nil if it names none.
    package let checkpoint: AuditDigest?

    package var hasMAC: Bool { mac != nil }

    /// Whether the record is as it was written; whether it is in its place is another question.
    package var isUnaltered: Bool { hash == statedHash }

    /// - Parameter line: without its line feed.
    package init(_ line: Span<UInt8>) throws(AuditFormFault) {
        guard line.holds(AuditRecordLine.start.span, at: 0) else {
            throw AuditFormFault(offset: 0, wanted: .start)
        }
        let sequenceStart = AuditRecordLine.start.count
        guard let (sequence, sequenceEnd) = line.naturalNumber(at: sequenceStart), sequence > 0,
            sequence <= AuditLimits.sequenceMax, sequenceEnd < line.count,
            line[sequenceEnd] == UInt8(ascii: ",")
        else { throw AuditFormFault(offset: sequenceStart, wanted: .sequence) }
        let hasMAC = line.holds(
            AuditRecordLine.macStart.span,
            at: line.count - AuditRecordLine.end.count - AuditFormat.recordMACDigits
                - AuditRecordLine.macStart.count)
        let tail =
            line.count - AuditRecordLine.tailBytes - (hasMAC ? AuditFormat.recordMACBytes : 0)
        guard tail >= sequenceEnd else {
            throw AuditFormFault(offset: line.count, wanted: .end)
        }
        var index = tail
        func expect(_ bytes: [UInt8], _ part: AuditFormFault.Part) throws(AuditFormFault) {
            guard line.holds(bytes.span, at: index) else {
                throw AuditFormFault(offset: index, wanted: part)
            }
            index += bytes.count
        }
        func digest(_ part: AuditFormFault.Part) throws(AuditFormFault) -> AuditDigest {
            let digits = line.extracting(index..<index + AuditFormat.digestDigits)
            guard let digest = AuditDigest(hexadecimal: digits) else {
                throw AuditFormFault(offset: index, wanted: part)
            }
            index += AuditFormat.digestDigits
            return digest
        }
        try expect(AuditRecordLine.previousStart, .previous)
        previous = try digest(.previous)
        // The quotation mark that ends `prev` is hashed.
        let hashed = line.extracting(..<(index + 1))
        try expect(AuditRecordLine.hashStart, .hash)
        statedHash = try digest(.hash)
        hashDigits = index - AuditFormat.digestDigits..<index
        if hasMAC {
            try expect(AuditRecordLine.macStart, .mac)
            let digits = index..<index + AuditFormat.recordMACDigits
            guard line.extracting(digits).allSatisfy(ASCII.isLowercaseHexadecimal) else {
                throw AuditFormFault(offset: index, wanted: .mac)
            }
            mac = digits
            index = digits.upperBound
        } else {
            mac = nil
        }
        try expect(AuditRecordLine.end, .end)
        self.sequence = sequence
        body = sequenceEnd..<tail
        let link = AuditRecordLine.link(line, endingAt: tail, from: sequenceEnd)
        log = link.log
        checkpoint = link.checkpoint
        hash = AuditDigest(bytes: SHA256.hash(hashed))
    }

    /// The members of a link, which end a body. Within a string quotation marks are escaped, and an
    /// object ends with another byte, so that nothing else ends like them.
    private static func link(
        _ line: Span<UInt8>, endingAt end: Int, from start: Int
    ) -> (log: LogIdentity?, checkpoint: AuditDigest?) {
        var end = end
        func take(_ name: [UInt8], _ digits: Int) -> Range<Int>? {
            let first = end - 1 - digits
            guard first - name.count >= start, line[end - 1] == UInt8(ascii: "\""),
                line.holds(name.span, at: first - name.count)
            else { return nil }
            defer { end = first - name.count }
            return first..<end - 1
        }
        let checkpoint = take(checkpointStart, AuditFormat.digestDigits)
            .flatMap { AuditDigest(hexadecimal: line.extracting($0)) }
        let log = take(logStart, AuditFormat.identityDigits)
            .flatMap { LogIdentity(line.extracting($0)) }
        return (log, checkpoint)
    }

    /// The sequence that a line has which is no record, if it begins like one.
    package static func claimedSequence(_ line: Span<UInt8>) -> Int? {
        guard line.holds(start.span, at: 0) else { return nil }
        return line.naturalNumber(at: start.count)?.value
    }

    /// Where in a line, but not at its beginning, another record begins and is whole.
    package static func beginningOfWholeRecord(in line: Span<UInt8>) -> Int? {
        for index in stride(from: line.count - start.count, to: 0, by: -1)
        where line.holds(start.span, at: index) {
            // The last only: a line may hold thousands that are not whole.
            guard let record = try? AuditRecordLine(line.extracting(index...)),
                record.isUnaltered
            else { return nil }
            return index
        }
        return nil
    }
}
