internal import Bytes
internal import Measures
internal import Reports

/// The curves of ranking, with the places of the lines that a decision may be taken at.
struct RankingCharts {
    let holdOut: HoldOutMeasures

    private static let height = 330.0

    func write(to html: inout HTMLWriter) {
        writeROC(to: &html)
        writePR(to: &html)
    }

    private var measures: BinaryMeasures { holdOut.measures }

    private func frame() -> Frame { Frame(x: 0...1, y: 0...1, top: 28, bottom: 284) }

    private func writeROC(to html: inout HTMLWriter) {
        let area = FigureText.fixed(measures.rocAUC, 3)
        html.chart(
            id: "roc", title: "ROC curve, area \(area)",
            description: "The share of churned customers found against the share of others called "
                + "in error, over all thresholds. The area under the curve is \(area).",
            height: RankingCharts.height,
            legend: [
                (.line(.first), "the model"),
                (.reference, "chance, area 0.5"),
            ] + markLegend
        ) { html in
            let frame = frame()
            frame.drawAxes(
                &html, xName: "False positive rate", yName: "True positive rate")
            frame.drawCurve(
                &html, [(0, 0), (1, 1)], "reference")
            frame.drawCurve(&html, holdOut.rocPoints.map { ($0.x, $0.y) }, Ink.first.stroke)
            drawMarks(&html, in: frame, numberShift: (6, 14)) { point in
                let negatives = point.falsePositives + point.trueNegatives
                return (Double(point.falsePositives) / Double(negatives), point.recall)
            }
        }
    }

    private func writePR(to html: inout HTMLWriter) {
        let area = FigureText.fixed(measures.prAUC, 3)
        let share = Double(measures.positiveCount) / Double(measures.count)
        html.chart(
            id: "pr", title: "Precision and recall, average precision \(area)",
            description: "The share of churned customers among those called against the share of "
                + "churned customers found, over all thresholds. The average precision is \(area).",
            height: RankingCharts.height,
            legend: [
                (.line(.first), "the model"),
                (.reference, "churn rate, \(FigureText.percent(share))"),
            ] + markLegend
        ) { html in
            let frame = frame()
            frame.drawAxes(&html, xName: "Recall", yName: "Precision")
            frame.drawCurve(
                &html, [(0, share), (1, share)], "reference")
            frame.drawCurve(
                &html, holdOut.prPoints.map { ($0.x, $0.y) }, Ink.first.stroke, isStepped: true)
            drawMarks(&html, in: frame, numberShift: (6, -6)) { point in
                (point.recall, point.precision)
            }
        }
    }

    private var markLegend: [(sample: LegendSample, text: String)] {
        OperatingRule.allCases.enumerated().map { index, rule in
            let threshold = FigureText.fixed(measures.point(rule).threshold, 3)
            return (.dot(.second), "\(index + 1): \(rule.title), \(threshold)")
        }
    }

    /// `numberShift` leads from a mark to the side of the curve that is free.
    private func drawMarks(
        _ html: inout HTMLWriter, in frame: Frame, numberShift: (x: Double, y: Double),
        at place: (OperatingPoint) -> (x: Double, y: Double)
    ) {
        var marks: [(point: (x: Double, y: Double), numbers: String)] = []
        for (index, rule) in OperatingRule.allCases.enumerated() {
            let point = place(measures.point(rule))
            if let mark = marks.firstIndex(where: { $0.point == point }) {
                marks[mark].numbers += ", \(index + 1)"
            } else {
                marks.append((point, "\(index + 1)"))
            }
        }
        for (point, numbers) in marks {
            frame.drawDot(&html, point, .second)
            Frame.text(
                &html, numbers, at: frame.x.place(point.x) + numberShift.x,
                frame.y.place(point.y) + numberShift.y, anchor: "start")
        }
    }
}

extension OperatingRule {
    /// The rule in the report's words.
    var title: String {
        switch self {
        case .decision: "the decision"
        case .bestF1: "best F1"
        case .recall80: "recall of 80\u{A0}%"
        }
    }
}
