/// When a queue wakes by itself. A timer that was set stays, also when an earlier one takes its
/// place; what it brings is then ignored, or each of them would set a successor and they would
/// become more and more.
package struct Alarm {
    private var time: Int64?

    package init() {}

    /// Returns whether a timer has to be set for `next`: not where one wakes the queue before.
    package mutating func mustSet(for next: Int64) -> Bool {
        if let time, time <= next { return false }
        time = next
        return true
    }

    /// Whether the timer that was set for `time` is the one that is waited for; then none is.
    package mutating func takes(_ time: Int64) -> Bool {
        guard self.time == time else { return false }
        self.time = nil
        return true
    }
}
