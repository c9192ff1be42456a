package import Models

/// Metrics of predicted probabilities for a binary outcome.
package struct BinaryMeasures: Equatable, Sendable {
    package let count: Int
    package let positiveCount: Int
    package let meanProbability: Double
    package let rocAUC: Double
    package let prAUC: Double
    package let logLoss: Double
    package let brier: Double
    package let calibrationError: Double
    /// One for each level, the highest risk first.
    package let bands: [RiskBand]
    private let decision: OperatingPoint
    private let bestF1: OperatingPoint
    private let recall80: OperatingPoint

    /// Of predictions that hold both a positive and a negative.
    package init(_ predictions: Predictions, thresholds: Thresholds = .standard) {
        let ranking = Ranking(predictions)
        count = predictions.count
        positiveCount = predictions.positiveCount
        meanProbability = predictions.meanProbability
        rocAUC = ranking.rocAUC
        prAUC = ranking.prAUC
        logLoss = predictions.logLoss
        brier = predictions.brier
        calibrationError = Reliability(predictions).calibrationError
        bands = RiskBand.all(predictions, by: thresholds)
        decision = OperatingPoint(predictions, decidedBy: thresholds)
        bestF1 = ranking.bestF1
        recall80 = ranking.point(recallAtLeast: OperatingRule.recallWanted)
    }

    package func point(_ rule: OperatingRule) -> OperatingPoint {
        switch rule {
        case .decision: decision
        case .bestF1: bestF1
        case .recall80: recall80
        }
    }

    /// One figure; nil only for what happened in a band that holds no row.
    package func value(_ measure: Measure) -> Double? {
        switch measure {
        case .rocAUC: rocAUC
        case .prAUC: prAUC
        case .logLoss: logLoss
        case .brier: brier
        case .calibrationError: calibrationError
        case .threshold(let rule): point(rule).threshold
        case .precision(let rule): point(rule).precision
        case .recall(let rule): point(rule).recall
        case .f1(let rule): point(rule).f1
        case .bandShare(let level): band(level)?.share
        case .bandRate(let level): band(level)?.rate
        }
    }

    private func band(_ level: RiskLevel) -> RiskBand? { bands.first { $0.level == level } }
}

/// The figures of `BinaryMeasures` that are averaged over folds.
package enum Measure: Hashable, Sendable {
    case rocAUC, prAUC, logLoss, brier, calibrationError
    case threshold(OperatingRule), precision(OperatingRule)
    case recall(OperatingRule), f1(OperatingRule)
    case bandShare(RiskLevel), bandRate(RiskLevel)

    /// All, as tables show them.
    package static let all: [Measure] =
        [.rocAUC, .prAUC, .logLoss, .brier, .calibrationError]
        + OperatingRule.allCases.flatMap { rule in
            [.threshold(rule), .precision(rule), .recall(rule), .f1(rule)]
        }
        + RiskLevel.allCases.flatMap { [.bandShare($0), .bandRate($0)] }

    /// The name it has in a manifest.
    package var key: String {
        switch self {
        case .rocAUC: "roc_auc"
        case .prAUC: "pr_auc"
        case .logLoss: "log_loss"
        case .brier: "brier"
        case .calibrationError: "ece"
        case .threshold(let rule): "threshold_\(Measure.key(rule))"
        case .precision(let rule): "precision_\(Measure.key(rule))"
        case .recall(let rule): "recall_\(Measure.key(rule))"
        case .f1(let rule): "f1_\(Measure.key(rule))"
        case .bandShare(let level): "share_\(Measure.key(level))"
        case .bandRate(let level): "rate_\(Measure.key(level))"
        }
    }

    private static func key(_ rule: OperatingRule) -> String {
        switch rule {
        case .decision: "at_decision"
        case .bestF1: "at_best_f1"
        case .recall80: "at_recall_80"
        }
    }

    private static func key(_ level: RiskLevel) -> String {
        switch level {
        case .high: "high"
        case .medium: "medium"
        case .low: "low"
        }
    }
}
