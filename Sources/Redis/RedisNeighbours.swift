internal import Reactor
internal import Synchronization

/// The reactors of the process that have a connection to Redis: one that reaches Redis again tells
/// the others.
package final class RedisNeighbours: Sendable {
    private let mailboxes = Mutex<[Mailbox]>([])

    package init() {}

    func add(_ mailbox: Mailbox) { mailboxes.withLock { $0.append(mailbox) } }

    func tellOthers(than own: Mailbox) {
        for mailbox in mailboxes.withLock({ $0 }) where mailbox !== own {
            mailbox.post { $0.participant(RedisConnection.self)?.neighbourConnected() }
        }
    }
}
