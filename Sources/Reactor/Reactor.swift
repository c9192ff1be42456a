internal import Dispatch
package import POSIX

/// An event loop with its owner: one thread, which waits for events, handles them, and has the
/// owner end each turn.
///
/// Neither the reactor nor its owner is Sendable, so they stay on its queue; other threads reach
/// the owner through the mailbox.
package final class Reactor<Owner: LoopOwner> {
    package let loop: Loop
    package let owner: Owner
    private let mailbox: Mailbox<Owner>

    /// - Parameter makeOwner: makes the owner, complete, of the loop and of the mailbox by which
    ///   other threads reach it.
    package init(
        mailbox: Mailbox<Owner>,
        _ makeOwner: (Loop, Mailbox<Owner>) throws(SystemError) -> Owner
    ) throws(SystemError) {
        self.mailbox = mailbox
        loop = try Loop(signal: mailbox.descriptor)
        owner = try makeOwner(loop, mailbox)
    }

    /// Starts a reactor on a serial queue of its own, which it occupies until it is stopped.
    ///
    /// - Parameter makeOwner: runs first, on that queue. When it throws, the reactor ends and
    ///   `ended` gets the error; otherwise `ended` gets nil after the loop was stopped.
    package static func start(
        label: String,
        _ makeOwner: @escaping @Sendable (Loop, Mailbox<Owner>) throws(SystemError) -> Owner,
        ended: @escaping @Sendable (SystemError?) -> Void
    ) throws(SystemError) -> Mailbox<Owner> {
        let mailbox = try Mailbox<Owner>()
        DispatchQueue(label: label).async {
            do throws(SystemError) {
                try Reactor(mailbox: mailbox, makeOwner).run()
                ended(nil)
            } catch {
                ended(error)
            }
        }
        return mailbox
    }

    /// Turns until the loop is stopped.
    package func run() {
        while !loop.isStopped { turn(waitingAtMost: .max) }
        loop.releaseChannels()
    }

    /// One turn: waits for events until the owner's deadline, handles them, runs the messages and
    /// the deadlines, and ends the turn.
    ///
    /// - Parameter nanoseconds: the longest wait; the wait is rounded up to milliseconds.
    package func turn(waitingAtMost nanoseconds: Int64) {
        let wait = waitMilliseconds(atMost: nanoseconds)
        if loop.handleEvents(timeoutMilliseconds: wait) {
            for message in mailbox.takeAll() { message(owner) }
        }
        if let deadline = owner.deadline, deadline <= loop.now { owner.deadlinePassed() }
        owner.endTurn()
    }

    private func waitMilliseconds(atMost nanoseconds: Int64) -> Int32 {
        if owner.isBusy { return 0 }
        var wait = nanoseconds
        if let deadline = owner.deadline {
            wait = min(wait, max(0, deadline &- Clock.monotonicNanoseconds()))
        }
        if wait == .max { return -1 }
        return Int32(clamping: wait / 1_000_000 + (wait % 1_000_000 == 0 ? 0 : 1))
    }
}
