package import POSIX

/// Something with a descriptor that a reactor watches.
package protocol Channel: AnyObject {
    /// The descriptor is ready. Called on the reactor's queue, never for a descriptor that was
    /// unregistered earlier in the same turn.
    func ready(_ readiness: Readiness)
}

/// Something that takes part in every turn of a reactor: it may have deadlines, and it may gather
/// work during the turn to do once at its end.
package protocol TurnParticipant: AnyObject {
    /// When `deadlinePassed` is to be called, in nanoseconds of the monotonic clock.
    var nextDeadline: Int64? { get }
    /// `nextDeadline` lies at or before the reactor's `now`.
    func deadlinePassed()
    /// All events of this turn have been handled.
    func turnEnded()
}
