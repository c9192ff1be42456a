internal import Bytes
internal import Measures
internal import Reports

/// Whether stated probabilities are what happens.
struct CalibrationSection {
    let holdOut: HoldOutMeasures

    func write(to html: inout HTMLWriter) {
        let error = FigureText.fixed(holdOut.measures.calibrationError, 3)
        html.element(
            "p",
            text: "The expected calibration error is \(error). A perfectly calibrated model with "
                + "these probabilities would show "
                + "\(FigureText.spread(holdOut.noiseFloor, 3)) on as many rows, by chance alone.")
        html.element("div", [("class", "charts pair")]) { html in
            CalibrationCharts(holdOut: holdOut).write(to: &html)
        }
        html.element("details") { html in
            html.element("summary", text: "The bins as a table")
            html.table(
                caption: "Stated and observed churn by tenth of the probability",
                columns: [
                    .words("Probability"), .figures("Customers"), .figures("Churned"),
                    .figures("Stated"), .figures("Observed"), .figures("95\u{A0}% interval"),
                ],
                rows: holdOut.reliability.bins.map(row))
        }
    }

    private func row(_ bin: Reliability.Bin) -> [TableCell] {
        let interval = bin.interval.map {
            FigureText.percent($0.lowerBound) + " to " + FigureText.percent($0.upperBound)
        }
        return [
            .init("\(FigureText.fixed(bin.lower, 1)) to \(FigureText.fixed(bin.upper, 1))"),
            .init(FigureText.count(bin.count)), .init(FigureText.count(bin.positives)),
            .init(FigureText.percent(bin.meanProbability)), .init(FigureText.percent(bin.rate)),
            .init(interval ?? FigureText.none),
        ]
    }
}
