internal import Bytes
internal import OpenSSL
internal import POSIX

/// checkpoints.jsonl, and when its next line is due.
struct CheckpointFile: ~Copyable {
    /// How long after a failure the next attempt is made.
    private static let retryNanoseconds: Int64 = 1_000_000_000

    private let path: String
    private let recordsMax: Int
    private let nanosecondsMax: Int64
    private let isSynchronized: Bool
    private let log: LogIdentity
    /// The digits of the MAC of the latest checkpoint, there or not.
    private var previous: [UInt8]
    /// Whether the file was found to be another than was left, since that was asked.
    private var hasChanged = false
    private var file: TailFile
    private var mac: HMACSHA256
    /// How many records the latest checkpoint counts.
    private var countedRecords: Int
    /// When the first record without a checkpoint has waited long enough.
    private var dueAt: Int64?
    private var retryAt: Int64?

    init(
        _ path: String, _ tail: LogTail, of log: LogIdentity, _ settings: AuditSettings,
        mac: consuming HMACSHA256
    ) throws(FileError) {
        self.path = path
        recordsMax = settings.checkpointRecordsMax
        nanosecondsMax = settings.checkpointNanosecondsMax
        isSynchronized = settings.sync != .none
        self.log = log
        previous = Array(tail.lastCheckpoint.description.utf8)
        file = try TailFile(AppendFile(path: path), size: tail.checkpoints.wholeLinesBytes)
        self.mac = mac
        countedRecords = tail.checkpoints.newest?.count ?? 0
    }

    /// How many records up to `sequence` no checkpoint counts.
    func uncounted(_ sequence: Int) -> Int { sequence - countedRecords }

    mutating func takeHasChanged() -> Bool {
        defer { hasChanged = false }
        return hasChanged
    }

    /// Whether a failure has been and no success since.
    var isFailing: Bool { retryAt != nil }

    /// When one that is not due yet will be; nil while every record is counted.
    var nextDeadline: Int64? { dueAt.map { max($0, retryAt ?? $0) } }

    /// Whether records up to `sequence` want a checkpoint now.
    mutating func isDue(_ sequence: Int, now: Int64) -> Bool {
        guard sequence > countedRecords else { return false }
        let isFull = sequence - countedRecords >= recordsMax
        let end = isFull ? now : dueAt ?? now + nanosecondsMax
        dueAt = end
        return now >= max(end, retryAt ?? end)
    }

    /// After a failure: the next attempt is made later, whatever failed.
    mutating func postpone(now: Int64) { retryAt = now + CheckpointFile.retryNanoseconds }

    /// Writes one where there are records without one, and returns the digits of its MAC.
    mutating func write(
        _ position: ChainPosition, unixMilliseconds: Int64
    ) throws(FileError) -> [UInt8]? {
        guard position.sequence > countedRecords else { return nil }
        var line: [UInt8] = []
        let digits = render(position, unixMilliseconds: unixMilliseconds, into: &line)
        if !file.isAsItWasLeft { try reopen() }
        try file.append(line.span)
        // The next attempt writes it again, and no two may count the same.
        if isSynchronized { try file.synchronize(orTakeBack: line.count) }
        countedRecords = position.sequence
        dueAt = nil
        retryAt = nil
        previous = digits
        return digits
    }

    /// Appends the line with its line feed, and returns the digits of its MAC.
    private mutating func render(
        _ position: ChainPosition, unixMilliseconds: Int64, into line: inout [UInt8]
    ) -> [UInt8] {
        line.appendLiteral(AuditFormat.checkpointStart)
        line.appendDecimal(position.sequence)
        line.appendLiteral(AuditFormat.checkpointHash)
        line.append(contentsOf: position.hash)
        line.appendLiteral(AuditFormat.checkpointTime)
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &line)
        line.appendLiteral("\"")
        line.appendLiteral(AuditFormat.log)
        line.append(contentsOf: log.digits)
        line.appendLiteral(AuditFormat.checkpointPrevious)
        line.append(contentsOf: previous)
        line.appendLiteral("\"")
        let digest = mac.digest(of: line.span)
        var digits: [UInt8] = []
        digits.appendHexadecimal(digest.span)
        line.appendLiteral(AuditFormat.checkpointMAC)
        line.append(contentsOf: digits)
        line.appendLiteral(AuditFormat.lineEnd)
        return digits
    }

    /// Continues in the file at the path, after its last whole line.
    private mutating func reopen() throws(FileError) {
        hasChanged = true
        let isThere = Directories.isAnything(at: path)
        let size = isThere ? try FileTail(of: path, linesBytes: 0).wholeLinesBytes : 0
        file = try TailFile(AppendFile(path: path), size: size)
    }
}
