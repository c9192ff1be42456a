package import AuditLog
internal import HTTP
internal import JWT
internal import Models
internal import OpenSSL
internal import POSIX
package import Reactor
internal import RecordFormats
internal import Telemetry

/// One worker's way into the audit log. What a turn brings is handed over at its end in one batch,
/// and the answers are held until the batch is in the file.
package final class AuditGate {
    private struct Batch {
        let number: UInt64
        let handedOverAt: Int64
        let calls: [Call]
    }

    private unowned let loop: Loop
    private let door: Door<AuditGate>
    private let log: AuditLog
    private let deadlineNanoseconds: Int64
    private let encoder: AuditRecordEncoder
    private let writesHere: Bool
    private var batch = AuditBatch()
    private var held: [Call] = []
    private var waiting: [Batch] = []
    private var latestNumber: UInt64 = 0
    private var stateReadAt = Int64.min
    private var isPassing = true
    /// Those whose record is written or cannot be, until they are taken.
    private var settled: [(call: Call, isRecorded: Bool)] = []
    private var takenCount = 0
    /// For the records of a call that brings several.
    private var digests = SHA256Context()
    private var scratch = Prediction()

    /// - Parameters:
    ///   - door: the way to this gate from other threads.
    ///   - writesHere: whether the worker writes by itself where that is cheapest, and so hangs
    ///     with a disk that does.
    package init(
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

    /// Has a call's answer recorded, and holds it until then. A refusal that is only counted is
    /// let go immediately: counts do not wait for the disk.
    func hold(_ call: Call) {
        if let reason = call.refusal?.row.recorded,
            log.count(
                reason, subject: call.subject, tokenID: call.tokenID,
                unixMilliseconds: call.unixMilliseconds, nowNanoseconds: loop.now)
        {
            settled.append((call, true))
            return
        }
        if let records = call.records, call.refusal == nil {
            append(records, of: call)
        } else {
            encoder.append(call, call.prediction, digest: call.bodyDigest, to: &batch)
        }
        held.append(call)
    }

    /// One for each that is answered with a prediction, with the digest of its own text.
    private func append(_ records: ScoredRecords, of call: Call) {
        let bytes = records.texts.bytes
        for index in 0..<records.scoredCount {
            records.take(index, into: &scratch)
            let text = records.record(of: index).text
            let digest = digests.hash(bytes.span.extracting(text))
            encoder.append(call, scratch, digest: digest, to: &batch)
        }
    }

    /// Counts a refusal of a caller whom nobody knows.
    func count(_ reason: AuditRefusalReason) { batch.countRefusal(reason) }

    /// The log's word on a batch. One that has been given up is not found any more.
    private func written(_ number: UInt64, _ isRecorded: Bool) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        letGo(waiting.remove(at: index).calls, isRecorded)
    }

    /// A call whose record is written, or cannot be; nil when all such have been taken.
    func takeSettled() -> (call: Call, isRecorded: Bool)? {
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
            letGo(waiting.removeFirst().calls, false)
        }
    }

    /// Hands over what the turn has brought.
    func handOver() {
        guard !batch.isEmpty else { return }
        defer { batch.removeAll(keepingCapacity: true) }
        if held.isEmpty { return log.append(batch) { _ in } }
        if writesHere, let isRecorded = log.appendHere(batch) {
            letGo(held, isRecorded)
            return held.removeAll(keepingCapacity: true)
        }
        latestNumber += 1
        let number = latestNumber
        let handedOver = Batch(
            number: number, handedOverAt: Clock.monotonicNanoseconds(), calls: held)
        held.removeAll(keepingCapacity: true)
        waiting.append(handedOver)
        log.append(batch) { [door] isRecorded in
            door.post { $0.written(number, isRecorded) }
        }
    }

    private func letGo(_ calls: [Call], _ isRecorded: Bool) {
        let now = Clock.monotonicNanoseconds()
        for call in calls {
            call.stages.end(.audit, at: now)
            settled.append((call, isRecorded))
        }
    }
}

extension AuditRecordEncoder {
    /// Appends the record of what a call is about to be answered with; nothing for what the log
    /// does not hold.
    ///
    /// - Parameter digest: the SHA-256 of the record's text; nil where nothing was looked at.
    func append(
        _ call: Call, _ prediction: Prediction, digest: InlineArray<32, UInt8>?,
        to batch: inout AuditBatch
    ) {
        if let trace = call.trace {
            append(call, prediction, digest: digest, traceID: trace.traceID, to: &batch)
        } else {
            let none: [UInt8] = []
            append(call, prediction, digest: digest, traceID: none.span, to: &batch)
        }
    }

    private func append(
        _ call: Call, _ prediction: Prediction, digest: InlineArray<32, UInt8>?,
        traceID: Span<UInt8>, to batch: inout AuditBatch
    ) {
        let requestID = call.requestID
        let peer = call.peer
        let proxy = call.proxy
        let subject = call.subject
        let tokenID = call.tokenID
        let customerID = prediction.customerID
        let caller = AuditedCaller(
            unixMilliseconds: call.unixMilliseconds, requestID: requestID.bytes, traceID: traceID,
            peer: peer.bytes, proxy: proxy.bytes, clientName: call.clientName,
            subject: subject.span, subjectMAC: call.token?.subjectNames?.audit,
            tokenID: tokenID.span,
            customerID: customerID.span)
        if let refusal = call.refusal {
            guard let reason = refusal.row.recorded else { return }
            return appendRefusal(
                AuditedRefusal(caller: caller, bodyDigest: digest, reason: reason),
                to: &batch)
        }
        guard let digest else {
            preconditionFailure("a prediction that is recorded has a body")
        }
        let features = prediction.features
        appendPrediction(
            AuditedPrediction(
                caller: caller, model: call.scorer.audited, bodyDigest: digest,
                features: features.span, probability: prediction.probability,
                risk: prediction.risk.rawValue),
            to: &batch)
    }
}
