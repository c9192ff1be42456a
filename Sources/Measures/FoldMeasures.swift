/// The measures of one way of training, fold by fold.
package struct FoldMeasures: Equatable, Sendable {
    /// One for each fold of each repeat, in the order of the folds; two at least.
    package let folds: [BinaryMeasures]

    package init(_ folds: [BinaryMeasures]) {
        precondition(folds.count > 1)
        self.folds = folds
    }

    /// The mean and the deviation over the folds that have the figure; nil when fewer than two do.
    package func spread(_ measure: Measure) -> Spread? {
        let values = folds.compactMap { $0.value(measure) }
        return values.count > 1 ? Spread(values) : nil
    }

    /// This way less another on the same folds; nil when a fold of either lacks the figure.
    package func difference(from other: FoldMeasures, _ measure: Measure) -> PairedDifference? {
        precondition(folds.count == other.folds.count, "only the same folds can be compared")
        let differences = zip(folds, other.folds).compactMap { own, other -> Double? in
            guard let own = own.value(measure), let other = other.value(measure) else {
                return nil
            }
            return own - other
        }
        return differences.count == folds.count ? PairedDifference(differences) : nil
    }
}

/// How two ways of training differ, fold by fold: the spread of the folds themselves, which both
/// share, drops out.
package struct PairedDifference: Equatable, Sendable {
    package let spread: Spread
    /// In how many folds the difference is above 0, and below.
    package let above: Int
    package let below: Int
    package let count: Int

    /// Of two differences at least.
    package init(_ differences: [Double]) {
        spread = Spread(differences)
        above = differences.count { $0 > 0 }
        below = differences.count { $0 < 0 }
        count = differences.count
    }
}
