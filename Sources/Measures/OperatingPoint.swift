package import Models

/// What comes of calling some rows positive.
package struct OperatingPoint: Equatable, Sendable {
    /// Where the line is. The decision of a model is taken above its line; where a ranking finds
    /// the line, that is the probability of a row, and the row is called positive too.
    package let threshold: Double
    package let truePositives: Int
    package let falsePositives: Int
    package let falseNegatives: Int
    package let trueNegatives: Int

    package init(
        threshold: Double, truePositives: Int, falsePositives: Int, positiveCount: Int,
        negativeCount: Int
    ) {
        precondition(truePositives <= positiveCount && falsePositives <= negativeCount)
        self.threshold = threshold
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        falseNegatives = positiveCount - truePositives
        trueNegatives = negativeCount - falsePositives
    }

    /// What the service decides with these thresholds.
    package init(_ predictions: Predictions, decidedBy thresholds: Thresholds) {
        var truePositives = 0
        var falsePositives = 0
        for (probability, label) in zip(predictions.probabilities, predictions.labels)
        where thresholds.isPositive(Float(probability)) {
            if label { truePositives += 1 } else { falsePositives += 1 }
        }
        self.init(
            threshold: thresholds.decision, truePositives: truePositives,
            falsePositives: falsePositives, positiveCount: predictions.positiveCount,
            negativeCount: predictions.negativeCount)
    }

    /// The share of true ones among the rows called positive; 0 where there is none, as
    /// scikit-learn has it.
    package var precision: Double {
        share(truePositives, of: truePositives + falsePositives)
    }

    /// The share of the positives that is found; 0 where there is none to find.
    package var recall: Double { share(truePositives, of: truePositives + falseNegatives) }

    /// The harmonic mean of precision and recall; 0 where neither is defined.
    package var f1: Double {
        share(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives)
    }

    private func share(_ part: Int, of whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}

/// The ways to choose an operating point.
package enum OperatingRule: CaseIterable, Hashable, Sendable {
    /// The line of the model's thresholds, one half unless said otherwise.
    case decision
    /// Where F1 is best on the same rows, which flatters it a little.
    case bestF1
    /// The highest threshold that finds 80 % of the positives.
    case recall80

    /// The recall that `recall80` reaches.
    package static let recallWanted = 0.8
}
