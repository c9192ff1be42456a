/// Notices a disk that does not come back, from outside of the queue that waits for it.
struct StuckWatch {
    enum Finding: Equatable {
        /// Nothing waits for the disk, or that is known already.
        case nothing
        /// It must be checked again at this time.
        case again(at: Int64)
        case stuck(forNanoseconds: Int64)
    }

    /// A check is scheduled.
    private var isOn = false
    /// Since when the disk is known to be stuck.
    private var since: Int64?
    /// For how long it was, until a record has it.
    private(set) var unrecorded: Int64?

    /// Whether a check must be scheduled; one at a time is enough, so that a quick disk costs at
    /// most a timer in the time after which it would be stuck.
    mutating func mustBegin() -> Bool {
        defer { isOn = true }
        return !isOn
    }

    mutating func look(
        busySince: Int64?, isFailing: Bool, stuckAfter: Int64, now: Int64
    ) -> Finding {
        // While the log fails that is known, and so it is once it is stuck.
        guard let busySince, !isFailing, since == nil else {
            isOn = false
            return .nothing
        }
        guard now - busySince > stuckAfter else { return .again(at: busySince + stuckAfter + 1) }
        isOn = false
        since = busySince
        return .stuck(forNanoseconds: now - busySince)
    }

    /// The disk has come back. Returns for how long it was stuck, if it was.
    mutating func end(now: Int64) -> Int64? {
        guard let since else { return nil }
        self.since = nil
        unrecorded = (unrecorded ?? 0) + now - since
        return now - since
    }

    /// The disk has come back with an error. Returns since when nothing was written, if it was
    /// stuck.
    mutating func fail(now: Int64) -> Int64? {
        let began = since ?? unrecorded.map { now - $0 }
        since = nil
        unrecorded = nil
        return began
    }

    /// A record has it.
    mutating func recorded() { unrecorded = nil }
}

/// When a queue wakes by itself. A timer that was set stays, also when an earlier one takes its
/// place; what it brings is then ignored, or each of them would set a successor and they would
/// become more and more.
package struct Alarm {
    private var time: Int64?

    package init() {}

    /// Whether to set a timer for `next`; false if an earlier one wakes the queue anyway.
    package mutating func mustSet(for next: Int64) -> Bool {
        if let time, time <= next { return false }
        time = next
        return true
    }

    /// Whether the timer that was set for `time` is the current one, which it then no longer is.
    package mutating func takes(_ time: Int64) -> Bool {
        guard self.time == time else { return false }
        self.time = nil
        return true
    }
}
