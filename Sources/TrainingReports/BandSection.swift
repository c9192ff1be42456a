internal import Bytes
internal import Measures
internal import Models
internal import Reports

/// The bands of risk and what happened in them.
struct BandSection {
    let holdOut: HoldOutMeasures
    let folds: FoldMeasures

    func write(to html: inout HTMLWriter) {
        html.table(
            caption: "Bands on the hold-out, below the figures the mean ± standard deviation over "
                + "folds",
            columns: [
                .words("Band"), .words("Probability"), .figures("Customers"),
                .figures("Share of all"), .figures("Churned of them"),
                .figures("Share of churners"),
            ],
            rows: holdOut.measures.bands.map(row))
    }

    private func row(_ band: RiskBand) -> [TableCell] {
        let positives = holdOut.measures.positiveCount
        return [
            .init(band.level.rawValue), .init(range(band.level)),
            .init(FigureText.count(band.count)),
            .init(
                FigureText.percent(band.share),
                note: FigureText.percentSpread(folds.spread(.bandShare(band.level)))),
            .init(
                FigureText.percent(band.rate),
                note: FigureText.percentSpread(folds.spread(.bandRate(band.level)))),
            .init(FigureText.percent(Double(band.positives) / Double(positives))),
        ]
    }

    private func range(_ level: RiskLevel) -> String {
        let medium = FigureText.plain(holdOut.thresholds.medium)
        let high = FigureText.plain(holdOut.thresholds.high)
        switch level {
        case .high: return "above \(high)"
        case .medium: return "above \(medium), to \(high)"
        case .low: return "to \(medium)"
        }
    }
}
