internal import Configuration
internal import Dispatch
internal import HTTPClient
internal import JWT
internal import Logging
internal import POSIX
internal import Serving
internal import Synchronization
internal import Telemetry

/// Fetches the keys of an issuer when they are due, and hands on what changes. It works on the
/// queue of `KeyReloads`; the requests have a thread of their own, and no event loop takes part.
final class KeySetFetches: Sendable {
    private struct State {
        var schedule: KeySetSchedule
        /// Of the set in use.
        var entityTag: String?
        var isUsed = false
        /// What was reported last, where it was a failure.
        var failure: String?
    }

    private let source: KeySetSource
    private let client: OutgoingClient
    private let keys: IssuerKeys
    private let logger: Logger
    private let queue: DispatchQueue
    private let state: Mutex<State>

    /// - Parameter queue: where `poll` is called.
    init(
        _ source: KeySetSource, client: OutgoingClient, keys: IssuerKeys, logger: Logger,
        queue: DispatchQueue
    ) {
        self.source = source
        self.client = client
        self.keys = keys
        self.logger = logger
        self.queue = queue
        let limits = KeySetSchedule.Limits(
            ageSeconds: source.ageSeconds, staleSeconds: source.staleSeconds,
            cooldownSeconds: source.cooldownSeconds)
        state = Mutex(
            State(schedule: KeySetSchedule(limits, now: Clock.monotonicNanoseconds())))
    }

    /// What is to be done with the keys.
    enum Outcome: Sendable {
        case use(JSONWebKeySet)
        /// They are too old.
        case drop
    }

    /// Fetches them again whatever their age is.
    func force() { state.withLock { $0.schedule.force() } }

    /// Begins a fetch if one is due. Called about once a second.
    ///
    /// - Parameter hand: called on the queue, now or later.
    func poll(_ hand: @escaping @Sendable (Outcome) -> Void) {
        let now = Clock.monotonicNanoseconds()
        let isExpired = state.withLock { state in
            guard state.isUsed, !state.schedule.isUsable(now: now) else { return false }
            state.isUsed = false
            state.entityTag = nil
            return true
        }
        if isExpired {
            keys.becomeKnown(false)
            logger.error(
                "the issuer's keys are too old: tokens of them get 503",
                metadata: ["host": "\(source.host)"])
            hand(.drop)
        }
        let isWanted = keys.areWanted
        let (begins, entityTag) = state.withLock { state in
            (state.schedule.begins(now: now, isWanted: isWanted), state.entityTag)
        }
        guard begins else { return }
        keys.fetchBegins()
        client.send(source.request(entityTag: entityTag)) { [self] result in
            queue.async { self.take(result, wasKnown: entityTag != nil, hand) }
        }
    }

    private func take(
        _ result: Result<ClientAnswer, OutgoingError>, wasKnown: Bool,
        _ hand: (Outcome) -> Void
    ) {
        let answer: ClientAnswer
        do throws(OutgoingError) { answer = try result.get() } catch {
            return failed("\(error)", .failed, retryAfterSeconds: nil)
        }
        do throws(KeySetAnswerError) {
            let set = try KeySetSource.set(in: answer, wasKnown: wasKnown)
            if set == nil, !state.withLock(\.isUsed) {
                // What is unchanged was dropped for its age while the answer was awaited.
                keys.count(.unchanged)
                return state.withLock { state in
                    state.schedule.failed(
                        now: Clock.monotonicNanoseconds(), retryAfterSeconds: nil,
                        draw: RetryBackoff.draw())
                }
            }
            succeeded(answer, set)
            if let set { hand(.use(set)) }
        } catch {
            failed(
                "\(source.host): \(error)", error.isFailure ? .failed : .refused,
                retryAfterSeconds: answer.retryAfterSeconds)
        }
    }

    private func succeeded(_ answer: ClientAnswer, _ set: JSONWebKeySet?) {
        let now = Clock.monotonicNanoseconds()
        let (age, isNews) = state.withLock { state in
            state.schedule.succeeded(
                now: now, maxAgeSeconds: answer.maxAgeSeconds, draw: RetryBackoff.draw())
            if set != nil { state.entityTag = KeySetSource.entityTag(of: answer) }
            let isNews = !state.isUsed || state.failure != nil
            state.isUsed = true
            state.failure = nil
            return (state.schedule.ageSecondsMax, isNews)
        }
        keys.count(set == nil ? .unchanged : .fetched)
        keys.fetched(now: now, maxAgeSeconds: age)
        guard isNews else { return }
        logger.info(
            "the issuer's keys are fetched",
            metadata: ["host": "\(source.host)", "max_age": "\(age)"])
    }

    /// Each reason is logged once, however often it is tried again.
    private func failed(
        _ reason: String, _ result: KeyFetchResult, retryAfterSeconds: Int64?
    ) {
        keys.count(result)
        let isNews = state.withLock { state in
            state.schedule.failed(
                now: Clock.monotonicNanoseconds(), retryAfterSeconds: retryAfterSeconds,
                draw: RetryBackoff.draw())
            defer { state.failure = reason }
            return state.failure != reason
        }
        guard isNews else { return }
        let message: Logger.Message =
            keys.areKnown
            ? "the issuer's keys cannot be fetched, the previous ones stay in use"
            : "the issuer's keys cannot be fetched: tokens of them get 503"
        logger.error(message, metadata: ["reason": "\(reason)"])
    }
}
