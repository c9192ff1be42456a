internal import Bytes

/// A division of rows into folds of the same size and the same share of positives, each within one
/// row; or, where rows belong to groups that are not divided, as nearly as these allow.
package struct StratifiedFolds: Equatable, Sendable {
    /// How many folds there are.
    package let count: Int
    /// The fold of each row, from 0.
    package let assignments: [Int]

    /// Deals the shuffled rows of one class, then of the other, to the folds in turn.
    package init(labels: [Bool], count: Int, seed: UInt64) {
        precondition(count > 1)
        var random = RandomSource(seed: seed)
        var assignments = [Int](repeating: 0, count: labels.count)
        var next = 0
        for label in [true, false] {
            var rows = labels.indices.filter { labels[$0] == label }
            random.shuffle(&rows)
            for row in rows {
                assignments[row] = next
                next = (next + 1) % count
            }
        }
        self.count = count
        self.assignments = assignments
    }

    /// By the rows, or where there are groups by these.
    package init(labels: [Bool], groups: [Int]?, count: Int, seed: UInt64) {
        guard let groups else {
            self.init(labels: labels, count: count, seed: seed)
            return
        }
        let grouped = GroupedFolds(labels: labels, groups: groups, count: count, seed: seed)
        self.init(count: count, assignments: grouped.assignments)
    }

    private init(count: Int, assignments: [Int]) {
        self.count = count
        self.assignments = assignments
    }

    /// The rows of one fold, ascending.
    package func rows(in fold: Int) -> [Int] {
        assignments.indices.filter { assignments[$0] == fold }
    }

    /// The rows of all other folds, ascending.
    package func rows(outside fold: Int) -> [Int] {
        assignments.indices.filter { assignments[$0] != fold }
    }
}
