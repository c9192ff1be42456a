import Dispatch
import POSIX
import Reactor
import Synchronization
import TestSupport
import Testing

/// A channel whose descriptor is ready from the moment it is raised.
private final class Bell: Channel {
    let signal: EventSignal
    var registration: Loop.Registration?
    var readyCount = 0
    var whenReady: (Bell) -> Void = { _ in }

    init() throws { signal = try EventSignal() }

    func ready(_ readiness: Readiness) {
        readyCount += 1
        whenReady(self)
    }

    func register(on loop: Loop) throws {
        registration = try loop.register(signal.descriptor.rawValue, .readable, for: self)
    }

    func unregister(from loop: Loop) {
        guard let registration else { return }
        loop.unregister(signal.descriptor.rawValue, registration)
        self.registration = nil
    }
}

/// An owner that writes down when it was called.
private final class Diary: LoopOwner {
    let loop: Loop
    var deadline: Int64?
    var isBusy = false
    var entries: [String] = []
    var whenTurnEnds: (Diary) -> Void = { _ in }

    init(_ loop: Loop) { self.loop = loop }

    func deadlinePassed() {
        entries.append("deadline")
        deadline = nil
    }

    func endTurn() {
        entries.append("end")
        whenTurnEnds(self)
    }
}

extension Reactor<Diary> {
    fileprivate convenience init() throws {
        try self.init(mailbox: Mailbox()) { loop, _ in Diary(loop) }
    }
}

