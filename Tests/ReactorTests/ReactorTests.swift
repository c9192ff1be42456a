import Dispatch
import POSIX
import Reactor
import Synchronization
import TestSupport
import Testing

/// A channel whose descriptor is ready from the moment it is raised.
private final class Bell: Channel {
    let signal: EventSignal
    var registration: Reactor.Registration?
    var readyCount = 0
    var whenReady: (Bell) -> Void = { _ in }

    init() throws { signal = try EventSignal() }

    func ready(_ readiness: Readiness) {
        readyCount += 1
        whenReady(self)
    }

    func register(on reactor: Reactor) throws {
        registration = try reactor.register(signal.descriptor.rawValue, .readable, for: self)
    }

    func unregister(from reactor: Reactor) {
        guard let registration else { return }
        reactor.unregister(signal.descriptor.rawValue, registration)
        self.registration = nil
    }
}

/// Writes down when it was called.
private final class Diary: TurnParticipant {
    let name: String
    let entries: Entries
    var nextDeadline: Int64?

    final class Entries { var texts: [String] = [] }

    init(_ name: String, _ entries: Entries) {
        self.name = name
        self.entries = entries
    }

    func deadlinePassed() {
        entries.texts.append("\(name) late")
        nextDeadline = nil
    }

    func turnEnded() { entries.texts.append("\(name) ended") }
}

