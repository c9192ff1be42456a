import POSIX
import Testing

struct EpollTests {
    @Test func `an event carries its token and what is ready`() throws {
        let epoll = try Epoll(eventsMax: 4)
        let signal = try EventSignal()
        try epoll.add(signal.descriptor.rawValue, .readable, token: 0xFEDC_BA98_7654_3210)
        #expect(epoll.wait(timeoutMilliseconds: 0) == 0)
        signal.raise()
        try #require(epoll.wait(timeoutMilliseconds: 0) == 1)
        let event = epoll.event(at: 0)
        #expect(event.token == 0xFEDC_BA98_7654_3210)
        #expect(event.readiness == .readable)
    }

    @Test func `what is watched for can be changed and ended`() throws {
        let epoll = try Epoll(eventsMax: 4)
        let signal = try EventSignal()
        let descriptor = signal.descriptor.rawValue
        signal.raise()
        try epoll.add(descriptor, [], token: 1)
        #expect(epoll.wait(timeoutMilliseconds: 0) == 0)
        try epoll.modify(descriptor, [.readable, .writable], token: 2)
        #expect(epoll.wait(timeoutMilliseconds: 0) == 1)
        #expect(epoll.event(at: 0).token == 2)
        #expect(epoll.event(at: 0).readiness == [.readable, .writable])
        epoll.remove(descriptor)
        #expect(epoll.wait(timeoutMilliseconds: 0) == 0)
        #expect(throws: SystemError.self) {
            try epoll.modify(descriptor, .readable, token: 3)
        }
    }

    @Test func `one wait fetches no more events than it may, and the next the others`() throws {
        let epoll = try Epoll(eventsMax: 2)
        let signals = [try Raised(), try Raised(), try Raised()]
        for (index, signal) in signals.enumerated() {
            try epoll.add(signal.signal.descriptor.rawValue, .readable, token: UInt64(index))
        }
        var seen: Set<UInt64> = []
        for _ in 0..<3 {
            let count = epoll.wait(timeoutMilliseconds: 0)
            #expect(count == 2)
            for index in 0..<count { seen.insert(epoll.event(at: index).token) }
        }
        #expect(seen == [0, 1, 2])
    }

    @Test func `a descriptor is watched once`() throws {
        let epoll = try Epoll(eventsMax: 1)
        let signal = try EventSignal()
        try epoll.add(signal.descriptor.rawValue, .readable, token: 1)
        #expect(throws: SystemError.self) {
            try epoll.add(signal.descriptor.rawValue, .readable, token: 2)
        }
        #expect(throws: SystemError.self) { try epoll.add(-1, .readable, token: 2) }
    }

    @Test func `a descriptor that was closed is watched no more`() throws {
        let epoll = try Epoll(eventsMax: 1)
        do {
            let signal = try EventSignal()
            try epoll.add(signal.descriptor.rawValue, .readable, token: 1)
            signal.raise()
            #expect(epoll.wait(timeoutMilliseconds: 0) == 1)
        }
        #expect(epoll.wait(timeoutMilliseconds: 0) == 0)
    }

    private final class Raised {
        let signal: EventSignal

        init() throws {
            signal = try EventSignal()
            signal.raise()
        }
    }
}
