internal import POSIX

/// Probabilities of rows, and what happened to each.
package struct Predictions: Equatable, Sendable {
    /// From 0 to 1.
    package let probabilities: [Double]
    /// Whether the row is a positive.
    package let labels: [Bool]
    package let positiveCount: Int

    /// One row at least; one label for each probability, and every probability from 0 to 1.
    package init(probabilities: [Double], labels: [Bool]) {
        precondition(probabilities.count == labels.count && !labels.isEmpty)
        precondition(probabilities.allSatisfy { 0 <= $0 && $0 <= 1 })
        self.probabilities = probabilities
        self.labels = labels
        positiveCount = labels.count { $0 }
    }

    /// The same of what a model states, which is in single precision.
    package init(singlePrecision probabilities: [Float], labels: [Bool]) {
        self.init(probabilities: probabilities.map(Double.init), labels: labels)
    }

    package var count: Int { labels.count }

    package var negativeCount: Int { count - positiveCount }

    /// Whether there is a positive and a negative, without which nothing can be ranked.
    package var hasBothClasses: Bool { positiveCount > 0 && negativeCount > 0 }

    /// The share of positives.
    package var positiveShare: Double { Double(positiveCount) / Double(count) }

    package var meanProbability: Double { probabilities.reduce(0, +) / Double(count) }

    /// The mean of −ln of the probability given to what happened. A certain and wrong forecast
    /// would cost the infinite, so the probability is taken as 2⁻⁵² at least, as scikit-learn does.
    package var logLoss: Double {
        var sum = 0.0
        for (probability, label) in zip(probabilities, labels) {
            let given = label ? probability : 1 - probability
            sum -= Transcendental.logarithm(max(given, Double.ulpOfOne))
        }
        return sum / Double(count)
    }

    /// The mean squared distance of the probability from what happened.
    package var brier: Double {
        var sum = 0.0
        for (probability, label) in zip(probabilities, labels) {
            let distance = label ? 1 - probability : probability
            sum += distance * distance
        }
        return sum / Double(count)
    }

    /// The rows of these indices, in this order; one at least.
    package func rows(_ indices: [Int]) -> Predictions {
        Predictions(
            probabilities: indices.map { probabilities[$0] }, labels: indices.map { labels[$0] })
    }
}
