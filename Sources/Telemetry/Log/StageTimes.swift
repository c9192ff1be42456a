internal import POSIX

/// What a request goes through, in this order.
package enum Stage: Int, CaseIterable, Sendable {
    /// From its last bytes to a parsed head and body.
    case parse
    /// Verifying the token.
    case token
    /// Reading and validating the body.
    case decode
    case score
    /// Waiting for the store's decision.
    case store
    /// Waiting for the record to be written.
    case audit
}

/// How long a request spent in each stage. One reading of the clock ends a stage and begins the
/// next, so that they add up to the whole, also where a stage is come to twice.
package struct StageTimes: Sendable {
    private var nanoseconds = InlineArray<6, Int64>(repeating: 0)
    private var latest: Int64

    /// - Parameter start: nanoseconds of the monotonic clock.
    package init(start: Int64) { latest = start }

    /// 0 for a stage that the request did not come to.
    package subscript(stage: Stage) -> Int64 { nanoseconds[stage.rawValue] }

    package mutating func end(_ stage: Stage, at now: Int64 = Clock.monotonicNanoseconds()) {
        nanoseconds[stage.rawValue] += now - latest
        latest = now
    }
}
