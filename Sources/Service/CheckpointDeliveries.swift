internal import AuditLog
internal import Configuration
internal import Dispatch
internal import HTTPClient
internal import Logging
internal import POSIX
internal import Serving
internal import Synchronization
internal import Telemetry

/// Sends checkpoints of the audit log to where they are kept beside it. One is sent at a time, and
/// one waits: the newest, since it proves what those before prove. No answer waits for any of it.
final class CheckpointDeliveries: Sendable {
    private struct Checkpoint {
        let body: [UInt8]
        let arrivedAt: Int64
    }

    private struct State {
        var waiting: Checkpoint?
        var isRunning = false
        var notBefore = Int64.min
        var backoff = RetryBackoff()
        /// What was reported last, where it was a failure.
        var failure: String?
        var hasDelivered = false
        /// No attempt waits for its time any more.
        var isEnding = false
        /// No attempt is made any more.
        var hasEnded = false
    }

    let figures: CheckpointFigures
    private let sink: CheckpointSink
    private let client: OutgoingClient
    private let logger: Logger
    private let queue = DispatchQueue(label: "churnd.checkpoints")
    private let state = Mutex(State())
    /// Signalled once nothing waits after `end` has begun, or its last attempt has failed.
    private let ended = DispatchSemaphore(value: 0)

    init(_ sink: CheckpointSink, client: OutgoingClient, logger: Logger) {
        self.sink = sink
        self.client = client
        self.logger = logger
        figures = CheckpointFigures(now: Clock.monotonicNanoseconds())
    }

    /// Takes a checkpoint that the log has written; only hands it over.
    func take(_ log: LogIdentity, count: Int, hash: String) {
        let now = Clock.monotonicNanoseconds()
        let body = CheckpointSink.body(
            log: "\(log)", count: count, hash: hash, unixMilliseconds: Clock.unixMilliseconds())
        state.withLock { state in
            if state.waiting != nil { figures.count(.replaced) }
            state.waiting = Checkpoint(body: body, arrivedAt: now)
            figures.arrived(now: now)
        }
        queue.async { self.begin() }
    }

    /// Sends what waits now, whatever its time is, and stops then. To be called once, when the log
    /// is closed.
    func end(waitingAtMost time: DispatchTimeInterval) {
        queue.async { [self] in
            let isIdle = state.withLock { state in
                state.isEnding = true
                return !state.isRunning && state.waiting == nil
            }
            if isIdle { ended.signal() } else { begin() }
        }
        _ = ended.wait(timeout: .now() + time)
        let isDelivered = state.withLock { state in
            state.hasEnded = true
            return !state.isRunning && state.waiting == nil
        }
        if isDelivered { return }
        logger.warning("the last checkpoint of the audit log was not delivered")
    }
}

// On the queue.
extension CheckpointDeliveries {
    private func begin() {
        let now = Clock.monotonicNanoseconds()
        let checkpoint: Checkpoint? = state.withLock { state in
            guard !state.isRunning, !state.hasEnded,
                state.isEnding || now >= state.notBefore, let waiting = state.waiting
            else { return nil }
            state.isRunning = true
            state.waiting = nil
            return waiting
        }
        guard let checkpoint else { return }
        client.send(sink.request(checkpoint.body)) { [self] result in
            queue.async { self.take(result, of: checkpoint) }
        }
    }

    private func take(
        _ result: Result<ClientAnswer, OutgoingError>, of checkpoint: Checkpoint
    ) {
        let answer: ClientAnswer
        do throws(OutgoingError) { answer = try result.get() } catch {
            return failed(checkpoint, "\(error)", .failed, retryAfterSeconds: nil)
        }
        guard 200..<300 ~= answer.status else {
            let isFailure = answer.status == 429 || answer.status >= 500
            return failed(
                checkpoint, "\(sink.host): status \(answer.status), expected 200 to 299",
                isFailure ? .failed : .refused, retryAfterSeconds: answer.retryAfterSeconds)
        }
        succeeded()
    }

    private func succeeded() {
        let now = Clock.monotonicNanoseconds()
        let (isNews, isLast, isEnding) = state.withLock { state in
            figures.acknowledged(now: now, waitingSince: state.waiting?.arrivedAt)
            state.isRunning = false
            state.notBefore = .min
            state.backoff.succeeded()
            let isNews = !state.hasDelivered || state.failure != nil
            state.hasDelivered = true
            state.failure = nil
            return (isNews, state.waiting == nil, state.isEnding)
        }
        if isNews {
            logger.info(
                "checkpoints of the audit log are delivered", metadata: ["host": "\(sink.host)"])
        }
        if !isLast {
            begin()
        } else if isEnding {
            ended.signal()
        }
    }

    /// Each reason is logged once, however often it is tried again.
    private func failed(
        _ checkpoint: Checkpoint, _ reason: String, _ result: CheckpointDelivery,
        retryAfterSeconds: Int64?
    ) {
        let now = Clock.monotonicNanoseconds()
        figures.count(result)
        let (isNews, isNewest, isEnding, wait) = state.withLock { state in
            state.isRunning = false
            let wait = state.backoff.failed(
                retryAfterSeconds: retryAfterSeconds, draw: RetryBackoff.draw())
            state.notBefore = now + wait
            let isNewest = state.waiting == nil
            if isNewest { state.waiting = checkpoint } else { figures.count(.replaced) }
            defer { state.failure = reason }
            return (state.failure != reason, isNewest, state.isEnding, wait)
        }
        if isNews {
            logger.error(
                "a checkpoint of the audit log cannot be delivered",
                metadata: ["reason": "\(reason)"])
        }
        switch (isEnding, isNewest) {
        case (true, true): ended.signal()
        case (true, false): begin()
        case (false, _):
            queue.asyncAfter(deadline: .now() + .nanoseconds(Int(wait))) { [weak self] in
                self?.begin()
            }
        }
    }
}
