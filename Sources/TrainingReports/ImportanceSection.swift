internal import Bytes
internal import Features
internal import Measures
internal import Reports

/// Which fields the ranking rests on.
struct ImportanceSection {
    let fields: [FieldImportance]
    /// Which rows it was found on.
    let rows: String

    /// More fields than this are in the table alone.
    private static let barsMax = 40

    func write(to html: inout HTMLWriter) {
        html.element(
            "p",
            text: "How much the ROC-AUC on the hold-out falls when the values of one field are "
                + "shuffled between customers, as mean ± standard deviation over repeats. What two "
                + "fields both show counts for neither, and a fall is not a cause. \(rows)")
        guard !fields.isEmpty else { return }
        let sorted = fields.enumerated().sorted { left, right in
            (right.element.drop.mean, left.offset) < (left.element.drop.mean, right.offset)
        }.map(\.element)
        html.element("div", [("class", "charts alone")]) { html in
            writeChart(Array(sorted.prefix(ImportanceSection.barsMax)), to: &html)
        }
        html.element("details") { html in
            html.element("summary", text: "The importances as a table")
            html.table(
                caption: "Fall of the ROC-AUC without the field, the largest first",
                columns: [.words("Field"), .figures("Mean"), .figures("Standard deviation")],
                rows: sorted.map { field in
                    [
                        .init(field.name), .init(FigureText.signed(field.drop.mean, 4)),
                        .init(FigureText.fixed(field.drop.deviation, 4)),
                    ]
                })
        }
    }

    private func writeChart(_ fields: [FieldImportance], to html: inout HTMLWriter) {
        let highest = fields.map { $0.drop.mean + $0.drop.deviation }.max() ?? 0
        let lowest = fields.map { $0.drop.mean - $0.drop.deviation }.min() ?? 0
        let bars = BarChart(
            fields.map { field in
                .init(
                    name: field.name, value: field.drop.mean, deviation: field.drop.deviation,
                    figure: FigureText.fixed(field.drop.mean, 4),
                    remark: FigureText.fixed(field.drop.deviation, 4))
            },
            domain: min(lowest, 0)...max(highest, 0), above: .first, below: .rows,
            figureName: "mean", remarkName: "sd")
        html.chart(
            id: "importances", title: "Fall of the ROC-AUC without the field",
            description: "A bar for each field, the most important first; whiskers show one "
                + "standard deviation.",
            height: bars.height,
            note: self.fields.count > fields.count
                ? "The \(fields.count) most important of \(self.fields.count) fields." : ""
        ) { bars.draw(to: &$0) }
    }
}
