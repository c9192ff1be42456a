internal import Bytes
internal import Measures
internal import Models
internal import Reports
internal import Training

/// The report of a training as one page of HTML.
package struct ReportPage: Sendable {
    private let contents: ReportContents

    package init(_ contents: ReportContents) { self.contents = contents }

    /// The page, in UTF-8.
    package func html() -> [UInt8] {
        HTMLPage(
            title: "Churn model \(contents.modelName), version \(contents.modelVersion)",
            lead: "\(contents.selected.name), learned from \(contents.data.source): how well it "
                + "predicts which customers leave, and where its limits are.",
            sections: sections,
            footer: "Written by churnctl. Every figure of the hold-out is of rows that neither "
                + "training nor selection has seen."
        ).html { SummarySection(contents: contents).write(to: &$0) }
    }

    /// The parts of the page, in their order.
    private var sections: [HTMLPage.Section] {
        let holdOut = contents.holdOut
        let folds = contents.selected.folds
        return [
            ("data", "Data", DataSection(data: contents.data).write),
            (
                "candidates", "Candidates",
                CandidateSection(comparison: contents.comparison).write
            ),
            ("measures", "Measures", MeasureSection(holdOut: holdOut, folds: folds).write),
            (
                "ranking", "Ranking",
                { html in
                    html.element("div", [("class", "charts pair")]) { html in
                        RankingCharts(holdOut: holdOut).write(to: &html)
                    }
                }
            ),
            ("calibration", "Calibration", CalibrationSection(holdOut: holdOut).write),
            ("bands", "Risk bands", BandSection(holdOut: holdOut, folds: folds).write),
            (
                "importance", "Importance of fields",
                ImportanceSection(
                    fields: contents.importance, rows: rows(contents.importanceRowCount)
                ).write
            ),
            (
                "effects", "Effects of values",
                EffectSection(shapes: contents.effects, rows: rows(contents.effectRowCount)).write
            ),
            ("costs", "Thresholds and cost", CostSection(holdOut: holdOut).write),
            (
                "card", "Model card",
                CardSection(card: contents.card, groups: contents.groups).write
            ),
            ("provenance", "Provenance", writeProvenance),
        ]
    }

    /// Which rows of the hold-out something was found on.
    private func rows(_ count: Int?) -> String {
        let all = contents.data.holdOutCount
        guard let count, count < all else { return "Found on all rows of the hold-out." }
        return "Found on \(FigureText.count(count)) of its \(FigureText.count(all)) rows, drawn by "
            + "the seed."
    }

    /// What the model was made from and by, for anyone who wants to reproduce it.
    private func writeProvenance(to html: inout HTMLWriter) {
        html.table(
            caption: "The same data, schema, seed and library give the same bytes.",
            columns: [.words("Of"), .sentences("Value")],
            rows: contents.provenance.map { [.init($0.name), .init($0.value)] })
    }
}
