package import Features

/// What one model learns from: records of a table, or made from them, and their outcomes.
package struct LearningSet: Equatable, Sendable {
    package private(set) var records: [Record]
    package private(set) var labels: [Bool]
    /// How much each record counts; nil where all count 1.
    package private(set) var weights: [Float]?
    /// The group of each record, of which no rows may be divided; nil where each is its own, and of
    /// synthetic records.
    package private(set) var groups: [Int]?

    package init(
        records: [Record], labels: [Bool], weights: [Float]? = nil, groups: [Int]? = nil
    ) {
        precondition(records.count == labels.count)
        precondition(weights.map { $0.count == labels.count } ?? true)
        precondition(groups.map { $0.count == labels.count } ?? true)
        self.records = records
        self.labels = labels
        self.weights = weights
        self.groups = groups
    }

    /// The rows of these indices of a table, in this order.
    package init(_ data: TrainingData, rows: [Int], groups: [Int]? = nil) {
        self.init(
            records: rows.map { data.records[$0] }, labels: rows.map { data.labels[$0] },
            groups: groups.map { groups in rows.map { groups[$0] } })
    }

    package var count: Int { labels.count }

    /// The records of one outcome.
    package func records(labelled label: Bool) -> [Record] {
        records.indices.filter { labels[$0] == label }.map { records[$0] }
    }

    /// The rows of these indices, in this order.
    package func rows(_ indices: [Int]) -> LearningSet {
        LearningSet(
            records: indices.map { records[$0] }, labels: indices.map { labels[$0] },
            weights: weights.map { weights in indices.map { weights[$0] } },
            groups: groups.map { groups in indices.map { groups[$0] } })
    }

    /// The share of positives, by weight.
    package var positiveShare: Float {
        guard let weights else {
            return Float(Double(labels.count { $0 }) / Double(labels.count))
        }
        let sum = weights.reduce(0) { $0 + Double($1) }
        let positive = zip(weights, labels).reduce(0.0) { $1.1 ? $0 + Double($1.0) : $0 }
        return Float(positive / sum)
    }

    /// The same with further records of one outcome.
    func appending(_ further: [Record], labelled label: Bool) -> LearningSet {
        LearningSet(
            records: records + further,
            labels: labels + repeatElement(label, count: further.count))
    }

    /// The same with another weight for each record.
    func weighted(_ weights: [Float]) -> LearningSet {
        LearningSet(records: records, labels: labels, weights: weights)
    }
}
