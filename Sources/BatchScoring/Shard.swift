internal import Bytes

/// One of several parts of a file, so that each can be scored by a process of its own. Row r,
/// counted from 1, belongs to part ((r − 1) mod n) + 1: the parts are equally long wherever the
/// file ends, and taking a line of each in turn gives the whole.
package struct Shard: Equatable, Sendable {
    /// From 1 to `count`.
    package let number: Int
    package let count: Int

    /// `nil` unless 1 ≤ `number` ≤ `count` ≤ `countMax`.
    package init?(number: Int, count: Int) {
        guard 1...Shard.countMax ~= count, 1...count ~= number else { return nil }
        self.number = number
        self.count = count
    }

    /// Reads `2/8`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy(ASCII.isDigit) }),
            let number = Int(parts[0]), let count = Int(parts[1])
        else { return nil }
        self.init(number: number, count: count)
    }

    /// All rows.
    package static let whole = Shard(all: ())

    package static let countMax = 100_000

    private init(all: Void) {
        number = 1
        count = 1
    }

    /// Whether a row, counted from 1, belongs to it.
    func holds(row: Int) -> Bool { count == 1 || (row - 1) % count == number - 1 }
}
