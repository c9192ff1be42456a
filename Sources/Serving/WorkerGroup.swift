package import Dispatch
package import POSIX
package import Reactor
internal import Synchronization

/// The workers of a listener, started together and waited for together.
package final class WorkerGroup: Sendable {
    private let mailboxes: [Mailbox<Worker>]
    private let running: DispatchGroup

    /// Starts the workers, and returns when each has been made. When one cannot be, all are
    /// stopped before the error is thrown.
    package init(
        _ name: String = "reactor", count: Int,
        makeWorker: @escaping @Sendable (Int, Loop, Mailbox<Worker>) throws(SystemError) -> Worker
    ) throws(SystemError) {
        let running = DispatchGroup()
        let settled = DispatchGroup()
        let failures = Mutex<[SystemError]>([])
        var mailboxes: [Mailbox<Worker>] = []
        for index in 0..<count {
            running.enter()
            settled.enter()
            do throws(SystemError) {
                let mailbox = try Reactor.start(label: "churnd.\(name).\(index)") {
                    (loop, mailbox) throws(SystemError) in
                    let worker = try makeWorker(index, loop, mailbox)
                    settled.leave()
                    return worker
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
        throw error
    }

    /// Whether any of them has not stopped.
    package var isRunning: Bool { running.wait(timeout: .now()) == .timedOut }

    /// Waits until all have stopped, for at most so long.
    package func wait(atMost time: DispatchTimeInterval) {
        _ = running.wait(timeout: .now() + time)
    }

    package var count: Int { mailboxes.count }

    /// Hands `message` to each of them.
    package func post(_ message: @escaping Mailbox<Worker>.Message) {
        for mailbox in mailboxes { mailbox.post(message) }
    }

    /// The same; a message knows which of them it has come to.
    func postEach(_ message: @escaping @Sendable (Int, Worker) -> Void) {
        for (index, mailbox) in mailboxes.enumerated() {
            mailbox.post { worker in message(index, worker) }
        }
    }

    /// Calls `work` once all have stopped.
    package func notify(on queue: DispatchQueue, _ work: @escaping @Sendable () -> Void) {
        running.notify(queue: queue, execute: work)
    }
}
