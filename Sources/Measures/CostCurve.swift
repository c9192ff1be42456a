/// What it costs to make an offer to every row above a threshold, in the price of one offer that
/// was wasted on a customer who would have stayed. An offer is taken to keep every customer who
/// gets it.
package struct CostCurve: Equatable, Sendable {
    package struct Point: Equatable, Sendable {
        /// Rows above it get the offer.
        package let threshold: Double
        /// The cost of a row, on average.
        package let cost: Double
    }

    /// What a missed positive costs, in wasted offers.
    package let ratio: Double
    /// By ascending threshold, from 0 to 1 in steps of one hundredth.
    package let points: [Point]
    /// The cost without any offer: every positive is missed.
    package let costWithoutOffers: Double

    private static let steps = 100

    /// `ratio` is above 0.
    package init(_ predictions: Predictions, ratio: Double) {
        precondition(ratio > 0 && ratio.isFinite)
        // Rows by the last threshold of the grid that they are above.
        let bins = UnitBins(count: CostCurve.steps)
        var positives = [Int](repeating: 0, count: CostCurve.steps)
        var negatives = positives
        for (probability, label) in zip(predictions.probabilities, predictions.labels)
        where probability > 0 {
            let bin = bins.bin(of: probability)
            if label { positives[bin] += 1 } else { negatives[bin] += 1 }
        }
        var found = 0
        var wasted = 0
        let total = Double(predictions.count)
        func point(_ step: Int) -> Point {
            let missed = predictions.positiveCount - found
            return Point(
                threshold: bins.edge(step), cost: (ratio * Double(missed) + Double(wasted)) / total)
        }
        var points = [point(CostCurve.steps)]
        for step in stride(from: CostCurve.steps - 1, through: 0, by: -1) {
            found += positives[step]
            wasted += negatives[step]
            points.append(point(step))
        }
        self.ratio = ratio
        self.points = points.reversed()
        costWithoutOffers = ratio * predictions.positiveShare
    }

    /// The cheapest point; of equally cheap ones that with the fewest offers.
    package var cheapest: Point {
        points.reduce(points[0]) { $1.cost <= $0.cost ? $1 : $0 }
    }

    /// Where the cheapest threshold of a calibrated model lies: an offer is worth its price from
    /// there on.
    package var calibratedThreshold: Double { 1 / (1 + ratio) }
}
