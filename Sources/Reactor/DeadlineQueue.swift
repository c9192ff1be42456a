/// Deadlines that all lie the same time ahead when they are set, so that the order of setting is
/// the order of passing: a doubly linked list, with every operation in constant time.
///
/// Members are small non-negative numbers, each in the queue at most once.
package struct DeadlineQueue {
    private static let none: Int32 = -1

    private let timeout: Int64
    private var deadlines: [Int64] = []
    private var previous: [Int32] = []
    private var next: [Int32] = []
    private var head = DeadlineQueue.none
    private var tail = DeadlineQueue.none

    /// - Parameter timeout: nanoseconds from setting to passing.
    package init(timeout: Int64) { self.timeout = timeout }

    /// The earliest deadline.
    package var nextDeadline: Int64? {
        head == DeadlineQueue.none ? nil : deadlines[Int(head)]
    }

    /// The member with the earliest deadline.
    package var first: Int? { head == DeadlineQueue.none ? nil : Int(head) }

    /// When a member's deadline was set; it must have one.
    package func setAt(_ member: Int) -> Int64 {
        precondition(deadlines[member] != DeadlineQueue.unset, "no deadline")
        return deadlines[member] &- timeout
    }

    /// The member with the next deadline after a member's.
    package func member(after member: Int) -> Int? {
        let following = next[member]
        return following == DeadlineQueue.none ? nil : Int(following)
    }

    /// Sets the member's deadline to `now` + timeout, whether it had one or not. `now` never goes
    /// back from call to call.
    package mutating func set(_ member: Int, now: Int64) {
        clear(member)
        while deadlines.count <= member {
            deadlines.append(DeadlineQueue.unset)
            previous.append(DeadlineQueue.none)
            next.append(DeadlineQueue.none)
        }
        let (deadline, overflow) = now.addingReportingOverflow(timeout)
        deadlines[member] = overflow ? .max : deadline
        previous[member] = tail
        next[member] = DeadlineQueue.none
        if tail == DeadlineQueue.none {
            head = Int32(member)
        } else {
            next[Int(tail)] = Int32(member)
        }
        tail = Int32(member)
    }

    /// Takes the member's deadline away, if it has one.
    package mutating func clear(_ member: Int) {
        guard member < deadlines.count, deadlines[member] != DeadlineQueue.unset else { return }
        let before = previous[member]
        let after = next[member]
        if before == DeadlineQueue.none { head = after } else { next[Int(before)] = after }
        if after == DeadlineQueue.none { tail = before } else { previous[Int(after)] = before }
        deadlines[member] = DeadlineQueue.unset
    }

    /// Removes and returns a member whose deadline lies at or before `now`, the earliest first.
    package mutating func popPassed(now: Int64) -> Int? {
        guard head != DeadlineQueue.none, deadlines[Int(head)] <= now else { return nil }
        let member = Int(head)
        clear(member)
        return member
    }

    private static let unset = Int64.min
}
