internal import AuditLog
internal import JWT
internal import POSIX
internal import Reactor
internal import Telemetry

/// One reactor's way into the audit log. What a turn brings is handed over at its end in one batch,
/// and the answers are held until the batch is in the file.
///
/// To be added to its reactor behind the store, whose decisions it holds, and before the server,
/// which sends what it lets go.
final class AuditGate: TurnParticipant {
    private struct Batch {
        let number: UInt64
        let handedOverAt: Int64
        let requests: [PredictionRequest]
    }

    private unowned let reactor: Reactor
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
    /// Gets each request once its record is written, or cannot be.
    var release: ((PredictionRequest, _ isRecorded: Bool) -> Void)?

    /// - Parameter writesHere: whether the reactor writes by itself where that is cheapest, and so
    ///   hangs with a disk that does.
    init(
        reactor: Reactor, log: AuditLog, deadlineNanoseconds: Int64, encoder: AuditRecordEncoder,
        writesHere: Bool
    ) {
        self.writesHere = writesHere
        self.reactor = reactor
        self.log = log
        self.deadlineNanoseconds = deadlineNanoseconds
        self.encoder = encoder
    }

    /// Whether a record can be expected to be written now. Looked up once a turn.
    var takesRecords: Bool {
        if stateReadAt != reactor.now {
            stateReadAt = reactor.now
            isPassing = log.state(nowNanoseconds: reactor.now) == .passing
        }
        return isPassing
    }

    /// Has a request's answer recorded, and holds it until then. A refusal that is only counted is
    /// let go immediately: counts do not wait for the disk.
    func hold(_ request: PredictionRequest) {
        if case .refusal(let failure) = request.answer, let reason = failure.recordedReason,
            log.count(
                reason, subject: request.token.subject, tokenID: request.token.tokenID ?? [],
                unixMilliseconds: request.unixMilliseconds, nowNanoseconds: reactor.now)
        {
            release?(request, true)
            return
        }
        encoder.append(request, to: &batch)
        held.append(request)
    }

    /// Counts a refusal of a caller whom nobody knows.
    func count(_ reason: AuditRefusalReason) { batch.countRefusal(reason) }

    /// The log's word on a batch. One that has been given up is not found any more.
    func written(_ number: UInt64, _ isRecorded: Bool) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        letGo(waiting.remove(at: index), isRecorded)
    }

    var nextDeadline: Int64? {
        // Held behind this participant's end of the turn: the next turn must not wait.
        if !batch.isEmpty { return 0 }
        return waiting.first.map { $0.handedOverAt + deadlineNanoseconds }
    }

    func deadlinePassed() {
        while let first = waiting.first,
            first.handedOverAt + deadlineNanoseconds <= reactor.now
        {
            letGo(waiting.removeFirst(), false)
        }
    }

    func turnEnded() {
        guard !batch.isEmpty else { return }
        let free = handOver()
        // Before anybody is let go, for that takes up what a client has pipelined behind it, and
        // may fill the next batch.
        batch.removeAll(keepingCapacity: true)
        if let (handedOver, isRecorded) = free { letGo(handedOver, isRecorded) }
    }

    /// Hands the batch over; returns who can be let go at once.
    private func handOver() -> (Batch, isRecorded: Bool)? {
        if held.isEmpty {
            log.append(batch) { _ in }
            return nil
        }
        latestNumber += 1
        let number = latestNumber
        let handedOver = Batch(
            number: number, handedOverAt: Clock.monotonicNanoseconds(), requests: held)
        held.removeAll(keepingCapacity: true)
        if writesHere, let isRecorded = log.appendHere(batch) { return (handedOver, isRecorded) }
        waiting.append(handedOver)
        let mailbox = reactor.mailbox
        log.append(batch) { isRecorded in
            mailbox.post { reactor in
                reactor.participant(AuditGate.self)?.written(number, isRecorded)
            }
        }
        return nil
    }

    private func letGo(_ batch: Batch, _ isRecorded: Bool) {
        let now = Clock.monotonicNanoseconds()
        for request in batch.requests {
            request.reply.stages.end(.audit, at: now)
            release?(request, isRecorded)
        }
    }
}
