package import POSIX
internal import Synchronization

/// The one way into a reactor from another thread: work that is run on the reactor's queue, in the
/// order in which it was posted.
package final class Mailbox: Sendable {
    package typealias Message = @Sendable (Reactor) -> Void

    private let messages = Mutex<[Message]>([])
    private let signal: EventSignal

    package init() throws(SystemError) { signal = try EventSignal() }

    /// Hands `message` to the reactor and wakes it. A reactor that has stopped runs no more
    /// messages.
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
