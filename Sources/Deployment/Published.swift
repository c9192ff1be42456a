internal import Synchronization

/// A value that every event loop of the process uses, and that is replaced while they run: each
/// loop takes the latest at the end of a turn, and the publisher learns when all have it.
package final class Published<Value: Sendable>: Sendable {
    private struct Subscriber {
        /// Ends a turn of the loop soon, from any thread.
        let wake: @Sendable () -> Void
        var generation: Int
    }

    private struct Waiting {
        let generation: Int
        let done: @Sendable () -> Void
    }

    private struct State {
        var value: Value
        var loops: [Subscriber] = []
        var waiting: [Waiting] = []

        /// What waited for the generation that all loops have.
        mutating func takeDone() -> [Waiting] {
            let oldest = loops.map(\.generation).min() ?? .max
            let done = waiting.filter { $0.generation <= oldest }
            waiting.removeAll { $0.generation <= oldest }
            return done
        }
    }

    private let state: Mutex<State>
    /// How often the value was replaced. Read at the end of every turn, so without the lock.
    private let generation = Atomic(0)

    package init(_ value: Value) { state = Mutex(State(value: value)) }

    package var value: Value { state.withLock { $0.value } }

    /// Replaces the value and wakes all loops. Calls `everywhere` when the last of them uses it or
    /// a later one, on that loop's thread; without loops immediately.
    package func publish(_ value: Value, everywhere done: @escaping @Sendable () -> Void) {
        let (wakes, finished) = state.withLock { state in
            state.value = value
            let number = generation.load(ordering: .relaxed) + 1
            generation.store(number, ordering: .releasing)
            state.waiting.append(Waiting(generation: number, done: done))
            return (state.loops.map(\.wake), state.takeDone())
        }
        for wake in wakes { wake() }
        for waiting in finished { waiting.done() }
    }

    /// Makes one more loop known, which uses `PublishedReader.value` from now on.
    package func subscribe(wake: @escaping @Sendable () -> Void) -> PublishedReader<Value> {
        state.withLock { state in
            let number = generation.load(ordering: .relaxed)
            state.loops.append(Subscriber(wake: wake, generation: number))
            return PublishedReader(
                of: self, index: state.loops.count - 1, generation: number, value: state.value)
        }
    }

    fileprivate func isLater(than known: Int) -> Bool {
        generation.load(ordering: .acquiring) != known
    }

    fileprivate func latest() -> (value: Value, generation: Int) {
        state.withLock { ($0.value, generation.load(ordering: .relaxed)) }
    }

    fileprivate func confirm(_ generation: Int, of index: Int) {
        let finished = state.withLock { state in
            state.loops[index].generation = generation
            return state.takeDone()
        }
        for waiting in finished { waiting.done() }
    }
}

/// One loop's side of a published value. It belongs to that loop.
package struct PublishedReader<Value: Sendable> {
    /// How often the value had been replaced when it was taken.
    package private(set) var generation: Int
    package private(set) var value: Value
    private let published: Published<Value>
    private let index: Int

    fileprivate init(of published: Published<Value>, index: Int, generation: Int, value: Value) {
        self.published = published
        self.index = index
        self.generation = generation
        self.value = value
    }

    /// Takes the latest value if there is another, has `use` make it this loop's, and reports that.
    package mutating func take(_ use: (Value) -> Void) {
        guard published.isLater(than: generation) else { return }
        (value, generation) = published.latest()
        use(value)
        published.confirm(generation, of: index)
    }
}
