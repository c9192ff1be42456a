package import Bytes
internal import POSIX

/// From where the parameters of boosted trees are drawn.
package enum SearchSpace {
    package static let depths = 1...4
    package static let learningRates = 0.04...0.3
    package static let lambdas = 0.1...30.0
    package static let childWeights = 1.0...30.0
    package static let rowShares = 0.5...1.0
    package static let columnShares = 0.3...1.0

    /// Parameters, each drawn by itself: what spans powers of ten evenly by its logarithm. The
    /// rounds are not drawn but found by stopping early.
    package static func draw(_ random: inout RandomSource) -> BoostingParameters {
        var parameters = BoostingParameters()
        parameters.depthMax = depths.lowerBound + random.next(below: depths.count)
        parameters.learningRate = logarithmically(learningRates, &random)
        parameters.lambda = logarithmically(lambdas, &random)
        parameters.childWeightMin = logarithmically(childWeights, &random)
        parameters.rowShare = evenly(rowShares, &random)
        parameters.columnShare = evenly(columnShares, &random)
        return parameters
    }

    private static func evenly(
        _ range: ClosedRange<Double>, _ random: inout RandomSource
    ) -> Double {
        let share = random.nextFraction()
        return rounded(range.lowerBound + share * (range.upperBound - range.lowerBound))
    }

    private static func logarithmically(
        _ range: ClosedRange<Double>, _ random: inout RandomSource
    ) -> Double {
        let start = Transcendental.logarithm(range.lowerBound)
        let end = Transcendental.logarithm(range.upperBound)
        let share = random.nextFraction()
        return rounded(Transcendental.exponential(start + share * (end - start)))
    }

    /// To three decimals, as a report shows it: the exponentials of math libraries differ after.
    private static func rounded(_ value: Double) -> Double {
        (value * 1000).rounded(.toNearestOrEven) / 1000
    }
}
