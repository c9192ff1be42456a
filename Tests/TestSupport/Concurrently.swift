internal import Foundation
internal import Synchronization

/// Runs `body` with each of 0..<count, each on a thread of its own, and returns what they returned
/// when all have ended. Throws the first error.
package func concurrently<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) throws -> [Value] {
    let running = Running(count, body)
    return try running.values()
}

/// Threads that are under way, so that a test can do something meanwhile.
package final class Running<Value: Sendable>: Sendable {
    private let outcomes: Mutex<[Int: Result<Value, any Error>]>
    private let ended = DispatchSemaphore(value: 0)
    private let count: Int

    package init(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Value) {
        self.count = count
        outcomes = Mutex([:])
        for index in 0..<count {
            let thread = Thread { [self] in
                let outcome = Result { try body(index) }
                outcomes.withLock { $0[index] = outcome }
                ended.signal()
            }
            thread.stackSize = 1 << 19
            thread.start()
        }
    }

    /// Waits until all have ended. To be called once.
    package func values() throws -> [Value] {
        for _ in 0..<count { ended.wait() }
        return try outcomes.withLock { outcomes in
            try (0..<count).compactMap { try outcomes[$0]?.get() }
        }
    }
}
