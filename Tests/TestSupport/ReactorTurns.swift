internal import POSIX
package import Reactor

extension Reactor {
    /// Runs turns on this thread until `condition` is true, at most `seconds`.
    package func turns(
        until what: String, within seconds: Double = 10, _ condition: () throws -> Bool
    ) throws {
        let end = Clock.monotonicNanoseconds() + Int64(seconds * 1e9)
        while try !condition() {
            guard Clock.monotonicNanoseconds() < end else { throw NeverHappened(what: what) }
            turn(waitingAtMost: 5_000_000)
        }
    }

    /// Runs turns on this thread for a while.
    package func turns(forMilliseconds milliseconds: Int64) {
        let end = Clock.monotonicNanoseconds() + milliseconds * 1_000_000
        while true {
            let left = end - Clock.monotonicNanoseconds()
            guard left > 0 else { return }
            turn(waitingAtMost: left)
        }
    }
}
