internal import Bytes

/// How uncertain the area under the ROC curve of some rows is: the range that 95 in 100 bootstrap
/// samples of them have it in (Efron, Tibshirani 1993, percentiles). Where rows belong to groups
/// the samples are of groups, since rows of one customer hold less information than as many
/// customers do.
package struct AreaInterval: Equatable, Sendable {
    package let range: ClosedRange<Double>

    package struct Limits: Sendable {
        package var samplesMax = 1000
        package var samplesMin = 200
        /// Rows that are drawn in all samples together: with more rows there are fewer samples,
        /// but never fewer than the least.
        package var drawsMax = 200_000_000

        package init() {}

        /// How many samples of so many rows are drawn.
        package func samples(rows: Int) -> Int {
            max(samplesMin, min(samplesMax, drawsMax / max(rows, 1)))
        }
    }

    private static let confidence = 0.95

    /// Of predictions that hold both outcomes. A sample without both is drawn again, and left out
    /// after as many failed draws as there are samples.
    package init(
        _ predictions: Predictions, groups: [Int]? = nil, seed: UInt64, limits: Limits = Limits()
    ) {
        precondition(predictions.hasBothClasses)
        let order = predictions.probabilities.indices.sorted {
            predictions.probabilities[$0] > predictions.probabilities[$1]
        }
        let units = AreaInterval.units(groups, count: predictions.count)
        let ranked = order.map { row in
            (
                unit: units.ofRows[row], isPositive: predictions.labels[row],
                probability: predictions.probabilities[row]
            )
        }
        var random = RandomSource(seed: seed)
        var areas: [Double] = []
        for _ in 0..<limits.samples(rows: predictions.count) {
            var counts = [Int](repeating: 0, count: units.count)
            for _ in 0..<units.count { counts[random.next(below: units.count)] += 1 }
            if let area = AreaInterval.area(ranked, counts) { areas.append(area) }
        }
        areas.sort()
        guard let least = areas.first, let greatest = areas.last else {
            range = 0...1
            return
        }
        let tail = Int(Double(areas.count) * (1 - AreaInterval.confidence) / 2)
        range =
            areas.count > 2 * tail
            ? areas[tail]...areas[areas.count - 1 - tail] : least...greatest
    }

    /// The unit of each row that is drawn, from 0, and how many units there are.
    private static func units(_ groups: [Int]?, count: Int) -> (ofRows: [Int], count: Int) {
        guard let groups else { return (Array(0..<count), count) }
        var places: [Int: Int] = [:]
        let ofRows = groups.map { group in
            let place = places[group] ?? places.count
            places[group] = place
            return place
        }
        return (ofRows, places.count)
    }

    /// The area of rows, the most probable first, of which each counts as often as its unit was
    /// drawn; nil without both outcomes.
    private static func area(
        _ ranked: [(unit: Int, isPositive: Bool, probability: Double)], _ counts: [Int]
    ) -> Double? {
        var (positives, negatives, doubledArea) = (0, 0, 0)
        var (tiedPositives, tiedNegatives) = (0, 0)
        var last = ranked[0].probability
        func addTies() {
            doubledArea += tiedNegatives * (2 * positives + tiedPositives)
            positives += tiedPositives
            negatives += tiedNegatives
            (tiedPositives, tiedNegatives) = (0, 0)
        }
        for row in ranked {
            if row.probability != last {
                addTies()
                last = row.probability
            }
            if row.isPositive {
                tiedPositives += counts[row.unit]
            } else {
                tiedNegatives += counts[row.unit]
            }
        }
        addTies()
        guard positives > 0, negatives > 0 else { return nil }
        return Double(doubledArea) / (2 * Double(positives) * Double(negatives))
    }
}
