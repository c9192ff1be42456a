internal import Bytes
internal import DataCheck
internal import Features
internal import Measures
internal import Models
package import Training
internal import XGBoost

extension ReportContents {
    /// What is reported of a training.
    ///
    /// - Parameter source: what the table is called.
    package init(_ outcome: TrainingOutcome, _ data: TrainingData, source: String) {
        let texts = TrainingReportTexts(outcome: outcome, data: data)
        self.init(
            modelName: outcome.options.name, modelVersion: outcome.options.version,
            data: DataSummary(
                source: source, rowCount: data.records.count, positiveCount: data.positiveCount,
                holdOutCount: outcome.plan.holdOut.count, columns: texts.columns,
                notes: texts.notes),
            comparison: ComparisonTable(
                method: texts.method, candidates: texts.candidates,
                selected: outcome.selection.chosen, reason: texts.reason),
            holdOut: outcome.model.holdOut, importance: outcome.model.insight.importance,
            effects: outcome.model.insight.effects,
            card: ModelCard(
                intendedUse: texts.intendedUse, data: texts.dataUse, limits: texts.limits),
            groups: outcome.model.insight.groups, provenance: texts.provenance)
        importanceRowCount = outcome.model.insight.importanceRowCount
        effectRowCount = outcome.model.insight.effectRowCount
    }
}

/// The sentences of a report.
private struct TrainingReportTexts {
    let outcome: TrainingOutcome
    let data: TrainingData

    var columns: [ReportContents.Column] {
        let schema = data.schema
        let fields = schema.fields.enumerated().map { index, field -> ReportContents.Column in
            let numbers = data.records.map { $0.values[index] }
            let range =
                "\(FigureText.plain(numbers.min() ?? 0)) to "
                + FigureText.plain(numbers.max() ?? 0)
            let (kind, values) =
                switch field.kind {
                case .category(let values, _): ("category", values.joined(separator: ", "))
                case .integer: ("integer", range)
                case .number: ("number", range)
                }
            return (field.name, kind, values, data.blankCounts[index])
        }
        let derived = schema.derived.map { feature -> ReportContents.Column in
            switch feature.kind {
            case .bins(let field, _, let labels):
                (
                    feature.name, "derived from \(schema.fields[field].name)",
                    labels.joined(separator: ", "), 0
                )
            case .count(let fields):
                (
                    feature.name, "derived, a count",
                    "how many of "
                        + fields.map { schema.fields[$0.field].name }.joined(separator: ", "),
                    0
                )
            }
        }
        return fields + derived
    }

    var notes: [String] {
        let blanks = zip(data.schema.fields, data.blankCounts).filter { $0.1 > 0 }
        return blanks.map { field, count in
            "\(field.name): \(FigureText.count(count)) blank cells were taken as "
                + "\(FigureText.plain(field.blank ?? 0)), as the schema says."
        } + ["No row was dropped."] + grouping
            + outcome.deciding.map { finding in
                "Warning: \(finding.name) alone ranks the rows with a ROC-AUC of "
                    + "\(FigureText.fixed(finding.area, 4)). If it is known only after the "
                    + "outcome, no figure here holds for customers whose outcome is open."
            }
    }

    private var grouping: [String] {
        guard let groups = outcome.groups else { return [] }
        return [
            "\(FigureText.count(data.records.count)) rows have \(FigureText.count(groups.count)) "
                + "values of \(groups.column). Rows of one value were kept together, in the "
                + "hold-out and in the folds, so that no figure rests on recognising a customer."
        ]
    }

    var method: String {
        let options = outcome.options
        let rows = FigureText.count(outcome.plan.learning.count)
        var text =
            "\(options.foldCount)-fold cross-validation, stratified, repeated "
            + "\(options.repeatCount) times on the \(rows) rows outside the hold-out; every "
            + "candidate on the same folds."
        if options.candidates.contains(.tuned) {
            text +=
                " The parameters of the tuned candidate were searched separately within each "
                + "fold's "
                + "training rows: \(options.search.trials) trials by the log-loss on "
                + "\(options.search.foldCount) inner folds."
        }
        return text + balancing + calibrations
    }

