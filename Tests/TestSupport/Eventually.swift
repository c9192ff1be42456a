internal import Glibc
internal import POSIX

/// A condition that did not come true in time.
package struct NeverHappened: Error, CustomStringConvertible {
    package let what: String

    package init(what: String) { self.what = what }

    package var description: String { "never happened: \(what)" }
}

/// Waits until `condition` is true, at most `seconds`, and looks every 2 ms. Blocks its thread.
package func eventually(
    _ what: String, within seconds: Double = 10, _ condition: () throws -> Bool
) throws {
    let end = Clock.monotonicNanoseconds() + Int64(seconds * 1e9)
    while try !condition() {
        guard Clock.monotonicNanoseconds() < end else { throw NeverHappened(what: what) }
        _ = poll(nil, 0, 2)
    }
}
