internal import OpenSSL
internal import POSIX

/// The files of an open log. It belongs to one queue, and waits for the disk.
struct RecordWriter: ~Copyable {
    /// What is reserved before the log is called writable again: a file that has been cut off may
    /// have room for a short record on a disk that is full.
    private static let reservedBytes = 65_536
    /// How often it is looked whether the segment still has its name.
    private static let lookNanoseconds: Int64 = 1_000_000_000

    private let settings: AuditSettings
    private let files: AuditFiles
    private var lock: LogLock?
    private let identity: LogIdentity
    private var chain: RecordChain
    /// Of the last record in the file.
    private var position: ChainPosition
    private var segment: TailFile
    private var segmentName: String
    /// Empty between two groups; kept for its memory.
    private var lines: [UInt8] = []
    private var checkpoints: CheckpointFile
    /// A new segment's name is not durable yet.
    private var directoryIsUnsynchronized: Bool
    /// When what was written must be durable.
    private var synchronizeAt: Int64?
    /// A sync has failed since the last that did not.
    private var hasUncertainBytes = false
    private var lookedAt: Int64
    private var reports: [AuditReport] = []
    /// When a checkpoint was last reported.
    private var toldAt = Int64.min
    private(set) var statistics = AuditStatistics()
    /// What the next record has beside its body.
    private var link: ChainLink
    /// How many records of the latest group are in the file.
    private(set) var writtenOfGroup = 0

    /// Continues where `tail` says.
    init(
        _ settings: AuditSettings, keys: AuditKeys, lock: consuming LogLock, tail: LogTail,
        _ identity: LogIdentity, now: Int64
    ) throws(FileError) {
        let files = AuditFiles(directory: settings.directory)
        let checkpoints = try CheckpointFile(
            files.checkpointsPath, tail, of: identity, settings,
            mac: HMACSHA256(key: keys.checkpoint.span))
        if let newest = tail.newest, !newest.isContinued {
            // What is torn is cut off there as well.
            _ = try TailFile(
                AppendFile(path: files.path(of: newest.name)), size: newest.wholeLinesBytes)
        }
        let continued = tail.newest.flatMap { $0.isContinued ? $0 : nil }
        let name =
            continued?.name
            ?? AuditFiles.segmentName(firstSequence: tail.position.sequence + 1)
        let segment = try TailFile(
            AppendFile(path: files.path(of: name), mustBeNew: continued == nil),
            size: continued?.wholeLinesBytes ?? 0)

        self.settings = settings
        self.files = files
        self.lock = consume lock
        self.checkpoints = consume checkpoints
        self.segment = consume segment
        segmentName = name
        directoryIsUnsynchronized = continued == nil
        position = tail.position
        chain = RecordChain(tail.position, keys: keys, log: identity)
        self.identity = identity
        let newest = tail.checkpoints.newest
        link = ChainLink(
            log: identity,
            checkpoint: newest?.count == tail.position.sequence
                && newest?.mac == tail.lastCheckpoint
                ? newest.map { Array($0.mac.description.utf8) } : nil)
        lookedAt = now
    }

    /// Appends the records of a group: all or none, but where more than may wait for a checkpoint
    /// do; then `writtenOfGroup` is how many are in the file when this throws.
    ///
    /// - Parameter isStart: whether what is there has no checkpoint yet because the group reports
    ///   it.
    mutating func write(
        _ group: borrowing WriteGroup, now: Int64, isStart: Bool = false
    ) throws(FileError) {
        writtenOfGroup = 0
        let isRetry = group.failedForNanoseconds != nil
        try lookForSegment(now: now, isRetry: isRetry)
        if segment.size >= settings.segmentBytesMax { try rotate(now: now) }
        try synchronizeDirectory()
        let count = group.recordCount
        while writtenOfGroup < count {
            var end = count
            if !isStart {
                let limit = settings.checkpointRecordsMax
                let waiting = checkpoints.uncounted(position.sequence)
                if waiting > 0, waiting + count - writtenOfGroup > limit { try sign(now: now) }
                end = min(count, writtenOfGroup + limit)
            }
            try write(group, writtenOfGroup..<end, isRetry: isRetry, now: now)
            writtenOfGroup = end
        }
    }

    /// Appends these records of a group, all or none.
    private mutating func write(
        _ group: borrowing WriteGroup, _ range: Range<Int>, isRetry: Bool, now: Int64
    ) throws(FileError) {
        var lines = self.lines
        self.lines = []
        defer { keepMemory(of: &lines) }
        chain.position = position
        chain.link = link
        group.appendRecords(
            range, to: &lines, chain: &chain, unixMilliseconds: settings.unixMilliseconds())
        if isRetry { try segment.reserve(max(lines.count, RecordWriter.reservedBytes)) }
        try segment.append(lines.span)
        if settings.sync == .always || hasUncertainBytes {
            try synchronize(orTakeBack: lines.count)
        } else if case .interval(let nanoseconds) = settings.sync, synchronizeAt == nil {
            synchronizeAt = now + nanoseconds
        }
        statistics.records += UInt64(chain.position.sequence - position.sequence)
        statistics.bytes += UInt64(lines.count)
        position = chain.position
        link = chain.link
    }

