/// How the probabilities of the positives and of the negatives lie from 0 to 1.
package struct ProbabilityDistribution: Equatable, Sendable {
    package let bins: UnitBins
    /// How many rows of each bin were positives, and how many were not.
    package let positives: [Int]
    package let negatives: [Int]

    package init(_ predictions: Predictions, binCount: Int = 20) {
        let bins = UnitBins(count: binCount)
        var positives = [Int](repeating: 0, count: binCount)
        var negatives = positives
        for (probability, label) in zip(predictions.probabilities, predictions.labels) {
            let bin = bins.bin(of: probability)
            if label { positives[bin] += 1 } else { negatives[bin] += 1 }
        }
        self.bins = bins
        self.positives = positives
        self.negatives = negatives
    }
}
