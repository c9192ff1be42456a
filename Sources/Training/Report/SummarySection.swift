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
