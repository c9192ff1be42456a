internal import Bytes

/// Predicted against observed outcomes, in bins of the probability.
package struct Reliability: Equatable, Sendable {
    package struct Bin: Equatable, Sendable {
        package let lower: Double
        package let upper: Double
        package let count: Int
        package let positives: Int
        package let probabilitySum: Double

        /// Nil in an empty bin.
        package var meanProbability: Double? {
            count == 0 ? nil : probabilitySum / Double(count)
        }

        /// The share of positives; nil in an empty bin.
        package var rate: Double? { count == 0 ? nil : Double(positives) / Double(count) }

        /// Between what rates the true one lies with 95 % confidence (Wilson 1927); nil in an empty
        /// bin.
        package var interval: ClosedRange<Double>? {
            guard let rate else { return nil }
            let z = 1.959963984540054
            let n = Double(count)
            let centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
            let half =
                z / (1 + z * z / n)
                * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
            return max(0, centre - half)...min(1, centre + half)
        }
    }

    package let bins: [Bin]
    /// The bin of each row, and its probability: what the noise floor is simulated with.
    private let rowBins: [Int]
    private let probabilities: [Double]

    /// How many bins the expected calibration error is defined by here.
    package static let binCount = 10

    package init(_ predictions: Predictions, binCount: Int = Reliability.binCount) {
        let edges = UnitBins(count: binCount)
        var counts = [Int](repeating: 0, count: binCount)
        var positives = counts
        var sums = [Double](repeating: 0, count: binCount)
        var rowBins: [Int] = []
        rowBins.reserveCapacity(predictions.count)
        for (probability, label) in zip(predictions.probabilities, predictions.labels) {
            let bin = edges.bin(of: probability)
            rowBins.append(bin)
            counts[bin] += 1
            positives[bin] += label ? 1 : 0
            sums[bin] += probability
        }
        bins = (0..<binCount).map { bin in
            Bin(
                lower: edges.edge(bin), upper: edges.edge(bin + 1), count: counts[bin],
                positives: positives[bin], probabilitySum: sums[bin])
        }
        self.rowBins = rowBins
        probabilities = predictions.probabilities
    }

    /// The expected calibration error (Naeini, Cooper, Hauskrecht 2015): the distance between the
    /// mean probability and the share of positives of each bin, weighted by the bin's rows.
    package var calibrationError: Double {
        // A bin's weight is count / n, its distance |sum − positives| / count.
        let distances = bins.map { ($0.probabilitySum - Double($0.positives)).magnitude }
        return distances.reduce(0, +) / Double(rowBins.count)
    }

    /// The calibration error a perfect model would show that states these same probabilities: even
    /// then outcomes are drawn, and few rows in a bin miss its mean. Each repeat draws all outcomes
    /// again; two repeats at least.
    package func noiseFloor(repeats: Int = 1000, seed: UInt64) -> Spread {
        var random = RandomSource(seed: seed)
        let sums = bins.map(\.probabilitySum)
        let errors = (0..<repeats).map { _ in
            var positives = [Int](repeating: 0, count: sums.count)
            for row in rowBins.indices where random.nextFraction() < probabilities[row] {
                positives[rowBins[row]] += 1
            }
            let distances = zip(sums, positives).map { ($0 - Double($1)).magnitude }
            return distances.reduce(0, +) / Double(rowBins.count)
        }
        return Spread(errors)
    }
}

/// Bins of one width from 0 to 1. A value on an inner edge lies in the bin below it, as in
/// scikit-learn's `calibration_curve` and as a probability on a line of `Thresholds` does.
package struct UnitBins: Equatable, Sendable {
    package let count: Int

    package init(count: Int) {
        precondition(count > 0)
        self.count = count
    }

    /// The lower edge of a bin, and with `count` the upper edge of the last.
    package func edge(_ bin: Int) -> Double {
        bin == count ? 1 : Double(bin) * (1 / Double(count))
    }

    /// The bin of a value from 0 to 1.
    package func bin(of value: Double) -> Int {
        // The guess may be one off, because edges are rounded; the edges themselves decide.
        var bin = min(Int(value * Double(count)), count - 1)
        while bin > 0 && value <= edge(bin) { bin -= 1 }
        while bin + 1 < count && value > edge(bin + 1) { bin += 1 }
        return bin
    }
}

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
