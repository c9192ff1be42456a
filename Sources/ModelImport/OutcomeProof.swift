internal import Features
internal import Measures
internal import Models
internal import POSIX

/// What a model's predictions for a table are worth, by the table's outcomes.
package struct OutcomeProof: Equatable, Sendable {
    /// Where the predictions are worse than a model that reads its columns rightly can be.
    package enum Contradiction: Equatable, Sendable {
        /// No better than chance, within the error.
        case ranksByChance
        /// The mean probability is farther from the rate than the limit.
        case meanFar(limit: Double)
        /// Worse than the rate for every row, by more than the error.
        case worseThanRate
        /// A part of the rows where the mean probability is far from the rate.
        case slice(ProofSlice, limit: Double)
    }

    package let rowCount: Int
    package let rate: Double
    package let meanProbability: Double
    package let rocAUC: Double
    package let rocAUCError: Double
    /// The log-loss, or of a regression the Brier score, which is what it was trained for: a
    /// probability of 0 or 1 would cost the infinite.
    package let loss: Double
    package let lossOfRate: Double
    package let isRegression: Bool
    /// The weight of each positive in training, as the model states it; 1 means none.
    package let positiveWeight: Double
    package let contradictions: [Contradiction]

    /// Of rows that all have an outcome; throws the numbers of both where there are too few.
    init(
        _ rows: ProofRows, _ scorer: inout ModelScorer, _ encoding: FeatureEncoding,
        _ schema: Schema, positiveWeight weight: Double, isDoubtful: Bool
    ) throws(TooFewOutcomes) {
        let labels = rows.rows.map { $0.label == true }
        let positives = labels.count { $0 }
        guard min(positives, labels.count - positives) >= ProofLimits.outcomeRowsMin else {
            throw TooFewOutcomes(positives: positives, negatives: labels.count - positives)
        }
        let stated = rows.rows.map { scorer.score($0.record).probability }
        let predictions = Predictions(singlePrecision: stated, labels: labels)
        let measures = BinaryMeasures(predictions)
        rowCount = labels.count
        rate = predictions.positiveShare
        meanProbability = predictions.meanProbability
        rocAUC = measures.rocAUC
        rocAUCError = OutcomeProof.error(
            ofAUC: measures.rocAUC, positives: positives, negatives: labels.count - positives)
        isRegression = scorer.ensemble.link == .identity
        positiveWeight = weight
        let losses = OutcomeProof.losses(predictions, isRegression: isRegression)
        let rated = Predictions(
            probabilities: labels.map { [rate] _ in rate }, labels: labels)
        let constant = OutcomeProof.losses(rated, isRegression: isRegression)
        loss = losses.reduce(0, +) / Double(rowCount)
        lossOfRate = constant.reduce(0, +) / Double(rowCount)
        let gaps = Spread(zip(losses, constant).map { $0 - $1 })

        // A positive that counted w times has odds w times too high.
        let odds = predictions.probabilities.map { $0 / ($0 + weight * (1 - $0)) }
        var found: [Contradiction] = []
        let least = rocAUC - ProofLimits.intervalErrors * rocAUCError
        if least <= 0.5 { found.append(.ranksByChance) }
        let limit =
            (isDoubtful ? ProofLimits.doubtfulMeanGapMax : ProofLimits.meanGapMax)
            + ProofLimits.gapErrors * OutcomeProof.error(ofRate: rate, rowCount)
        let mean = odds.reduce(0, +) / Double(rowCount)
        if (mean - rate).magnitude > limit { found.append(.meanFar(limit: limit)) }
        let lossError = gaps.deviation / Double(rowCount).squareRoot()
        if gaps.mean - ProofLimits.intervalErrors * lossError > 0 { found.append(.worseThanRate) }
        let slices = ProofSlices(rows: rows, labels: labels, probabilities: odds, schema: schema)
        if let worst = slices.worst(shownBy: encoding, isDoubtful: isDoubtful) {
            found.append(.slice(worst.slice, limit: worst.limit))
        }
        contradictions = found
    }

    /// The standard error of an area under the curve (Hanley and McNeil 1982), and at least that of
    /// an area of one half.
    static func error(ofAUC area: Double, positives: Int, negatives: Int) -> Double {
        let (m, n) = (Double(positives), Double(negatives))
        let both = area / (2 - area) - area * area
        let either = 2 * area * area / (1 + area) - area * area
        let variance = (area * (1 - area) + (m - 1) * both + (n - 1) * either) / (m * n)
        return max(variance, 0).squareRoot()
    }

    static func error(ofRate rate: Double, _ count: Int) -> Double {
        (rate * (1 - rate) / Double(count)).squareRoot()
    }

    private static func losses(_ predictions: Predictions, isRegression: Bool) -> [Double] {
        zip(predictions.probabilities, predictions.labels).map { probability, label in
            let given = label ? probability : 1 - probability
            return isRegression
                ? (1 - given) * (1 - given)
                : -Transcendental.logarithm(max(given, Double.ulpOfOne))
        }
    }
}

/// Rows of both outcomes, one of them too few.
struct TooFewOutcomes: Error {
    let positives: Int
    let negatives: Int
}

extension OutcomeProof: CustomStringConvertible {
    /// One line of figures.
    package var description: String {
        let low = rocAUC - ProofLimits.intervalErrors * rocAUCError
        let high = rocAUC + ProofLimits.intervalErrors * rocAUCError
        let name = isRegression ? "Brier score" : "log-loss"
        return "\(rowCount) rows: ROC-AUC \(figure(rocAUC)) (\(figure(low)) to "
            + "\(figure(min(high, 1)))), \(name) \(figure(loss)) (the rate alone "
            + "\(figure(lossOfRate))), mean probability \(figure(meanProbability)), rate "
            + figure(rate)
            + (positiveWeight == 1
                ? ""
                : "; trained with scale_pos_weight \(figure(positiveWeight)), so that "
                    + "probabilities are too high by intent")
    }

    /// One line for each contradiction.
    package var reasons: [String] {
        contradictions.map { contradiction in
            switch contradiction {
            case .ranksByChance:
                "ranks no better than chance, ROC-AUC \(figure(rocAUC)) within an error of "
                    + "\(figure(ProofLimits.intervalErrors * rocAUCError)): another target, its "
                    + "other outcome, or columns that mean something else"
            case .meanFar(let limit):
                "the mean probability is \(figure(meanProbability)) and the rate \(figure(rate)), "
                    + "\(meanProbability > rate ? "too high" : "too low") by more than "
                    + "\(figure(limit)): a scaled column, another target, or training on resampled "
                    + "or weighted rows, whose probabilities must not be served as they are"
            case .worseThanRate:
                "\(isRegression ? "a Brier score" : "a log-loss") of \(figure(loss)), where the "
                    + "rate for every row has \(figure(lossOfRate))"
            case .slice(let slice, let limit):
                "farthest apart where \(slice.text), \(slice.count) rows: the mean probability is "
                    + "\(figure(slice.meanProbability)) and the rate \(figure(slice.rate)), by "
                    + "more than \(figure(limit))"
            }
        }
    }
}

/// Four decimals.
func figure(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
