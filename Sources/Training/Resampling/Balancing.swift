package import Features

/// What is done about one outcome being rarer than the other. Neither is needed to rank rows well,
/// and both move the average probability far from the rate of the outcome, so that a model which
/// learned with either needs calibration.
package struct Balancing: Equatable, Sendable {
    /// Whether rows of the rarer outcome are made up until there are as many as of the other.
    package enum Resampling: String, CaseIterable, Sendable {
        case none, smote
    }

    /// Whether rows of the rarer outcome count more.
    package enum ClassWeight: String, CaseIterable, Sendable {
        case none, balanced
    }

    package var resampling = Resampling.none
    package var classWeight = ClassWeight.none

    package init() {}

    package var isActive: Bool { resampling != .none || classWeight != .none }

    /// What a model learns from in place of `rows`, which hold both outcomes.
    package func applied(to rows: LearningSet, schema: Schema, seed: UInt64) -> LearningSet {
        var balanced = rows
        switch resampling {
        case .none: break
        case .smote:
            let positives = rows.labels.count { $0 }
            let rarer = positives < rows.count - positives
            let lacking = (rows.count - 2 * positives).magnitude
            let made = Smote(schema: schema).records(
                like: rows.records(labelled: rarer), count: Int(lacking), seed: seed)
            balanced = rows.appending(made, labelled: rarer)
        }
        switch classWeight {
        case .none: return balanced
        case .balanced: return balanced.weighted(Balancing.weights(balanced.labels))
        }
    }

    /// Weights that give both outcomes the same sum, and all rows together their number, as
    /// scikit-learn's `class_weight="balanced"`.
    package static func weights(_ labels: [Bool]) -> [Float] {
        let positives = labels.count { $0 }
        let half = Double(labels.count) / 2
        let positive = Float(half / Double(positives))
        let negative = Float(half / Double(labels.count - positives))
        return labels.map { $0 ? positive : negative }
    }
}
