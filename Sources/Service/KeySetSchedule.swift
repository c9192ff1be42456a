/// When a set of keys is fetched, and for how long one that was is used. It knows no clock: times
/// are nanoseconds of the monotonic one.
package struct KeySetSchedule: Sendable {
    package struct Limits: Sendable {
        /// How long a set may be used before it is fetched again.
        let ageSeconds: ClosedRange<Int64>
        /// How long beyond that, while the issuer cannot be reached.
        let staleSeconds: Int64
        /// Between two fetches because of unknown keys.
        let cooldownSeconds: Int64

        package init(
            ageSeconds: ClosedRange<Int64>, staleSeconds: Int64, cooldownSeconds: Int64
        ) {
            self.ageSeconds = ageSeconds
            self.staleSeconds = staleSeconds
            self.cooldownSeconds = cooldownSeconds
        }
    }

    private static let second: Int64 = 1_000_000_000

    private let limits: Limits
    private var isRunning = false
    /// The one that runs may have missed what another is asked for.
    private var isForced = false
    private var next: Int64
    private var beganAt: Int64?
    private var fetchedAt: Int64?
    package private(set) var ageSecondsMax: Int64
    private var backoff = RetryBackoff()

    /// The first is due immediately.
    package init(_ limits: Limits, now: Int64) {
        self.limits = limits
        ageSecondsMax = limits.ageSeconds.lowerBound
        next = now
    }

    /// Asks for a fetch whatever the time is.
    package mutating func force() { isForced = true }

    /// Whether a fetch is to begin now; then it has begun.
    ///
    /// - Parameter isWanted: whether a token has named an unknown key.
    package mutating func begins(now: Int64, isWanted: Bool) -> Bool {
        guard !isRunning else { return false }
        let isCool = beganAt.map { now - $0 >= limits.cooldownSeconds * Self.second } ?? true
        guard isForced || now >= next || (isWanted && isCool) else { return false }
        isForced = false
        isRunning = true
        beganAt = now
        return true
    }

    /// A set was fetched, or is the same as before.
    ///
    /// - Parameters:
    ///   - maxAgeSeconds: what the answer states; nil for nothing.
    ///   - draw: from 0 to 1, so that replicas do not all ask at the same time.
    package mutating func succeeded(now: Int64, maxAgeSeconds: Int64?, draw: Double) {
        isRunning = false
        backoff.succeeded()
        fetchedAt = now
        let age = maxAgeSeconds ?? limits.ageSeconds.lowerBound
        ageSecondsMax = min(max(age, limits.ageSeconds.lowerBound), limits.ageSeconds.upperBound)
        // Ahead of its time, so that an issuer that is away for a moment goes unnoticed.
        let part = 0.75 + 0.15 * draw
        next = now + Int64(part * Double(ageSecondsMax) * Double(Self.second))
    }

    /// There was no answer, or none that can be used.
    ///
    /// - Parameter retryAfterSeconds: what the answer asks for.
    package mutating func failed(now: Int64, retryAfterSeconds: Int64?, draw: Double) {
        isRunning = false
        next = now + backoff.failed(retryAfterSeconds: retryAfterSeconds, draw: draw)
    }

    /// Whether the last set may still be used.
    package func isUsable(now: Int64) -> Bool {
        guard let fetchedAt else { return false }
        return now - fetchedAt < (ageSecondsMax + limits.staleSeconds) * Self.second
    }
}
