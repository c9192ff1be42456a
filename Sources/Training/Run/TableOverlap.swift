internal import Features

/// Which rows of a table a model was trained on, found by comparing them with the table of its
/// training: by their values and outcomes, each as often as it occurs there.
package struct TableOverlap: Equatable, Sendable {
    /// Rows that the model learned from.
    package let learnedCount: Int
    /// Rows that its training held out.
    package let heldOutCount: Int
    /// The places of the rows that it did not learn from.
    package let unlearned: [Int]

    package var newCount: Int { unlearned.count - heldOutCount }

    /// - Parameter heldOut: places of `training` that were not learned from.
    package init(of data: TrainingData, with training: TrainingData, heldOut: [Int]) {
        let held = Set(heldOut)
        var learned: [Key: Int] = [:]
        var kept: [Key: Int] = [:]
        for row in training.records.indices {
            let key = Key(training, row)
            if held.contains(row) {
                kept[key, default: 0] += 1
            } else {
                learned[key, default: 0] += 1
            }
        }
        var (learnedCount, heldOutCount) = (0, 0)
        var unlearned: [Int] = []
        for row in data.records.indices {
            let key = Key(data, row)
            if let left = learned[key], left > 0 {
                learned[key] = left - 1
                learnedCount += 1
                continue
            }
            if let left = kept[key], left > 0 {
                kept[key] = left - 1
                heldOutCount += 1
            }
            unlearned.append(row)
        }
        self.learnedCount = learnedCount
        self.heldOutCount = heldOutCount
        self.unlearned = unlearned
    }

    private struct Key: Hashable {
        let values: [Double]
        let label: Bool

        init(_ data: TrainingData, _ row: Int) {
            values = data.records[row].values
            label = data.labels[row]
        }
    }
}
