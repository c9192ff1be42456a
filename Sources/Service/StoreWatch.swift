internal import Dispatch
package import Logging
internal import POSIX
package import Serving
internal import Synchronization
internal import Telemetry

/// Logs when Redis cannot serve and when it can again, also while no requests come.
package final class StoreWatch: Sendable {
    /// As often as every connection asks.
    private static let interval = DispatchTimeInterval.seconds(1)

    private let state: ServiceState
    private let logger: Logger
    private let answered = Mutex(true)

    package init(state: ServiceState, logger: Logger) {
        self.state = state
        self.logger = logger
    }

    /// Looks at the store each second for as long as the process lives.
    func start(on queue: DispatchQueue) {
        queue.asyncAfter(deadline: .now() + StoreWatch.interval) {
            self.look(now: Clock.monotonicNanoseconds())
            self.start(on: queue)
        }
    }

    /// Logs a change since the look before; at first the store is taken to answer.
    package func look(now: Int64) {
        let answers = state.store(now: now) != .redisFails
        let isChanged = answered.withLock { answered in
            defer { answered = answers }
            return answered != answers
        }
        guard isChanged else { return }
        if answers {
            logger.info("Redis serves again")
        } else {
            logger.error(
                "Redis cannot serve: predictions get 503",
                metadata: ["reason": "\(state.storeFailure(now: now) ?? "no answer")"])
        }
    }
}
