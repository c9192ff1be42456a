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
        DataTable(
            caption: "Columns of \(data.source)",
            columns: [
                .words("Column"), .words("Kind"), .sentences("Values"), .figures("Blank cells"),
            ],
            rows: data.columns.map { column in
                .init(cells: [
                    .init(column.name), .init(column.kind), .init(column.values),
                    .init(FigureText.count(column.blankCount)),
                ])
            }
        ).write(to: &html)
    }
}

extension HTMLWriter {
    /// A list of texts; nothing when there is none.
    mutating func list(_ texts: [String]) {
        guard !texts.isEmpty else { return }
        element("ul") { html in
            for text in texts { html.element("li", text: text) }
        }
    }
}
