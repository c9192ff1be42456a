internal import Dispatch
internal import POSIX
internal import Reactor
internal import Synchronization

/// The reactors of a service, started together and waited for together.
final class ReactorGroup: Sendable {
    private let mailboxes: [Mailbox]
    private let running: DispatchGroup

    /// Starts the reactors, and returns when each has been set up. When one cannot be, all are
    /// stopped before the error is thrown.
    init(
        _ name: String = "reactor", count: Int,
        setUp: @escaping @Sendable (Int, Reactor) throws -> Void
    ) throws(StartError) {
        let running = DispatchGroup()
        let settled = DispatchGroup()
        let failures = Mutex<[any Error]>([])
        var mailboxes: [Mailbox] = []
        for index in 0..<count {
            running.enter()
            settled.enter()
            do throws(SystemError) {
                let mailbox = try Reactor.start(label: "churnd.\(name).\(index)") { reactor in
                    try setUp(index, reactor)
                    settled.leave()
                } ended: { error in
                    if let error {
                        failures.withLock { $0.append(error) }
                        settled.leave()
                    }
                    running.leave()
                }
                mailboxes.append(mailbox)
            } catch {
                failures.withLock { $0.append(error) }
                settled.leave()
                running.leave()
                break
            }
        }
        settled.wait()
        self.mailboxes = mailboxes
        self.running = running
        guard let error = failures.withLock({ $0.first }) else { return }
        post { $0.stop() }
        running.wait()
        throw .reactor(error)
    }

    /// Whether any of them has not stopped.
    var isRunning: Bool { running.wait(timeout: .now()) == .timedOut }

    /// Waits until all have stopped, for at most so long.
    func wait(atMost time: DispatchTimeInterval) { _ = running.wait(timeout: .now() + time) }

    var count: Int { mailboxes.count }

    /// Hands `message` to each of them.
    func post(_ message: @escaping Mailbox.Message) {
        for mailbox in mailboxes { mailbox.post(message) }
    }

    /// The same; a message knows which of them it has come to.
    func postEach(_ message: @escaping @Sendable (Int, Reactor) -> Void) {
        for (index, mailbox) in mailboxes.enumerated() {
            mailbox.post { reactor in message(index, reactor) }
        }
    }

    /// Calls `work` once all have stopped.
    func notify(on queue: DispatchQueue, _ work: @escaping @Sendable () -> Void) {
        running.notify(queue: queue, execute: work)
    }
}
