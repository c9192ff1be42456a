internal import AuditLog
internal import JWT
internal import POSIX
internal import Reactor
internal import Telemetry

/// One worker's way into the audit log. What a turn brings is handed over at its end in one batch,
/// and the answers are held until the batch is in the file.
final class AuditGate {
    private struct Batch {
        let number: UInt64
        let handedOverAt: Int64
        let requests: [PredictionRequest]
    }

    private unowned let loop: Loop
    private let door: Door<AuditGate>
    private let log: AuditLog
    private let deadlineNanoseconds: Int64
    private let encoder: AuditRecordEncoder
    private let writesHere: Bool
    private var batch = AuditBatch()
    private var held: [PredictionRequest] = []
    private var waiting: [Batch] = []
    private var latestNumber: UInt64 = 0
    private var stateReadAt = Int64.min
    private var isPassing = true
    /// Those whose record is written or cannot be, until they are taken.
    private var settled: [(request: PredictionRequest, isRecorded: Bool)] = []
    private var takenCount = 0

    /// - Parameters:
    ///   - door: the way to this gate from other threads.
    ///   - writesHere: whether the worker writes by itself where that is cheapest, and so hangs
    ///     with a disk that does.
    init(
        loop: Loop, door: Door<AuditGate>, log: AuditLog, deadlineNanoseconds: Int64,
        encoder: AuditRecordEncoder, writesHere: Bool
    ) {
        self.writesHere = writesHere
        self.loop = loop
        self.door = door
        self.log = log
        self.deadlineNanoseconds = deadlineNanoseconds
        self.encoder = encoder
    }

    /// Whether a record can be expected to be written now. Looked up once a turn.
    var takesRecords: Bool {
        if stateReadAt != loop.now {
            stateReadAt = loop.now
            isPassing = log.state(nowNanoseconds: loop.now) == .passing
        }
        return isPassing
    }

    /// Has a request's answer recorded, and holds it until then. A refusal that is only counted is
    /// let go immediately: counts do not wait for the disk.
    func hold(_ request: PredictionRequest) {
        if case .refusal(let failure) = request.answer, let reason = failure.recordedReason,
            log.count(
                reason, subject: request.token.subject, tokenID: request.token.tokenID ?? [],
                unixMilliseconds: request.unixMilliseconds, nowNanoseconds: loop.now)
        {
            settled.append((request, true))
            return
        }
        encoder.append(request, to: &batch)
        held.append(request)
    }

    /// Counts a refusal of a caller whom nobody knows.
    func count(_ reason: AuditRefusalReason) { batch.countRefusal(reason) }

    /// The log's word on a batch. One that has been given up is not found any more.
    private func written(_ number: UInt64, _ isRecorded: Bool) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        letGo(waiting.remove(at: index), isRecorded)
    }

    /// A request whose record is written, or cannot be; nil when all such have been taken.
    func takeSettled() -> (request: PredictionRequest, isRecorded: Bool)? {
        guard !settled.isEmpty else { return nil }
        let first = settled[takenCount]
        takenCount += 1
        if takenCount == settled.count {
            settled.removeAll(keepingCapacity: true)
            takenCount = 0
        }
        return first
    }

    /// Whether records were held after they were handed over.
    var isBusy: Bool { !batch.isEmpty }

    var deadline: Int64? { waiting.first.map { $0.handedOverAt + deadlineNanoseconds } }

    func deadlinePassed() {
        while let first = waiting.first,
            first.handedOverAt + deadlineNanoseconds <= loop.now
        {
            letGo(waiting.removeFirst(), false)
        }
    }

    /// Hands over what the turn has brought.
    func handOver() {
        guard !batch.isEmpty else { return }
        defer { batch.removeAll(keepingCapacity: true) }
        if held.isEmpty { return log.append(batch) { _ in } }
        latestNumber += 1
        let number = latestNumber
        let handedOver = Batch(
            number: number, handedOverAt: Clock.monotonicNanoseconds(), requests: held)
        held.removeAll(keepingCapacity: true)
        if writesHere, let isRecorded = log.appendHere(batch) {
            return letGo(handedOver, isRecorded)
        }
        waiting.append(handedOver)
        log.append(batch) { [door] isRecorded in
            door { $0.written(number, isRecorded) }
        }
    }

    private func letGo(_ batch: Batch, _ isRecorded: Bool) {
        let now = Clock.monotonicNanoseconds()
        for request in batch.requests {
            request.reply.stages.end(.audit, at: now)
            settled.append((request, isRecorded))
        }
    }
}
