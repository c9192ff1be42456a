package import Measures
internal import Models

/// Whether a line after Platt makes a candidate's probabilities better, tried on rows that neither
/// the model nor the line was trained on: each fold's line is learned from the margins of the other
/// folds of its repeat.
package struct CalibrationTrial: Equatable, Sendable {
    /// By how much the log-loss falls, over the folds.
    package let gain: Spread
    /// Of the mean gain, by folds that overlap in what is learned (Nadeau, Bengio 2003).
    package let standardError: Double
    /// Of the margins of all folds: what a model of all their rows is calibrated with.
    package let line: PlattScaling
    /// Of each fold's testing rows, calibrated, and their measures.
    let probabilities: [[Float]]
    let folds: FoldMeasures

    /// Whether the log-loss falls by more than the standard error.
    package var helps: Bool { gain.mean > standardError }

    /// Nil where margins rank no better than chance.
    ///
    /// - Parameter margins: of each fold's testing rows.
    /// - Parameter folds: the measures of the margins' own probabilities.
    init?(margins: [[Float]], folds: FoldMeasures, plan: FoldPlan, labels: [Bool], link: Link) {
        let outcomes = plan.folds.map { fold in fold.testing.map { labels[$0] } }
        var probabilities: [[Float]] = []
        for (index, fold) in plan.folds.enumerated() {
            let others = plan.folds.indices.filter {
                $0 != index && plan.folds[$0].round == fold.round
            }
            guard
                let line = PlattScaling(
                    margins: others.flatMap { margins[$0] }, labels: others.flatMap { outcomes[$0] }
                )
            else { return nil }
            let calibration = line.calibration
            probabilities.append(
                margins[index].map { calibration.probability(fromMargin: $0, link: link) })
        }
        guard
            let line = PlattScaling(
                margins: margins.flatMap { $0 }, labels: outcomes.flatMap { $0 })
        else { return nil }
        let calibrated = zip(probabilities, outcomes).map { probabilities, outcomes in
            BinaryMeasures(Predictions(singlePrecision: probabilities, labels: outcomes))
        }
        gain = Spread(zip(folds.folds, calibrated).map { $0.logLoss - $1.logLoss })
        let tested = Double(plan.folds[0].testing.count)
        let learned = Double(plan.folds[0].learning.count)
        standardError =
            gain.deviation * (1 / Double(calibrated.count) + tested / learned).squareRoot()
        self.line = line
        self.probabilities = probabilities
        self.folds = FoldMeasures(calibrated)
    }
}
