internal import Dispatch
package import POSIX

/// An event loop: one thread, the descriptors it watches, and what happens when they are ready.
///
/// A reactor and all it owns are not Sendable and stay on its queue; other threads reach it through
/// its `mailbox`.
package final class Reactor {
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

    private static let mailboxToken = UInt64.max
    private static let eventsMax = 512

    package let mailbox: Mailbox
    /// The monotonic clock in nanoseconds, read once a turn.
    package private(set) var now: Int64
    /// The machine's clock in milliseconds since 1970, read once a turn.
    package private(set) var unixMilliseconds: Int64

    private let epoll: Epoll
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var participants: [any TurnParticipant] = []
    private var isStopped = false

    package init(mailbox: Mailbox) throws(SystemError) {
        self.mailbox = mailbox
        epoll = try Epoll(eventsMax: Reactor.eventsMax)
        now = Clock.monotonicNanoseconds()
        unixMilliseconds = Clock.unixMilliseconds()
        try epoll.add(mailbox.descriptor, .readable, token: Reactor.mailboxToken)
    }

    /// Starts a reactor on a serial queue of its own, which it occupies until it is stopped.
    ///
    /// - Parameter setUp: runs first, on that queue. When it throws, the reactor ends and `ended`
    ///   gets the error; otherwise `ended` gets nil after `stop`.
    package static func start(
        label: String, setUp: @escaping @Sendable (Reactor) throws -> Void,
        ended: @escaping @Sendable ((any Error)?) -> Void
    ) throws(SystemError) -> Mailbox {
        let mailbox = try Mailbox()
        DispatchQueue(label: label).async {
            do {
                let reactor = try Reactor(mailbox: mailbox)
                try setUp(reactor)
                reactor.run()
                ended(nil)
            } catch {
                ended(error)
            }
        }
        return mailbox
    }

    /// Watches a descriptor for its channel, which the reactor keeps alive until `unregister`.
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

    /// Adds a participant; at the end of a turn they are called in the order in which they came.
    package func add(_ participant: any TurnParticipant) { participants.append(participant) }

    /// The participant of a type, for messages that arrive through the mailbox.
    package func participant<Participant: TurnParticipant>(
        _ type: Participant.Type
    ) -> Participant? {
        for participant in participants {
            if let found = participant as? Participant { return found }
        }
        return nil
    }

    /// Lets `run` return after the turn.
    package func stop() { isStopped = true }

    /// Turns until it is stopped, and then lets go of the channels and the participants, which
    /// refer to their reactor, so that their descriptors are closed.
    package func run() {
        while !isStopped { turn(waitingAtMost: .max) }
        participants = []
        slots = []
    }

    /// One turn: waits for events until the nearest deadline, handles them, runs messages and
    /// deadlines, and lets the participants end the turn.
    ///
    /// - Parameter nanoseconds: the longest wait; the wait is rounded up to milliseconds.
    package func turn(waitingAtMost nanoseconds: Int64) {
        let count = epoll.wait(timeoutMilliseconds: waitMilliseconds(atMost: nanoseconds))
        now = Clock.monotonicNanoseconds()
        unixMilliseconds = Clock.unixMilliseconds()
        for index in 0..<count {
            let (token, readiness) = epoll.event(at: index)
            if token == Reactor.mailboxToken {
                for message in mailbox.takeAll() { message(self) }
                continue
            }
            let slot = slots[Int(truncatingIfNeeded: token & 0xFFFF_FFFF)]
            if slot.generation == UInt32(truncatingIfNeeded: token >> 32) {
                slot.channel?.ready(readiness)
            }
        }
        for participant in participants {
            if let deadline = participant.nextDeadline, deadline <= now {
                participant.deadlinePassed()
            }
        }
        for participant in participants { participant.turnEnded() }
    }

    private func waitMilliseconds(atMost nanoseconds: Int64) -> Int32 {
        var wait = nanoseconds
        // The clock is read only when somebody has a deadline.
        var clock: Int64?
        for participant in participants {
            guard let deadline = participant.nextDeadline else { continue }
            let reading = clock ?? Clock.monotonicNanoseconds()
            clock = reading
            wait = min(wait, max(0, deadline &- reading))
        }
        if wait == .max { return -1 }
        return Int32(clamping: wait / 1_000_000 + (wait % 1_000_000 == 0 ? 0 : 1))
    }
}
