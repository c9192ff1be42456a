internal import AuditLog
internal import OpenSSL
internal import POSIX

/// The lines of checkpoints.jsonl, judged one by one.
struct AuditCheckpointReader: ~Copyable {
    enum Verdict: Equatable {
        case sound(AuditCheckpointLine)
        case notACheckpoint
        case wrongMAC(count: Int)
        case torn(bytes: Int)
    }

    private var lines: AuditLines
    private var mac: HMACSHA256
    private let isKeyed: Bool

    /// - Parameter keys: nil: MACs are not verified.
    init(_ files: AuditFiles, keys: AuditKeys?) throws(FileError) {
        lines = try AuditLines(
            path: files.checkpointsPath, lineBytesMax: AuditLimits.checkpointBytesMax)
        isKeyed = keys != nil
        // Where there is no key nothing is computed with this one.
        let key = keys?.checkpoint ?? [0]
        mac = HMACSHA256(key: key.span)
    }

    mutating func next() throws(FileError) -> (line: AuditLine, verdict: Verdict)? {
        guard let line = try lines.next() else { return nil }
        switch line.ending {
        case .torn: return (line, .torn(bytes: lines.bytes.count))
        case .tooLong: return (line, .notACheckpoint)
        case .lineFeed:
            guard let checkpoint = AuditCheckpointLine(lines.bytes) else {
                return (line, .notACheckpoint)
            }
            guard !isKeyed || checkpoint.isAuthentic(lines.bytes, &mac) else {
                return (line, .wrongMAC(count: checkpoint.count))
            }
            return (line, .sound(checkpoint))
        }
    }
}

/// What checkpoints.jsonl held when it was read from its beginning to its end.
struct AuditCheckpointSummary {
    /// Whole lines.
    private(set) var lineCount = 0
    /// Checkpoints that can be trusted.
    private(set) var soundCount = 0
    /// The one that counts most, and its line.
    private(set) var newest: (line: Int, checkpoint: AuditCheckpointLine)?
    /// Of the record that was asked for.
    private(set) var anchor: AuditDigest?
    /// A line that was not whole.
    private(set) var torn: (place: AuditPlace, bytes: Int)?
    private(set) var faults = AuditFaultList()
    /// The log that the first of format 2 is of, and how many records it counts.
    private(set) var log: LogIdentity?
    private(set) var formatBegin: Int?
    private(set) var wrongMACCount = 0
    /// The record that the log begins with.
    private let first: Int
    private let wantedLog: LogIdentity?
    /// The MAC of the checkpoint before; nil if that line cannot be trusted.
    private var previous: AuditDigest? = AuditDigest.none

    init(_ files: AuditFiles, _ expectations: AuditExpectations) {
        let keys = expectations.keys
        first = expectations.first ?? 1
        // `anchor` must be the hash of the record before the first.
        let anchorCount = expectations.first.map { $0 - 1 }
        wantedLog = expectations.log
        let file = AuditFiles.checkpointsName
        do throws(FileError) {
            var reader = try AuditCheckpointReader(files, keys: keys)
            while let (line, verdict) = try reader.next() {
                let place = AuditPlace(file: file, line: line.number, byteOffset: line.offset)
                if case .torn(let bytes) = verdict {
                    torn = (place, bytes)
                    break
                }
                lineCount = line.number
                note(verdict, at: place, anchorCount: anchorCount)
            }
        } catch {
            faults.append(AuditFault(.unreadable(error), file: file))
        }
    }

    private mutating func note(
        _ verdict: AuditCheckpointReader.Verdict, at place: AuditPlace, anchorCount: Int?
    ) {
        func fault(_ kind: AuditFaultKind, _ sequence: Int?) {
            faults.append(AuditFault(kind, at: place, sequence: sequence))
        }
        switch verdict {
        case .torn: preconditionFailure("a torn line is no checkpoint")
        case .notACheckpoint:
            previous = nil
            fault(.notACheckpoint, nil)
        case .wrongMAC(let count):
            previous = nil
            wrongMACCount += 1
            fault(.wrongMAC(count: count), count)
        case .sound(let checkpoint):
            soundCount += 1
            if let kind = linkFault(of: checkpoint) { fault(kind, checkpoint.count) }
            previous = checkpoint.mac
            if checkpoint.count == anchorCount { anchor = checkpoint.hash }
            guard let newest = newest?.checkpoint else {
                self.newest = (place.line, checkpoint)
                return
            }
            guard checkpoint.count > newest.count else {
                fault(
                    .checkpointOutOfOrder(count: checkpoint.count, after: newest.count),
                    checkpoint.count)
                return
            }
            self.newest = (place.line, checkpoint)
        }
    }

    /// Whether it is of this log and follows the one before.
    private mutating func linkFault(of checkpoint: AuditCheckpointLine) -> AuditFaultKind? {
        guard let link = checkpoint.link else {
            // Format 1 had no links, and ended when format 2 began.
            return log == nil ? nil : .checkpointUnlinked(count: checkpoint.count)
        }
        if log == nil { formatBegin = checkpoint.count }
        let own = log ?? wantedLog ?? link.log
        log = own
        if link.log != own { return .otherLog(found: link.log, wanted: own) }
        // What came before the log's current beginning has been archived.
        guard let previous, link.previous != previous, checkpoint.count > first || first == 1
        else { return nil }
        return .checkpointUnlinked(count: checkpoint.count)
    }
}

/// Follows the records and returns what the checkpoints say of them.
struct AuditCheckpointCursor: ~Copyable {
    private var reader: AuditCheckpointReader?
    /// Lines that come later were written after the records were counted.
    private let lineCount: Int
    private var current: (line: Int, checkpoint: AuditCheckpointLine)?

    init(_ files: AuditFiles, keys: AuditKeys?, lineCount: Int) {
        self.lineCount = lineCount
        // The fault was reported when the summary was made.
        reader = try? AuditCheckpointReader(files, keys: keys)
    }

    /// What a checkpoint says is the hash of this record, and its line. Sequences must ascend.
    mutating func hash(of sequence: Int) -> (line: Int, hash: AuditDigest)? {
        checkpoint(of: sequence).map { ($0.line, $0.checkpoint.hash) }
    }

    /// The checkpoint that counts this record last, and its line. Sequences must ascend.
    mutating func checkpoint(of sequence: Int) -> (line: Int, checkpoint: AuditCheckpointLine)? {
        while current.map({ $0.checkpoint.count < sequence }) ?? true {
            guard advance() else { return nil }
        }
        guard let current, current.checkpoint.count == sequence else { return nil }
        return current
    }

    private mutating func advance() -> Bool {
        while true {
            guard let (line, verdict) = try? reader?.next(), line.number <= lineCount else {
                reader = nil
                return false
            }
            if case .sound(let checkpoint) = verdict {
                current = (line.number, checkpoint)
                return true
            }
        }
    }
}
