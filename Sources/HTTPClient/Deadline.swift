internal import POSIX

/// The moment at which a request is given up, however often it had to wait before.
package struct Deadline: Sendable {
    /// What it was made of.
    package let milliseconds: Int64
    private let end: Int64

    /// Never later than the clock can express.
    package init(afterMilliseconds milliseconds: Int64) {
        let now = Clock.monotonicNanoseconds()
        let (duration, isLong) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        let (end, isFar) = now.addingReportingOverflow(duration)
        self.init(milliseconds, end: isLong || isFar ? .max : end)
    }

    private init(_ milliseconds: Int64, end: Int64) {
        self.milliseconds = milliseconds
        self.end = end
    }

    /// One for the first of so many steps, each of which gets the same part of the time.
    func share(ofSteps count: Int) -> Deadline {
        let now = Clock.monotonicNanoseconds()
        return Deadline(milliseconds, end: now + max(0, end - now) / Int64(max(count, 1)))
    }

    var leftNanoseconds: Int64 { end - Clock.monotonicNanoseconds() }

    var isAhead: Bool { leftNanoseconds > 0 }

    /// Whether the socket became ready before the deadline.
    func wait(for interest: Interest, on socket: Int32) -> Bool {
        while true {
            let left = leftNanoseconds
            guard left > 0 else { return false }
            // A signal ends the wait before its time, so that it begins again.
            if Sockets.wait(for: interest, on: socket, Int32(clamping: left / 1_000_000 + 1)) {
                return true
            }
        }
    }
}
