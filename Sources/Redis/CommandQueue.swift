/// The commands of one connection that have no answer yet, in the order in which they leave and are
/// answered, and the bytes of them that have not left.
struct CommandQueue {
    typealias Completion = (Result<RedisReply, RedisFailure>) -> Void

    private struct QueuedCommand {
        let deadline: Int64
        /// Where its bytes begin and end in the stream of all bytes ever queued.
        let start: Int
        let end: Int
        let completion: Completion
    }

    /// A buffer that a burst has made larger than this is given back once it is empty.
    private static let keptBytesMax = 64 << 10

    private let limits: RedisLimits
    private var commands = Fifo<QueuedCommand>()
    /// The deadlines that are smaller than all that were queued after them: the first is the
    /// earliest, and each operation stays in amortised constant time though a repeated command
    /// brings a deadline that lies before those of the commands ahead of it.
    private var earliestDeadlines = Fifo<Int64>()
    private var bytes: [UInt8] = []
    /// The index in `bytes` of the first that has not left.
    private var unsentIndex = 0
    /// Where that byte lies in the stream.
    private var sentEnd = 0

    init(limits: RedisLimits) { self.limits = limits }

    var isEmpty: Bool { commands.isEmpty }
    var count: Int { commands.count }
    var earliestDeadline: Int64? { earliestDeadlines.first }
    var unsentCount: Int { bytes.count - unsentIndex }
    var isFull: Bool {
        commands.count >= limits.commandsMax || unsentCount >= limits.unsentBytesMax
    }

    /// The bytes to send next.
    var unsent: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(unsentIndex..<bytes.count) }
    }

    mutating func append(
        deadline: Int64, completion: @escaping Completion, encode: (inout [UInt8]) -> Void
    ) {
        let start = sentEnd + unsentCount
        encode(&bytes)
        append(
            QueuedCommand(
                deadline: deadline, start: start, end: sentEnd + unsentCount, completion: completion
            ))
    }

    /// The first `count` bytes of `unsent` have left.
    mutating func markSent(_ count: Int) {
        unsentIndex += count
        sentEnd += count
        if unsentIndex == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= CommandQueue.keptBytesMax)
            unsentIndex = 0
        } else if unsentIndex * 2 > bytes.count {
            bytes.removeFirst(unsentIndex)
            unsentIndex = 0
        }
    }

    /// Removes the command that a reply belongs to; nil when no whole command has left.
    mutating func popAnswered() -> Completion? {
        guard let command = commands.first, command.end <= sentEnd else { return nil }
        return popFirst()?.completion
    }

    /// Removes every command.
    mutating func removeAll() -> [Completion] {
        var removed: [Completion] = []
        while let command = popFirst() { removed.append(command.completion) }
        markSent(unsentCount)
        return removed
    }

    /// Removes the commands of which any byte has left, and what has not left of them. The others
    /// can be sent on another connection without being carried out twice.
    mutating func removeBegun() -> [Completion] {
        var removed: [Completion] = []
        while let command = commands.first, command.start < sentEnd {
            removed.append(command.completion)
            _ = popFirst()
        }
        let start = commands.first?.start ?? sentEnd + unsentCount
        markSent(start - sentEnd)
        return removed
    }

    /// Removes the commands whose deadlines lie at or before `now`. None may have begun to leave.
    mutating func removePassed(now: Int64) -> [Completion] {
        var removed: [Completion] = []
        while let command = commands.first, command.deadline <= now {
            removed.append(command.completion)
            _ = popFirst()
            markSent(command.end - sentEnd)
        }
        guard let earliestDeadline, earliestDeadline <= now else { return removed }

        // One that stands after others with later deadlines: a repeated command, so this is rare.
        var kept = CommandQueue(limits: limits)
        while let command = popFirst() {
            let ownBytes = bytes.span.extracting(
                (unsentIndex + command.start - sentEnd)..<(unsentIndex + command.end - sentEnd))
            if command.deadline <= now {
                removed.append(command.completion)
            } else {
                kept.append(deadline: command.deadline, completion: command.completion) { bytes in
                    // SAFETY: the buffer is copied during the call.
                    unsafe ownBytes.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
                }
            }
        }
        self = kept
        return removed
    }

    private mutating func append(_ command: QueuedCommand) {
        while let last = earliestDeadlines.last, last > command.deadline {
            _ = earliestDeadlines.popLast()
        }
        earliestDeadlines.append(command.deadline)
        commands.append(command)
    }

    private mutating func popFirst() -> QueuedCommand? {
        guard let command = commands.popFirst() else { return nil }
        if earliestDeadlines.first == command.deadline { _ = earliestDeadlines.popFirst() }
        return command
    }
}
