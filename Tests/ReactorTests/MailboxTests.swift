import Dispatch
import POSIX
import Reactor
import Synchronization
import TestSupport
import Testing

/// An owner that does nothing.
private final class Idler: LoopOwner {
    let loop: Loop
    let deadline: Int64? = nil
    let isBusy = false

    init(_ loop: Loop) { self.loop = loop }

    func deadlinePassed() {}
    func endTurn() {}
}

struct MailboxTests {
    private final class Received: Sendable {
        let numbers = Mutex<[[Int]]>([])

        var count: Int { numbers.withLock { $0.reduce(0) { $0 + $1.count } } }
    }

    @Test func `messages from many threads all arrive, each thread's in order`() throws {
        let threads = 8
        let messages = 2000
        let received = Received()
        received.numbers.withLock { $0 = Array(repeating: [], count: threads) }
        let mailbox = try Mailbox<Idler>()
        let reactor = try Reactor(mailbox: mailbox) { loop, _ in Idler(loop) }
        let posting = Running(threads) { thread in
            for number in 0..<messages {
                mailbox.post { _ in received.numbers.withLock { $0[thread].append(number) } }
            }
        }
        // While messages wait, no turn waits: a lost wake-up would be a turn without end.
        try reactor.turns(until: "all messages have come") {
            received.count == threads * messages
        }
        _ = try posting.values()
        let expected = Array(repeating: Array(0..<messages), count: threads)
        #expect(received.numbers.withLock { $0 } == expected)
    }

    @Test func `a message wakes a reactor that waits for ever`() throws {
        let ended = DispatchSemaphore(value: 0)
        let mailbox = try Reactor.start(label: "test") { loop, _ in
            Idler(loop)
        } ended: { _ in
            ended.signal()
        }
        // Several together, so that one posts while the reactor takes what another has posted.
        let lost = try concurrently(4) { _ in
            for _ in 0..<2000 {
                let ran = DispatchSemaphore(value: 0)
                mailbox.post { _ in ran.signal() }
                if ran.wait(timeout: .now() + 10) != .success { return true }
            }
            return false
        }
        #expect(!lost.contains(true))
        mailbox.post { $0.loop.stop() }
        #expect(ended.wait(timeout: .now() + 10) == .success)
    }

    @Test func `a message that posts another one does not end the world`() throws {
        let mailbox = try Mailbox<Idler>()
        let reactor = try Reactor(mailbox: mailbox) { loop, _ in Idler(loop) }
        let received = Received()
        received.numbers.withLock { $0 = [[]] }
        mailbox.post { _ in
            mailbox.post { _ in received.numbers.withLock { $0[0].append(2) } }
            received.numbers.withLock { $0[0].append(1) }
        }
        reactor.turn(waitingAtMost: 0)
        #expect(received.numbers.withLock { $0 } == [[1]])
        reactor.turn(waitingAtMost: 0)
        #expect(received.numbers.withLock { $0 } == [[1, 2]])
    }

    @Test func `a message gets the owner of the loop that has the mailbox`() throws {
        let mailbox = try Mailbox<Idler>()
        let reactor = try Reactor(mailbox: mailbox) { loop, _ in Idler(loop) }
        mailbox.post { $0.loop.stop() }
        // Returns only when this very reactor was stopped.
        reactor.run()
    }
}
