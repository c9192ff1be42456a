internal import Bytes
package import Models

/// The metrics of a model's predictions for rows which neither its training nor its selection
/// has seen.
package struct HoldOutMeasures: Equatable, Sendable {
    package let thresholds: Thresholds
    package let measures: BinaryMeasures
    /// How uncertain the area under the ROC curve is.
    package let areaInterval: AreaInterval
    package let reliability: Reliability
    /// The calibration error a perfect model would show.
    package let noiseFloor: Spread
    package let rocPoints: [CurvePoint]
    package let prPoints: [CurvePoint]
    package let distribution: ProbabilityDistribution
    /// One for each ratio, in their order.
    package let costs: [CostCurve]

    /// What a missed positive may cost, in wasted offers.
    package static let costRatios = [2.0, 5, 10]

    /// Of predictions that hold both a positive and a negative.
    ///
    /// - Parameter groups: of each row the group that is drawn as one to find the interval.
    package init(
        _ predictions: Predictions, thresholds: Thresholds = .standard,
        costRatios: [Double] = HoldOutMeasures.costRatios, groups: [Int]? = nil, seed: UInt64
    ) {
        let ranking = Ranking(predictions)
        self.thresholds = thresholds
        measures = BinaryMeasures(predictions, thresholds: thresholds)
        areaInterval = AreaInterval(
            predictions, groups: groups, seed: RandomSeeds(seed).seed(of: .interval))
        reliability = Reliability(predictions)
        noiseFloor = reliability.noiseFloor(seed: seed)
        rocPoints = ranking.rocPoints
        prPoints = ranking.prPoints
        distribution = ProbabilityDistribution(predictions)
        costs = costRatios.map { CostCurve(predictions, ratio: $0) }
    }
}

/// The seeds of the parts of a training, all from one: what one part draws does not depend on how
/// much another has drawn, nor on the order they run in.
package struct RandomSeeds: Equatable, Sendable {
    /// What is drawn from a seed of its own.
    package enum Part: UInt64, Sendable {
        case holdOut = 1
        case folds, fitting, search, resampling, calibration, goldenRequests, importance, noiseFloor
        case effects, importanceRows, interval
    }

    package let seed: UInt64

    package init(_ seed: UInt64) { self.seed = seed }

    /// The seed of a part; `number` tells parts of one kind apart.
    package func seed(of part: Part, _ number: Int = 0) -> UInt64 {
        var random = RandomSource(seed: seed)
        var kind = RandomSource(seed: random.next() ^ part.rawValue)
        var one = RandomSource(seed: kind.next() ^ UInt64(bitPattern: Int64(number)))
        return one.next()
    }
}
