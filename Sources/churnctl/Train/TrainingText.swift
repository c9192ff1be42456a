internal import Bytes
internal import Features
internal import Measures
internal import Models
internal import Training

/// What a training prints when it is done.
struct TrainingText {
    private let outcome: TrainingOutcome
    private let data: TrainingData

    init(_ outcome: TrainingOutcome, _ data: TrainingData) {
        self.outcome = outcome
        self.data = data
    }

    var lines: [String] {
        let plan = outcome.plan
        var lines =
            [
                "\(data.records.count) rows, \(data.positiveCount) positive; "
                    + "\(plan.holdOut.count) held out"
            ] + grouping + [
                "",
                "\(plan.foldCount) folds, \(plan.repeatCount) times, on the other "
                    + "\(plan.learning.count); mean ± sd",
            ]
        lines +=
            TextTable(
                header: [
                    "candidate", "ROC-AUC", "log-loss", "Brier", "ECE", "AUC less chosen",
                    "better in",
                ],
                rows: outcome.comparison.results.map(row)
            ).lines
        lines += [
            "", "chosen: \(outcome.selected.candidate.title) (\(outcome.model.recipe.summary))",
            "calibration: \(calibration)",
        ]
        lines += ["", "hold-out"] + MeasuresText(outcome.model.holdOut).lines + [""]
        return lines
    }

    private var grouping: [String] {
        guard let groups = outcome.groups else { return [] }
        return [
            "\(groups.count) values of \(groups.column); rows of one value are kept together"
        ]
    }

    /// What was done, and by what reason.
    private var calibration: String {
        let kind =
            switch outcome.model.calibration {
            case .none: "none"
            case .platt: "Platt"
            }
        guard let trial = outcome.selected.calibration else {
            return outcome.options.balancing.isActive ? kind : "none; the margins rank by chance"
        }
        return "\(kind); out of fold it lowers the log-loss by "
            + "\(FigureText.fixed(trial.gain.mean, 4)), standard error "
            + FigureText.fixed(trial.standardError, 4)
    }

    private func row(_ result: CandidateResult) -> [String] {
        let isChosen = result.candidate == outcome.selected.candidate
        let spreads = [Measure.rocAUC, .logLoss, .brier, .calibrationError].map { measure in
            FigureText.spread(result.folds.spread(measure), 4)
        }
        let difference = result.folds.difference(from: outcome.selected.folds, .rocAUC)
        return [(isChosen ? "* " : "  ") + result.candidate.title] + spreads
            + [
                isChosen ? "" : FigureText.signedSpread(difference?.spread, 4),
                isChosen ? "" : "\(difference?.above ?? 0) of \(difference?.count ?? 0)",
            ]
    }
}

/// A model's figures on some rows.
struct MeasuresText {
    private let holdOut: HoldOutMeasures

    init(_ holdOut: HoldOutMeasures) { self.holdOut = holdOut }

    var lines: [String] {
        let measures = holdOut.measures
        var lines = [
            "  rows      \(measures.count), \(measures.positiveCount) positive",
            "  ROC-AUC   \(FigureText.fixed(measures.rocAUC, 6)); 95 % interval "
                + FigureText.range(holdOut.areaInterval.range, 4),
            "  PR-AUC    \(FigureText.fixed(measures.prAUC, 6))",
            "  log-loss  \(FigureText.fixed(measures.logLoss, 6))",
            "  Brier     \(FigureText.fixed(measures.brier, 6))",
            "  ECE       \(FigureText.fixed(measures.calibrationError, 6)); a perfect model shows "
                + FigureText.spread(holdOut.noiseFloor, 4),
        ]
        for (name, rule) in [
            ("decision", OperatingRule.decision), ("best F1", .bestF1), ("recall 0.80", .recall80),
        ] {
            let point = measures.point(rule)
            lines.append(
                "  \(name): at \(FigureText.fixed(point.threshold, 4)) precision "
                    + "\(FigureText.fixed(point.precision, 4)), recall "
                    + "\(FigureText.fixed(point.recall, 4)), F1 \(FigureText.fixed(point.f1, 4))")
        }
        for band in measures.bands {
            lines.append(
                "  \(band.level.rawValue): \(FigureText.percent(band.share)) of rows, "
                    + "\(FigureText.percent(band.rate)) of them positive")
        }
        return lines
    }
}
