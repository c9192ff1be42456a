internal import Synchronization

/// The connections of all reactors together.
package final class ConnectionCounter: Sendable {
    private let count = Atomic<Int>(0)

    package init() {}

    /// The connections open now.
    package var value: Int { count.load(ordering: .relaxed) }

    /// Counts one more unless `limit` is reached.
    func take(limit: Int) -> Bool {
        let previous = count.wrappingAdd(1, ordering: .relaxed).oldValue
        if previous < limit { return true }
        count.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    func giveBack() { count.wrappingSubtract(1, ordering: .relaxed) }
}
