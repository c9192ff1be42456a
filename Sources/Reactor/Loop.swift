package import POSIX

/// The descriptors that one thread watches, and the clocks of its turns: what a part of the
/// loop's owner needs to know of it.
package final class Loop {
    /// Names a registered channel; never names another one later.
    package struct Registration: Equatable {
        fileprivate let slot: UInt32
        fileprivate let generation: UInt32

        fileprivate var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
    }

    private struct Slot {
        var channel: (any Channel)?
        var generation: UInt32 = 0
    }

    private static let signalToken = UInt64.max
    private static let eventsMax = 512

    /// The monotonic clock in nanoseconds, read once a turn.
    package private(set) var now: Int64
    /// The machine's clock in milliseconds since 1970, read once a turn.
    package private(set) var unixMilliseconds: Int64
    private(set) var isStopped = false

    private let epoll: Epoll
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []

    /// - Parameter signal: a descriptor that wakes the loop while it is readable.
    init(signal: CInt) throws(SystemError) {
        epoll = try Epoll(eventsMax: Loop.eventsMax)
        now = Clock.monotonicNanoseconds()
        unixMilliseconds = Clock.unixMilliseconds()
        try epoll.add(signal, .readable, token: Loop.signalToken)
    }

    /// Watches a descriptor for its channel, which the loop keeps alive until `unregister`.
    package func register(
        _ descriptor: CInt, _ interest: Interest, for channel: any Channel
    ) throws(SystemError) -> Registration {
        let slot = freeSlots.popLast() ?? UInt32(slots.count)
        if slot == slots.count { slots.append(Slot()) }
        slots[Int(slot)].generation &+= 1
        let registration = Registration(slot: slot, generation: slots[Int(slot)].generation)
        do throws(SystemError) {
            try epoll.add(descriptor, interest, token: registration.token)
        } catch {
            freeSlots.append(slot)
            throw error
        }
        slots[Int(slot)].channel = channel
        return registration
    }

    /// Changes what a registered descriptor is watched for.
    package func watch(
        _ descriptor: CInt, _ interest: Interest, as registration: Registration
    ) throws(SystemError) {
        try epoll.modify(descriptor, interest, token: registration.token)
    }

    /// Forgets a channel; its descriptor must still be open. Events of it that this turn has
    /// already fetched are dropped.
    package func unregister(_ descriptor: CInt, _ registration: Registration) {
        epoll.remove(descriptor)
        guard slots[Int(registration.slot)].generation == registration.generation else { return }
        slots[Int(registration.slot)].channel = nil
        slots[Int(registration.slot)].generation &+= 1
        freeSlots.append(registration.slot)
    }

    /// Ends the loop after this turn.
    package func stop() { isStopped = true }

    /// Waits for events and handles those of channels. Returns whether the signal was among them.
    func handleEvents(timeoutMilliseconds: Int32) -> Bool {
        let count = epoll.wait(timeoutMilliseconds: timeoutMilliseconds)
        now = Clock.monotonicNanoseconds()
        unixMilliseconds = Clock.unixMilliseconds()
        var isSignalled = false
        for index in 0..<count {
            let (token, readiness) = epoll.event(at: index)
            if token == Loop.signalToken {
                isSignalled = true
                continue
            }
            let slot = slots[Int(truncatingIfNeeded: token & 0xFFFF_FFFF)]
            if slot.generation == UInt32(truncatingIfNeeded: token >> 32) {
                slot.channel?.ready(readiness)
            }
        }
        return isSignalled
    }

    /// Releases the channels, which refer to the owner's parts, so that their descriptors are
    /// closed.
    func releaseChannels() { slots = [] }
}
