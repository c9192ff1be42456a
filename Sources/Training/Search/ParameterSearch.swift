internal import Bytes
package import Features
package import Measures
internal import Models
package import XGBoost

/// Searches the parameters of boosted trees by their measure on folds of the rows it is given: it
/// sees no others, so that it may run inside the folds that candidates are compared on.
package struct ParameterSearch: Equatable, Sendable {
    /// How many sets of parameters are tried.
    package var trials = 24
    /// Into how many folds the rows are divided.
    package var foldCount = 3
    package var roundsMax = 500
    /// After so many rounds the trees are looked at.
    package var roundsBetweenChecks = 10
    /// Without a better look for so many rounds, a trial ends.
    package var patienceRounds = 40

    package init() {}

    /// The best parameters, their rounds included: those of the trial, and of the look at it, with
    /// the least loss on average over the folds. `rows` hold each outcome as often as there are
    /// folds.
    package func best(
        learning rows: LearningSet, schema: Schema, encoding: FeatureEncoding,
        balancing: Balancing, seeds: RandomSeeds
    ) throws(XGBoostError) -> BoostingParameters {
        let division = StratifiedFolds(
            labels: rows.labels, groups: rows.groups, count: foldCount,
            seed: seeds.seed(of: .folds))
        var folds: [SearchFold] = []
        for fold in 0..<foldCount {
            let learning = balancing.applied(
                to: rows.rows(division.rows(outside: fold)), schema: schema,
                seed: seeds.seed(of: .resampling, fold))
            folds.append(
                try SearchFold(
                    learning: FeatureMatrix(learning, encoding: encoding),
                    testing: FeatureMatrix(
                        rows.rows(division.rows(in: fold)), encoding: encoding),
                    baseScore: learning.positiveShare,
                    measure: balancing.isActive ? .ranking : .logLoss))
        }
        var random = RandomSource(seed: seeds.seed(of: .search))
        var best: (parameters: BoostingParameters, loss: Double)?
        for _ in 0..<trials {
            var parameters = SearchSpace.draw(&random)
            let found = try rounds(parameters, folds, seed: seeds.seed(of: .fitting))
            parameters.rounds = found.rounds
            if found.loss < best?.loss ?? .infinity { best = (parameters, found.loss) }
        }
        guard let best else { preconditionFailure("a search has a trial") }
        return best.parameters
    }

    /// How many rounds are best with these parameters, and the loss there.
    private func rounds(
        _ parameters: BoostingParameters, _ folds: [SearchFold], seed: UInt64
    ) throws(XGBoostError) -> (rounds: Int, loss: Double) {
        for fold in folds { try fold.begin(parameters, seed: seed) }
        var best = (rounds: roundsBetweenChecks, loss: Double.infinity)
        var rounds = 0
        while rounds < roundsMax && rounds - best.rounds < patienceRounds {
            var sum = 0.0
            for fold in folds {
                sum += try fold.loss(afterRounds: rounds..<rounds + roundsBetweenChecks)
            }
            rounds += roundsBetweenChecks
            let loss = sum / Double(folds.count)
            if loss < best.loss { best = (rounds, loss) }
        }
        return best
    }
}

/// One fold of a search, with what has grown on it so far.
private final class SearchFold {
    /// What is measured on a fold, the smaller the better.
    enum FoldLoss {
        case logLoss
        /// What the area under the ROC curve lacks. Rows that were resampled or weighted make the
        /// log-loss worse of better models too.
        case ranking
    }

    private let learning: DataMatrix
    private let testing: DataMatrix
    private let labels: [Bool]
    private let baseScore: Float
    private let measure: FoldLoss
    private var booster: Booster?

    init(
        learning: FeatureMatrix, testing: FeatureMatrix, baseScore: Float, measure: FoldLoss
    ) throws(XGBoostError) {
        self.learning = try learning.dataMatrix()
        self.testing = try testing.dataMatrix()
        labels = testing.labels
        self.baseScore = baseScore
        self.measure = measure
    }

    func begin(_ parameters: BoostingParameters, seed: UInt64) throws(XGBoostError) {
        booster = try Booster(
            learning: learning, parameters: parameters.settings(baseScore: baseScore, seed: seed))
    }

    /// Adds these rounds and measures what has grown.
    func loss(afterRounds rounds: Range<Int>) throws(XGBoostError) -> Double {
        for round in rounds { try booster?.update(round: round, learning: learning) }
        guard let margins = try booster?.margins(of: testing) else { return .infinity }
        let predictions = Predictions(
            singlePrecision: margins.map { Logistic.probability(fromMargin: $0) }, labels: labels)
        return switch measure {
        case .logLoss: predictions.logLoss
        case .ranking: 1 - Ranking(predictions).rocAUC
        }
    }
}
