internal import Synchronization
package import Telemetry

/// What a scrape reports of the checkpoints that are kept outside the audit log.
package final class CheckpointFigures: Sendable {
    private struct State {
        var deliveries = ClosedCounter<CheckpointDelivery>()
        var acknowledgedAt: Int64
        /// Since when a checkpoint has not been acknowledged; nil where all are.
        var waitingSince: Int64?
    }

    private let state: Mutex<State>

    /// - Parameter now: nanoseconds of the monotonic clock, here and below.
    package init(now: Int64) { state = Mutex(State(acknowledgedAt: now)) }

    package func count(_ result: CheckpointDelivery) {
        state.withLock { $0.deliveries.count(result) }
    }

    /// The log has written a checkpoint.
    package func arrived(now: Int64) {
        state.withLock { $0.waitingSince = $0.waitingSince ?? now }
    }

    /// - Parameter waitingSince: when the next one has arrived; nil where none waits.
    package func acknowledged(now: Int64, waitingSince: Int64?) {
        state.withLock { state in
            state.acknowledgedAt = now
            state.waitingSince = waitingSince
            state.deliveries.count(.delivered)
        }
    }

    func status(now: Int64) -> ServiceStatus.Checkpoints {
        state.withLock { state in
            ServiceStatus.Checkpoints(
                deliveries: state.deliveries,
                ageSeconds: Double(max(0, now - state.acknowledgedAt)) / 1e9,
                waitingSeconds: Double(max(0, now - (state.waitingSince ?? now))) / 1e9)
        }
    }
}
