internal import Bytes
internal import Measures
internal import Reports

/// The measures of the chosen model, over the folds and on the hold-out.
struct MeasureSection {
    let holdOut: HoldOutMeasures
    let folds: FoldMeasures

    func write(to html: inout HTMLWriter) {
        html.table(
            caption: "The hold-out was seen once, when all was decided.",
            columns: [
                .words("Measure"), .figures("Hold-out"), .figures("Over folds"),
                .sentences("What it tells"),
            ],
            rows: [
                row("ROC-AUC", .rocAUC, "chance that a churner is ranked above another customer"),
                row("PR-AUC", .prAUC, "average precision over all recalls"),
                row("Log-loss", .logLoss, "mean surprise by what happened; lower is better"),
                row("Brier score", .brier, "mean squared error of the probability"),
                row(
                    "ECE", .calibrationError,
                    "mean distance of stated from observed churn, in ten bins; a perfect model "
                        + "shows \(FigureText.spread(holdOut.noiseFloor, 3)) on this hold-out"),
            ])
        html.element("h3", text: "Lines to decide at")
        html.table(
            caption: "Figures of the hold-out, below them the mean ± standard deviation over "
                + "folds. Best F1 and a recall of 80\u{A0}% are found on the same rows they are "
                + "reported, which flatters them a little.",
            columns: [
                .words("Line"), .figures("Threshold"), .figures("Precision"), .figures("Recall"),
                .figures("F1"), .figures("Predicted"),
            ],
            rows: OperatingRule.allCases.map { rule in
                [
                    .init(rule.lineTitle), cell(.threshold(rule)), cell(.precision(rule)),
                    cell(.recall(rule)), cell(.f1(rule)), .init(called(rule)),
                ]
            })
    }

    private func row(_ name: String, _ measure: Measure, _ meaning: String) -> [TableCell] {
        [
            .init(name), .init(FigureText.figure(holdOut.measures.value(measure), 4)),
            .init(FigureText.spread(folds.spread(measure), 4)), .init(meaning),
        ]
    }

    private func cell(_ measure: Measure) -> TableCell {
        let spread = folds.spread(measure)
        return .init(
            FigureText.figure(holdOut.measures.value(measure), 3),
            note: spread.map { FigureText.spread($0, 3) } ?? "")
    }

    private func called(_ rule: OperatingRule) -> String {
        let point = holdOut.measures.point(rule)
        return FigureText.count(point.truePositives + point.falsePositives)
    }
}

extension OperatingRule {
    fileprivate var lineTitle: String {
        switch self {
        case .decision: "Decision of the service"
        case .bestF1: "Best F1"
        case .recall80: "Recall of 80\u{A0}%"
        }
    }
}
