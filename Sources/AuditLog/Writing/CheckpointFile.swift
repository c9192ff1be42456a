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
    private var file: TailFile
    private var mac: HMACSHA256
    /// How many records the latest checkpoint counts.
    private var countedRecords: Int
    /// When the first record without a checkpoint has waited long enough.
    private var dueAt: Int64?
    private var retryAt: Int64?

    /// - Parameters:
    ///   - wholeLinesBytes: what of the file counts.
    ///   - countedRecords: what the newest good checkpoint says.
    init(
        _ path: String, wholeLinesBytes: Int, countedRecords: Int, _ settings: AuditSettings,
        mac: consuming HMACSHA256
    ) throws(FileError) {
        self.path = path
        recordsMax = settings.checkpointRecordsMax
        nanosecondsMax = settings.checkpointNanosecondsMax
        isSynchronized = settings.sync != .none
        file = try TailFile(AppendFile(path: path), size: wholeLinesBytes)
        self.mac = mac
        self.countedRecords = countedRecords
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

    /// Writes one where there are records without one.
    mutating func write(
        _ position: ChainPosition, now: Int64, unixMilliseconds: Int64
    ) throws(FileError) -> Bool {
        guard position.sequence > countedRecords else { return false }
        var line: [UInt8] = []
        Checkpoint.append(position, unixMilliseconds: unixMilliseconds, mac: &mac, to: &line)
        do throws(FileError) {
            if !file.isAtItsPath { file = try TailFile(AppendFile(path: path), size: nil) }
            try file.append(line.span)
            // The next attempt writes it again, and no two may count the same.
            if isSynchronized { try file.synchronize(orTakeBack: line.count) }
        } catch {
            retryAt = now + CheckpointFile.retryNanoseconds
            throw error
        }
        countedRecords = position.sequence
        dueAt = nil
        retryAt = nil
        return true
    }
}
