internal import OpenSSL

/// How long is waited after a request that another service has refused or not answered: twice as
/// long after each, with a random part, and as long as the service asks for.
struct RetryBackoff: Sendable {
    private static let secondsMin: Int64 = 1
    private static let secondsMax: Int64 = 60
    /// A service may ask for patience up to this.
    private static let askedSecondsMax: Int64 = 600
    private static let second: Int64 = 1_000_000_000

    private var failureCount = 0

    mutating func succeeded() { failureCount = 0 }

    /// The nanoseconds until the next attempt.
    ///
    /// - Parameters:
    ///   - retryAfterSeconds: what the answer asks for.
    ///   - draw: from 0 to 1, so that replicas do not all ask at the same time.
    mutating func failed(retryAfterSeconds: Int64?, draw: Double) -> Int64 {
        let doubled = RetryBackoff.secondsMin << Int64(min(failureCount, 6))
        failureCount += 1
        let seconds = Double(min(doubled, RetryBackoff.secondsMax))
        let wait = Int64((0.5 + 0.5 * draw) * seconds * Double(RetryBackoff.second))
        let asked = min(max(retryAfterSeconds ?? 0, 0), RetryBackoff.askedSecondsMax)
        return max(wait, asked * RetryBackoff.second)
    }

    /// From 0 to 1.
    static func draw() -> Double { Double(RandomBytes.make(1)[0]) / 255 }
}
