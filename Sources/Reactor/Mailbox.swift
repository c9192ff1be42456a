package import POSIX
internal import Synchronization

/// The one way to a loop's owner from another thread: work that is run on the loop's queue, in the
/// order in which it was posted.
package final class Mailbox<Owner>: Sendable {
    package typealias Message = @Sendable (Owner) -> Void

    private let messages = Mutex<[Message]>([])
    private let signal: EventSignal

    package init() throws(SystemError) { signal = try EventSignal() }

    /// Hands `message` over and wakes the loop. A loop that has stopped runs no more messages.
    package func post(_ message: @escaping Message) {
        let wasEmpty = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if wasEmpty { signal.raise() }
    }

    /// Readable while messages wait.
    var descriptor: CInt { signal.descriptor.rawValue }

    func takeAll() -> [Message] {
        // Cleared before the messages are taken: a message posted in between raises it again.
        signal.clear()
        return messages.withLock { messages in
            let taken = messages
            messages.removeAll()
            return taken
        }
    }
}

/// The way to one part of a loop's owner from other threads. A part is made with its own door, so
/// that whatever answers it later needs to know neither the owner nor its other parts.
package struct Door<Part>: Sendable {
    private let hand: @Sendable (@escaping @Sendable (Part) -> Void) -> Void

    /// - Parameter part: the part of the owner, which has it for as long as the loop runs.
    package init<Owner>(
        _ mailbox: Mailbox<Owner>, to part: @escaping @Sendable (Owner) -> Part
    ) {
        hand = { message in mailbox.post { owner in message(part(owner)) } }
    }

    /// - Parameter part: of the part that the other door leads to.
    package init<Whole>(
        _ door: Door<Whole>, to part: @escaping @Sendable (Whole) -> Part
    ) {
        hand = { message in door.post { whole in message(part(whole)) } }
    }

    /// As `Mailbox.post`.
    package func post(_ message: @escaping @Sendable (Part) -> Void) { hand(message) }
}