    /// When there will be something to do although nothing is written.
    var nextDeadline: Int64? {
        switch (synchronizeAt, checkpoints.nextDeadline) {
        case (let sync?, let checkpoint?): min(sync, checkpoint)
        case (let sync, let checkpoint): sync ?? checkpoint
        }
    }

    /// Whether `synchronizeIfDue` or `writeCheckpointIfDue` will do something.
    mutating func isAnythingDue(now: Int64) -> Bool {
        isSynchronizationDue(now: now) || checkpoints.isDue(position.sequence, now: now)
    }

    mutating func synchronizeIfDue(now: Int64) throws(FileError) {
        if isSynchronizationDue(now: now) { try synchronize() }
    }

    mutating func writeCheckpointIfDue(now: Int64) {
        if checkpoints.isDue(position.sequence, now: now) { writeCheckpoint(now: now) }
    }

    /// Writes one where there are records without one; a failure is reported once.
    mutating func writeCheckpoint(now: Int64) {
        // Records continue until a checkpoint is due.
        try? sign(now: now)
    }

    /// Writes a checkpoint where there are records without one.
    private mutating func sign(now: Int64) throws(FileError) {
        let wasFailing = checkpoints.isFailing
        do throws(FileError) {
            try lookForDirectory()
            let mac = try checkpoints.write(
                position, unixMilliseconds: settings.unixMilliseconds())
            if checkpoints.takeHasChanged() { reports.append(.checkpointsChanged) }
            guard let mac else { return }
            link.checkpoint = mac
            statistics.checkpoints += 1
            tellCheckpoint(now: now)
        } catch {
            if !wasFailing { reports.append(.checkpointFailed(reason: error.reason)) }
            checkpoints.postpone(now: now)
            throw error
        }
    }

    private mutating func tellCheckpoint(now: Int64, isLast: Bool = false) {
        guard isLast || now >= toldAt else { return }
        toldAt = now + settings.checkpointNanosecondsMax
        reports.append(
            .checkpoint(
                identity, count: position.sequence,
                hash: String(decoding: position.hash, as: UTF8.self)))
    }

    mutating func takeReports() -> [AuditReport] {
        defer { reports = [] }
        return reports
    }

    /// Writes a checkpoint, makes all durable and lets others have the log.
    mutating func close(now: Int64) throws(FileError) {
        // Reported once, and in any case.
        toldAt = .max
        writeCheckpoint(now: now)
        tellCheckpoint(now: now, isLast: true)
        defer { lock = nil }
        try synchronize()
    }
}

extension RecordWriter {
    private mutating func keepMemory(of lines: inout [UInt8]) {
        guard lines.capacity <= WriteGroup.keptBytesMax else { return }
        lines.removeAll(keepingCapacity: true)
        swap(&self.lines, &lines)
    }

    private func isSynchronizationDue(now: Int64) -> Bool {
        synchronizeAt.map { now >= $0 } ?? false
    }

    /// - Parameter count: as of `TailFile.synchronize`.
    private mutating func synchronize(orTakeBack count: Int? = nil) throws(FileError) {
        do throws(FileError) { try segment.synchronize(orTakeBack: count) } catch {
            hasUncertainBytes = true
            throw error
        }
        hasUncertainBytes = false
        synchronizeAt = nil
        statistics.syncs += 1
    }

    private mutating func synchronizeDirectory() throws(FileError) {
        guard directoryIsUnsynchronized, settings.sync != .none else { return }
        try Files.synchronizeDirectory(of: files.path(of: segmentName))
        directoryIsUnsynchronized = false
    }

    /// A file that has lost its name gets no more records.
    private mutating func lookForSegment(now: Int64, isRetry: Bool) throws(FileError) {
        guard isRetry || now - lookedAt >= RecordWriter.lookNanoseconds else { return }
        lookedAt = now
        guard !segment.isAtItsPath else { return }
        let vanished = segmentName
        try beginSegment()
        reports.append(.segmentVanished(name: vanished))
        // So that the next process that opens the log finds no gap that nothing covers.
        writeCheckpoint(now: now)
    }

    /// Another directory at the path may have another writer: this one's lock is not on it.
    private func lookForDirectory() throws(FileError) {
        try lock?.checkPath()
    }

    private mutating func rotate(now: Int64) throws(FileError) {
        if settings.sync != .none { try synchronize() }
        writeCheckpoint(now: now)
        try beginSegment()
    }

    private mutating func beginSegment() throws(FileError) {
        try lookForDirectory()
        let name = AuditFiles.segmentName(firstSequence: position.sequence + 1)
        segment = try TailFile(
            AppendFile(path: files.path(of: name), mustBeNew: true), size: 0)
        segmentName = name
        link.log = identity
        directoryIsUnsynchronized = true
        synchronizeAt = nil
        hasUncertainBytes = false
    }
}

extension FileError {
    /// What happened, without the path: the log has one directory, which is known.
    var reason: String {
        switch self {
        case .system(_, let error): error.description
        case .notARegularFile, .tooLarge: description
        }
    }
}
