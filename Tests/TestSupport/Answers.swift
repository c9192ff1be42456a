internal import Synchronization

/// What a completion was called with, in order.
package final class Answers<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    package init() {}

    package func add(_ value: Value) { values.withLock { $0.append(value) } }
    package var all: [Value] { values.withLock { $0 } }
    package var count: Int { all.count }
    /// Nil until the first call.
    package var value: Value? { all.first }

    /// The only answer, once it is there.
    package func wait() throws -> Value {
        try eventually("the request was answered") { count > 0 }
        guard let value, count == 1 else { throw NeverHappened(what: "one answer") }
        return value
    }
}
