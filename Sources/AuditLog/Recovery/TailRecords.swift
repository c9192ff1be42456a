internal import OpenSSL
internal import POSIX

/// The records after a log's newest checkpoint, verified one by one: form, hash, place in the
/// chain, and MAC. Without a checkpoint those are all records. Memory does not grow with them.
struct TailRecords: ~Copyable {
    /// How much of a file's end is looked through first for the record that a checkpoint names, and
    /// how much more each time it is not there.
    private static let windowBytes = 1 << 20
    private static let windowFactor = 8

    private var lastRecord: (sequence: Int, hash: AuditDigest)?
    /// Of the newest file.
    private(set) var wholeLinesBytes = 0
    private(set) var tornBytes = 0
    private(set) var isLastEmpty = true
    /// What records or the checkpoint say it is; nil where none does.
    private(set) var identity: LogIdentity?
    /// Missing records that others follow.
    private(set) var missing = 0
    private(set) var missingCheckpoints = 0
    /// The MAC of the newest checkpoint, there or not.
    private(set) var lastCheckpoint: AuditDigest
    private(set) var unproven = 0
    private(set) var verified = 0

    private let files: AuditFiles
    private let keys: AuditKeys
    private let checkpoint: AuditCheckpointLine?
    private let hasRefusedCheckpoint: Bool
    /// How many records the checkpoint counts.
    private let counted: Int
    private var authenticator: RecordAuthenticator?
    /// Format 2 has begun.
    private var wantsMAC: Bool
    private var authenticCount = 0
    /// A line that is not a valid record and, if it is a record at all, is counted by the
    /// checkpoint.
    private var bad: (file: String, sequence: Int?)?

    init(_ files: AuditFiles, _ checkpoints: CheckpointTail, keys: AuditKeys) {
        self.files = files
        self.keys = keys
        checkpoint = checkpoints.newest
        hasRefusedCheckpoint = checkpoints.hasRefused
        counted = checkpoint?.count ?? 0
        identity = checkpoint?.link?.log
        wantsMAC = identity != nil
        lastCheckpoint = checkpoint?.mac ?? .none
        authenticator = identity.map { RecordAuthenticator(keys, $0) }
    }

    /// Of the last record that is there; nil where there is none.
    var last: ChainPosition? {
        lastRecord.map {
            ChainPosition(sequence: $0.sequence, hash: Array($0.hash.description.utf8))
        }
    }

    /// - Parameter segments: at least one.
    mutating func read(_ segments: [AuditFiles.Segment]) throws(AuditError) {
        let first = segments.lastIndex { $0.firstSequence <= max(counted, 1) } ?? 0
        for index in first..<segments.count {
            let tail = try fileTail(of: segments[index])
            wholeLinesBytes = tail.wholeLinesBytes
            tornBytes = tail.tornBytes
            isLastEmpty = tail.wholeLinesBytes == 0
            try take(segments[index], bytes: tail.wholeLinesBytes, mayBeginLater: index == first)
        }
        // What the checkpoint counts may be lost, and whole files with it.
        for index in (0..<first).reversed() where lastRecord == nil {
            let bytes = try fileTail(of: segments[index]).wholeLinesBytes
            try take(segments[index], bytes: bytes, mayBeginLater: true)
        }
        if let bad { throw .damagedTail(file: bad.file, sequence: bad.sequence) }
        guard checkpoint == nil, identity == nil, lastRecord != nil else { return }
        // Format 1, which has no MACs but those of checkpoints.
        if hasRefusedCheckpoint { throw .otherKey(file: AuditFiles.checkpointsName) }
        // Its first checkpoint follows the first record, before all others.
        if unproven > 1 { missingCheckpoints = 1 }
    }

    private func fileTail(of segment: AuditFiles.Segment) throws(AuditError) -> FileTail {
        do throws(FileError) {
            return try FileTail(of: files.path(of: segment.name), linesBytes: 0)
        } catch { throw .file(error) }
    }

    private func lines(
        of segment: AuditFiles.Segment, from offset: Int
    ) throws(AuditError) -> AuditLines {
        do throws(FileError) {
            return try AuditLines(
                path: files.path(of: segment.name), lineBytesMax: AuditLimits.recordBytesMax,
                from: offset)
        } catch { throw .file(error) }
    }

    private func next(_ lines: inout AuditLines) throws(AuditError) -> AuditLine? {
        do throws(FileError) { return try lines.next() } catch { throw .file(error) }
    }
}

