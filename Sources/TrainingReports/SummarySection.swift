internal import Bytes
internal import Measures
internal import Models
internal import Reports

/// The figures to know first.
struct SummarySection {
    let contents: ReportContents

    func write(to html: inout HTMLWriter) {
        let holdOut = contents.holdOut
        let measures = holdOut.measures
        let folds = contents.selected.folds
        let high = measures.bands[0]
        html.element("dl", [("class", "key")]) { html in
            write(
                "ROC-AUC on the hold-out", FigureText.fixed(measures.rocAUC, 3),
                "95\u{A0}% interval \(FigureText.range(holdOut.areaInterval.range, 3)); "
                    + "\(FigureText.spread(folds.spread(.rocAUC), 3)) over folds", to: &html)
            write(
                "Log-loss on the hold-out", FigureText.fixed(measures.logLoss, 3),
                "\(FigureText.spread(folds.spread(.logLoss), 3)) over folds", to: &html)
            write(
                "Calibration error", FigureText.fixed(measures.calibrationError, 3),
                "a perfect model shows \(FigureText.spread(holdOut.noiseFloor, 3))", to: &html)
            write(
                "Churned in the band High", FigureText.percent(high.rate, 0),
                "the band holds \(FigureText.percent(high.share)) of customers", to: &html)
        }
    }

    private func write(
        _ name: String, _ figure: String, _ note: String, to html: inout HTMLWriter
    ) {
        html.element("div") { html in
            html.element("dt", text: name)
            html.element("dd") { html in
                html.text(figure)
                html.element("small", text: note)
            }
        }
    }
}

/// What was learned from.
struct DataSection {
    let data: ReportContents.DataSummary

    func write(to html: inout HTMLWriter) {
        let share = data.rowCount == 0 ? nil : Double(data.positiveCount) / Double(data.rowCount)
        html.element(
            "p",
            text: "\(FigureText.count(data.rowCount)) customers, of whom "
                + "\(FigureText.count(data.positiveCount)) (\(FigureText.percent(share, 2))) "
                + "churned. \(FigureText.count(data.holdOutCount)) of them were set aside as the "
                + "hold-out before anything was learned.")
        html.list(data.notes)
        html.table(
            caption: "Columns of \(data.source)",
            columns: [
                .words("Column"), .words("Kind"), .sentences("Values"), .figures("Blank cells"),
            ],
            rows: data.columns.map { column in
                [
                    .init(column.name), .init(column.kind), .init(column.values),
                    .init(FigureText.count(column.blankCount)),
                ]
            })
    }
}
