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