struct ReactorTests {
    @Test func `a channel is told of its descriptor as long as that is ready`() throws {
        let reactor = try Reactor(mailbox: Mailbox())
        let bell = try Bell()
        try bell.register(on: reactor)
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
        let reactor = try Reactor(mailbox: Mailbox())
        let bell = try Bell()
        try bell.register(on: reactor)
        bell.signal.raise()
        let registration = try #require(bell.registration)
        try reactor.watch(bell.signal.descriptor.rawValue, [], as: registration)
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 0)
        try reactor.watch(bell.signal.descriptor.rawValue, .readable, as: registration)
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 1)
    }

    @Test func `events of a channel that was unregistered in the same turn are dropped`() throws {
        let reactor = try Reactor(mailbox: Mailbox())
        let bells = try (0..<2).map { _ in try Bell() }
        for bell in bells {
            try bell.register(on: reactor)
            bell.signal.raise()
            bell.whenReady = { _ in for other in bells { other.unregister(from: reactor) } }
        }
        reactor.turn(waitingAtMost: 0)
        #expect(bells.map(\.readyCount).sorted() == [0, 1])
        reactor.turn(waitingAtMost: 0)
        #expect(bells.map(\.readyCount).sorted() == [0, 1])
    }

    @Test func `events of a channel do not reach the one that takes its place`() throws {
        let reactor = try Reactor(mailbox: Mailbox())
        let bells = try (0..<2).map { _ in try Bell() }
        let successors = try (0..<2).map { _ in try Bell() }
        for bell in bells {
            try bell.register(on: reactor)
            bell.signal.raise()
            bell.whenReady = { _ in
                for index in 0..<2 where bells[index].registration != nil {
                    bells[index].unregister(from: reactor)
                    try? successors[index].register(on: reactor)
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
        let reactor = try Reactor(mailbox: Mailbox())
        let bell = try Bell()
        var seen: [Reactor.Registration] = []
        for _ in 0..<100 {
            try bell.register(on: reactor)
            let registration = try #require(bell.registration)
            #expect(!seen.contains(registration))
            seen.append(registration)
            bell.unregister(from: reactor)
        }
    }

    @Test func `a descriptor that cannot be watched is refused and takes no place`() throws {
        let reactor = try Reactor(mailbox: Mailbox())
        let bell = try Bell()
        #expect(throws: SystemError.self) {
            _ = try reactor.register(-1, .readable, for: bell)
        }
        try bell.register(on: reactor)
        bell.signal.raise()
        reactor.turn(waitingAtMost: 0)
        #expect(bell.readyCount == 1)
    }

    @Test func `more events than one wait fetches are all handled in the end`() throws {
        let reactor = try Reactor(mailbox: Mailbox())
        let bells = try (0..<600).map { _ in try Bell() }
        for bell in bells {
            try bell.register(on: reactor)
            bell.signal.raise()
            bell.whenReady = { $0.signal.clear() }
        }
        reactor.turn(waitingAtMost: 0)
        reactor.turn(waitingAtMost: 0)
        #expect(bells.allSatisfy { $0.readyCount == 1 })
    }

    @Test func `deadlines come after events, and the ends of the turn last, in order`() throws {
        let reactor = try Reactor(mailbox: Mailbox())
        let entries = Diary.Entries()
        let diaries = ["a", "b"].map { Diary($0, entries) }
        for diary in diaries { reactor.add(diary) }
        diaries[0].nextDeadline = Clock.monotonicNanoseconds()
        let bell = try Bell()
        try bell.register(on: reactor)
        bell.signal.raise()
        bell.whenReady = { _ in entries.texts.append("event") }
        reactor.turn(waitingAtMost: .max)
        #expect(entries.texts == ["event", "a late", "a ended", "b ended"])
    }

    @Test func `a turn lasts until the nearest deadline, which is then called`() throws {
        let reactor = try Reactor(mailbox: Mailbox())
        let entries = Diary.Entries()
        let near = Diary("near", entries)
        let far = Diary("far", entries)
        reactor.add(far)
        reactor.add(near)
        let start = Clock.monotonicNanoseconds()
        near.nextDeadline = start + 20_000_000
        far.nextDeadline = start + 600_000_000_000
        var turnCount = 0
        while near.nextDeadline != nil {
            reactor.turn(waitingAtMost: .max)
            turnCount += 1
        }
        #expect(reactor.now >= start + 20_000_000)
        #expect(entries.texts.filter { $0.hasSuffix("late") } == ["near late"])
        // The wait is rounded up, so that the last millisecond is not spent spinning.
        #expect(turnCount <= 2)
    }

    @Test func `a participant is found by its type`() throws {
        let reactor = try Reactor(mailbox: Mailbox())
        #expect(reactor.participant(Diary.self) == nil)
        let diary = Diary("a", Diary.Entries())
        reactor.add(diary)
        #expect(reactor.participant(Diary.self) === diary)
    }

    @Test func `a reactor that is told to stop ends without an error`() throws {
        let ended = DispatchSemaphore(value: 0)
        let mailbox = try Reactor.start(label: "test") { _ in
        } ended: { error in
            if error == nil { ended.signal() }
        }
        mailbox.post { $0.stop() }
        #expect(ended.wait(timeout: .now() + 10) == .success)
    }

    @Test func `a reactor whose setting up fails ends with that error`() throws {
        let failure = SystemError(call: "test", code: 7)
        let ended = DispatchSemaphore(value: 0)
        _ = try Reactor.start(label: "test") { _ in
            throw failure
        } ended: { error in
            if error as? SystemError == failure { ended.signal() }
        }
        #expect(ended.wait(timeout: .now() + 10) == .success)
    }

    @Test func `a reactor that has stopped lets go of all it held`() throws {
        /// Refers to its reactor, as a server does.
        final class Owner: TurnParticipant {
            let reactor: Reactor
            let nextDeadline: Int64? = nil
            init(_ reactor: Reactor) { self.reactor = reactor }
            func deadlinePassed() {}
            func turnEnded() { reactor.stop() }
        }
        weak var bell: Bell?
        weak var owner: Owner?
        do {
            let reactor = try Reactor(mailbox: Mailbox())
            let newBell = try Bell()
            try newBell.register(on: reactor)
            newBell.signal.raise()
            let newOwner = Owner(reactor)
            reactor.add(newOwner)
            bell = newBell
            owner = newOwner
            reactor.run()
        }
        #expect(bell == nil)
        #expect(owner == nil)
    }
}
