/// When a connection is attempted. All times are nanoseconds of the monotonic clock.
package struct ReconnectSchedule {
    /// Attempts begin at least this far apart.
    package static let spacing: Int64 = 10_000_000
    /// The first pause after a failed attempt; each further one is twice as long, up to `pauseMax`.
    package static let pauseMin: Int64 = 10_000_000
    package static let pauseMax: Int64 = 500_000_000

    private var latestAttempt: Int64?
    private var pause = ReconnectSchedule.pauseMin
    private var attemptAt: Int64

    /// The first attempt is due at `now`.
    package init(now: Int64) { attemptAt = now }

    /// When the next attempt is due.
    ///
    /// - Parameter isAwaited: commands wait, so that it is due as soon as the spacing allows.
    package func nextAttempt(isAwaited: Bool) -> Int64 {
        guard isAwaited else { return attemptAt }
        return min(attemptAt, spacedAttempt)
    }

    package mutating func attemptStarted(now: Int64) { latestAttempt = now }

    /// An attempt came to nothing, or its connection was lost before anything was answered on it.
    package mutating func attemptFailed(now: Int64) {
        attemptAt = now + pause
        pause = min(pause * 2, ReconnectSchedule.pauseMax)
    }

    /// A connection that had worked was lost: the next attempt is due immediately.
    package mutating func connectionLost(now: Int64) {
        pause = ReconnectSchedule.pauseMin
        attemptAt = max(now, spacedAttempt)
    }

    /// Another connection has reached Redis: the next attempt is due immediately.
    package mutating func neighbourConnected(now: Int64) {
        pause = ReconnectSchedule.pauseMin
        attemptAt = now
    }

    private var spacedAttempt: Int64 {
        latestAttempt.map { $0 + ReconnectSchedule.spacing } ?? attemptAt
    }
}
