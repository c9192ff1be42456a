package import POSIX

/// Something with a descriptor that a loop watches.
package protocol Channel: AnyObject {
    /// The descriptor is ready. Called on the loop's queue, never for a descriptor that was
    /// unregistered earlier in the same turn.
    func ready(_ readiness: Readiness)
}

/// The owner of everything that lives on one loop. It alone knows its parts, and in which order
/// they end a turn.
package protocol LoopOwner: AnyObject, SendableMetatype {
    /// When `deadlinePassed` is to be called, in nanoseconds of the monotonic clock.
    var deadline: Int64? { get }
    /// Whether work was left for the next turn, which then must not wait for an event.
    var isBusy: Bool { get }
    /// `deadline` is at or before the loop's `now`.
    func deadlinePassed()
    /// All events of this turn have been handled.
    func endTurn()
}