extension TailRecords {
    /// - Parameters:
    ///   - bytes: of whole lines.
    ///   - mayBeginLater: whether records that the checkpoint counts may be left out.
    private mutating func take(
        _ segment: AuditFiles.Segment, bytes: Int, mayBeginLater: Bool
    ) throws(AuditError) {
        let start = mayBeginLater ? try beginning(in: segment, bytes: bytes) : 0
        if start > 0 { try checkIdentity(of: segment) }
        var lines = try lines(of: segment, from: start)
        while let line = try next(&lines), line.offset < bytes {
            guard line.ending == .lineFeed, let record = try? AuditRecordLine(lines.bytes),
                record.isUnaltered, record.sequence >= segment.firstSequence
            else {
                let sequence = AuditRecordLine.claimedSequence(lines.bytes)
                if isBehindCheckpoint {
                    throw .damagedTail(file: segment.name, sequence: sequence)
                }
                bad = (segment.name, sequence)
                continue
            }
            try take(record, lines.bytes, of: segment)
        }
    }

    /// Whether what comes now is not counted by the checkpoint.
    private var isBehindCheckpoint: Bool { (lastRecord?.sequence ?? 0) >= counted }

    /// Where in a file a line begins before or at the record that the checkpoint names.
    private func beginning(
        in segment: AuditFiles.Segment, bytes: Int
    ) throws(AuditError) -> Int {
        var window = TailRecords.windowBytes
        while counted > 0, window < bytes {
            // The byte before belongs to it, so that the line after the first one is whole.
            var lines = try lines(of: segment, from: bytes - window - 1)
            if try next(&lines) != nil, let line = try next(&lines),
                let sequence = AuditRecordLine.claimedSequence(lines.bytes), sequence <= counted
            {
                return line.offset
            }
            window *= TailRecords.windowFactor
        }
        return 0
    }

    /// Throws where a file of another log is in the place of this one's.
    private mutating func checkIdentity(of segment: AuditFiles.Segment) throws(AuditError) {
        var lines = try lines(of: segment, from: 0)
        guard try next(&lines) != nil, let record = try? AuditRecordLine(lines.bytes) else {
            return
        }
        try learnIdentity(of: record, in: segment)
    }

    private mutating func learnIdentity(
        of record: AuditRecordLine, in segment: AuditFiles.Segment
    ) throws(AuditError) {
        guard let log = record.log, record.hasMAC else { return }
        if let identity, identity != log {
            throw .otherLog(file: segment.name, found: log, wanted: identity)
        }
        // Only of a record whose MAC is verified next: anybody can write another one.
        if identity == nil, record.sequence > counted {
            identity = log
            authenticator = RecordAuthenticator(keys, log)
        }
    }

    private mutating func take(
        _ record: AuditRecordLine, _ line: Span<UInt8>, of segment: AuditFiles.Segment
    ) throws(AuditError) {
        let sequence = record.sequence
        // An old record again would bring back what a checkpoint counts, and what follows with it.
        if let lastRecord, isBehindCheckpoint, sequence <= lastRecord.sequence {
            throw .damagedTail(file: segment.name, sequence: sequence)
        }
        try learnIdentity(of: record, in: segment)
        if sequence == counted, record.hash != checkpoint?.hash {
            // The last record is not the one that the checkpoint was made of.
            throw .damagedTail(file: segment.name, sequence: sequence)
        }
        if sequence == counted, record.hasMAC, !(authenticator?.accepts(record, line) ?? true) {
            throw .forged(file: segment.name, sequence: sequence)
        }
        if sequence > counted {
            try checkPlace(record, of: segment)
            try checkMAC(record, line, of: segment)
            noteCheckpoint(of: record)
            verified += 1
        }
        lastRecord = (sequence, record.hash)
        bad = nil
    }

    private mutating func checkPlace(
        _ record: AuditRecordLine, of segment: AuditFiles.Segment
    ) throws(AuditError) {
        let damage = AuditError.damagedTail(file: segment.name, sequence: record.sequence)
        var before = checkpoint.map { ($0.count, $0.hash) }
        if let lastRecord, isBehindCheckpoint { before = lastRecord }
        guard let before else {
            // The first of all; for a log whose first files were archived there is no hash.
            guard record.sequence > 1 || record.previous == .none else { throw damage }
            return
        }
        guard record.sequence > before.0 else { throw damage }
        if record.sequence == before.0 + 1 {
            guard record.previous == before.1 else { throw damage }
        } else {
            missing += record.sequence - before.0 - 1
        }
    }

    private mutating func checkMAC(
        _ record: AuditRecordLine, _ line: Span<UInt8>, of segment: AuditFiles.Segment
    ) throws(AuditError) {
        guard record.hasMAC || wantsMAC else {
            unproven += 1
            return
        }
        guard authenticator?.accepts(record, line) ?? false else {
            // A checkpoint's MAC was right, or a record's.
            let isKey = wantsMAC && (checkpoint != nil || authenticCount > 0)
            throw isKey
                ? .forged(file: segment.name, sequence: record.sequence)
                : .otherKey(file: segment.name)
        }
        wantsMAC = true
        authenticCount += 1
    }

    private mutating func noteCheckpoint(of record: AuditRecordLine) {
        guard let named = record.checkpoint, record.hasMAC else { return }
        if record.sequence - 1 == counted, named == checkpoint?.mac { return }
        missingCheckpoints += 1
        lastCheckpoint = named
    }
}