    private var calibrations: String {
        guard !outcome.options.balancing.isActive else { return "" }
        let names = outcome.comparison.results.filter(\.isCalibrated).map(\.candidate.title)
        let rule =
            " A candidate is calibrated after Platt where that lowers the log-loss out of fold by "
            + "more than the standard error"
        return names.isEmpty
            ? "\(rule): here none is." : "\(rule): \(names.joined(separator: ", "))."
    }

    private var balancing: String {
        let balancing = outcome.options.balancing
        guard balancing.isActive else { return "" }
        let steps =
            (balancing.resampling == .smote ? ["rows of the rarer outcome made up by SMOTE"] : [])
            + (balancing.classWeight == .balanced ? ["outcomes weighted alike"] : [])
        return " Learned from with \(steps.joined(separator: " and ")), in training rows only; "
            + "probabilities calibrated after Platt on rows the models did not learn."
    }

    var candidates: [ReportContents.CandidateRow] {
        outcome.comparison.results.enumerated().map { index, result in
            let isShipped = index == outcome.selection.chosen && result.candidate.recipe == nil
            let settings =
                isShipped
                ? "\(result.settings); in the end \(outcome.model.recipe.summary)"
                : result.settings
            return (result.candidate.title, settings, result.folds)
        }
    }

    var reason: String {
        let rule =
            "Chosen is the simplest candidate whose mean ROC-AUC is within "
            + "\(FigureText.plain(Selection.areaMargin)) of the best, and whose log-loss is within "
            + "\(FigureText.percent(Selection.lossMargin, 0)) of the least of these"
        let best = outcome.comparison.results[outcome.selection.best]
        let chosen = outcome.selected
        guard best != chosen else { return "\(rule); here it has the highest ROC-AUC." }
        return
            "\(rule). The highest ROC-AUC is that of \(best.candidate.title); chosen is "
            + "\(chosen.candidate.title)."
    }

    var intendedUse: [String] {
        [
            "To rank customers by the chance that they leave, and to decide whom to make an offer.",
            "To state that chance as a probability: of customers to whom it gives 0.3, about three "
                + "in ten leave.",
            "Not to decide alone about anything that harms a customer, such as ending a contract.",
        ]
    }

    var dataUse: [String] {
        [
            "Learned from \(FigureText.count(learnedCount)) rows of one table, of whom "
                + "\(FigureText.percent(Double(data.positiveCount) / Double(data.labels.count))) "
                + "churned.",
            "A row is a customer at one moment; the table does not say when.",
            "The bundle holds no customer's record: its golden requests are invented.",
        ]
    }

    private var learnedCount: Int {
        outcome.options.refits ? data.labels.count : outcome.plan.learning.count
    }

    var limits: [String] {
        [
            "What customers do changes. Compare the mean probability with the rate of churn, and "
                + "retrain when they part.",
            "A contribution says what the model makes of a value, not what would happen if it were "
                + "changed.",
            "The ROC-AUC on the hold-out of \(FigureText.count(outcome.plan.holdOut.count)) rows "
                + "has a 95\u{A0}% interval of "
                + "\(FigureText.range(outcome.model.holdOut.areaInterval.range, 3)), by bootstrap"
                + (outcome.groups.map { " of the values of \($0.column)" } ?? "")
                + ": compare candidates on the folds.",
        ]
    }

    var provenance: [ReportContents.Fact] {
        let options = outcome.options
        return [
            ("Table, SHA-256", data.sha256),
            ("Rows", FigureText.count(data.labels.count)),
            ("Learned from", FigureText.count(learnedCount)),
            ("Seed", "\(options.seed)"),
            ("Library", "XGBoost \(XGBoostLibrary.version)"),
            ("Candidate", outcome.selected.candidate.title),
            ("Settings", outcome.model.recipe.summary),
            ("Calibration", calibration),
        ]
    }

    private var calibration: String {
        switch outcome.model.calibration {
        case .none: "none"
        case .platt(let slope, let intercept):
            "Platt, slope \(FigureText.plain(slope)), intercept \(FigureText.plain(intercept))"
        }
    }
}