struct ReactorTests {
    @Test func `a channel is told of its descriptor as long as that is ready`() throws {
        let reactor = try Reactor<Diary>()
        let bell = try Bell()
        try bell.register(on: reactor.loop)
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 0)
        bell.signal.raise()
        reactor.turn(waitingAtMost: 0)
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 2)
        bell.signal.clear()
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 2)
    }

    @Test func `a channel is told only of what it is watched for`() throws {
        let reactor = try Reactor<Diary>()
        let bell = try Bell()
        try bell.register(on: reactor.loop)
        bell.signal.raise()
        let registration = try #require(bell.registration)
        try reactor.loop.watch(bell.signal.descriptor.rawValue, [], as: registration)
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 0)
        try reactor.loop.watch(bell.signal.descriptor.rawValue, .readable, as: registration)
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 1)
    }

    @Test func `events of a channel that was unregistered in the same turn are dropped`() throws {
        let reactor = try Reactor<Diary>()
        let bells = try (0..<2).map { _ in try Bell() }
        for bell in bells {
            try bell.register(on: reactor.loop)
            bell.signal.raise()
            bell.whenReady = { _ in for other in bells { other.unregister(from: reactor.loop) } }
        }
        reactor.turn(waitingAtMost: 0)
        #expect(bells.map(\.readyCount).sorted() == [0, 1])
        reactor.turn(waitingAtMost: 0)
        #expect(bells.map(\.readyCount).sorted() == [0, 1])
    }

    @Test func `events of a channel do not reach the one that takes its place`() throws {
        let reactor = try Reactor<Diary>()
        let bells = try (0..<2).map { _ in try Bell() }
        let successors = try (0..<2).map { _ in try Bell() }
        for bell in bells {
            try bell.register(on: reactor.loop)
            bell.signal.raise()
            bell.whenReady = { _ in
                for index in 0..<2 where bells[index].registration != nil {
                    bells[index].unregister(from: reactor.loop)
                    try? successors[index].register(on: reactor.loop)
                }
            }
        }
        reactor.turn(waitingAtMost: 0)
        reactor.turn(waitingAtMost: 0)
        #expect(bells.map(\.readyCount).sorted() == [0, 1])
        #expect(successors.map(\.readyCount) == [0, 0])
        for successor in successors { successor.signal.raise() }
        reactor.turn(waitingAtMost: 0)
        #expect(successors.map(\.readyCount) == [1, 1])
    }

    @Test func `a registration is told apart from all others that ever were`() throws {
        let reactor = try Reactor<Diary>()
        let bell = try Bell()
        var seen: [Loop.Registration] = []
        for _ in 0..<100 {
            try bell.register(on: reactor.loop)
            let registration = try #require(bell.registration)
            #expect(!seen.contains(registration))
            seen.append(registration)
            bell.unregister(from: reactor.loop)
        }
    }

    @Test func `a descriptor that cannot be watched is refused and takes no place`() throws {
        let reactor = try Reactor<Diary>()
        let bell = try Bell()
        #expect(throws: SystemError.self) {
            _ = try reactor.loop.register(-1, .readable, for: bell)
        }
        try bell.register(on: reactor.loop)
        bell.signal.raise()
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 1)
    }

    @Test func `more events than one wait fetches are all handled in the end`() throws {
        let reactor = try Reactor<Diary>()
        let bells = try (0..<600).map { _ in try Bell() }
        for bell in bells {
            try bell.register(on: reactor.loop)
            bell.signal.raise()
            bell.whenReady = { $0.signal.clear() }
        }
        reactor.turn(waitingAtMost: 0)
        reactor.turn(waitingAtMost: 0)
        #expect(bells.allSatisfy { $0.readyCount == 1 })
    }

    @Test func `messages come after events, then the deadline, and the end of the turn last`()
        throws
    {
        let mailbox = try Mailbox<Diary>()
        let reactor = try Reactor(mailbox: mailbox) { loop, _ in Diary(loop) }
        reactor.owner.deadline = Clock.monotonicNanoseconds()
        mailbox.post { $0.entries.append("message") }
        let bell = try Bell()
        try bell.register(on: reactor.loop)
        bell.signal.raise()
        bell.whenReady = { [owner = reactor.owner] _ in owner.entries.append("event") }
        reactor.turn(waitingAtMost: .max)
        #expect(reactor.owner.entries == ["event", "message", "deadline", "end"])
    }

    @Test func `a turn lasts until the owner's deadline, which is then called`() throws {
        let reactor = try Reactor<Diary>()
        let start = Clock.monotonicNanoseconds()
        reactor.owner.deadline = start + 20_000_000
        var turnCount = 0
        while reactor.owner.deadline != nil {
            reactor.turn(waitingAtMost: .max)
            turnCount += 1
        }
        #expect(reactor.loop.now >= start + 20_000_000)
        #expect(reactor.owner.entries.filter { $0 == "deadline" }.count == 1)
        // The wait is rounded up, so that the last millisecond is not spent spinning.
        #expect(turnCount <= 2)
    }

    @Test func `a turn does not wait while the owner is busy`() throws {
        let reactor = try Reactor<Diary>()
        reactor.owner.isBusy = true
        // Without an event, a message or a deadline it would wait for ever.
        reactor.turn(waitingAtMost: .max)
        #expect(reactor.owner.entries == ["end"])
    }

    @Test func `a door leads to the part that it was made for`() throws {
        let mailbox = try Mailbox<Diary>()
        let reactor = try Reactor(mailbox: mailbox) { loop, _ in Diary(loop) }
        let door = Door(mailbox) { $0.loop }
        door.post { $0.stop() }
        // Returns only when this very loop was stopped.
        reactor.run()
    }

    @Test func `a reactor that is told to stop ends without an error`() throws {
        let ended = DispatchSemaphore(value: 0)
        let mailbox = try Reactor.start(label: "test") { loop, _ in
            Diary(loop)
        } ended: { error in
            if error == nil { ended.signal() }
        }
        mailbox.post { $0.loop.stop() }
        #expect(ended.wait(timeout: .now() + 10) == .success)
    }

    @Test func `a reactor whose setting up fails ends with that error`() throws {
        let failure = SystemError(call: "test", code: 7)
        let ended = DispatchSemaphore(value: 0)
        _ = try Reactor<Diary>.start(label: "test") { (_, _) throws(SystemError) in
            throw failure
        } ended: { error in
            if error == failure { ended.signal() }
        }
        #expect(ended.wait(timeout: .now() + 10) == .success)
    }

    @Test func `a reactor that has stopped lets go of all it held`() throws {
        weak var bell: Bell?
        weak var owner: Diary?
        do {
            let reactor = try Reactor<Diary>()
            let newBell = try Bell()
            try newBell.register(on: reactor.loop)
            newBell.signal.raise()
            // Refers to its loop, as a server does.
            reactor.owner.whenTurnEnds = { $0.loop.stop() }
            bell = newBell
            owner = reactor.owner
            reactor.run()
        }
        #expect(bell == nil)
        #expect(owner == nil)
    }
}
