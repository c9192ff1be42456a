import POSIX
import TestSupport
import Testing

struct EventSignalTests {
    @Test func `a signal is readable from raising it to clearing it`() throws {
        let signal = try EventSignal()
        let descriptor = signal.descriptor.rawValue
        #expect(!Sockets.wait(for: .readable, on: descriptor, 0))
        // To clear what was not raised does not block.
        signal.clear()
        signal.raise()
        signal.raise()
        #expect(Sockets.wait(for: .readable, on: descriptor, 0))
        signal.clear()
        #expect(!Sockets.wait(for: .readable, on: descriptor, 0))
        signal.raise()
        #expect(Sockets.wait(for: .readable, on: descriptor, 0))
    }

    @Test func `any thread may raise it`() throws {
        final class Shared: Sendable {
            let signal: EventSignal
            init() throws { signal = try EventSignal() }
        }
        let shared = try Shared()
        _ = try concurrently(4) { _ in
            for _ in 0..<1000 { shared.signal.raise() }
        }
        #expect(Sockets.wait(for: .readable, on: shared.signal.descriptor.rawValue, 0))
        shared.signal.clear()
        #expect(!Sockets.wait(for: .readable, on: shared.signal.descriptor.rawValue, 0))
    }
}
