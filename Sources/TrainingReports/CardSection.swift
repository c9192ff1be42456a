internal import Bytes
internal import Measures
internal import Reports

/// What the model is for, what it came from, what it cannot do, and whom it serves worse.
struct CardSection {
    let card: ReportContents.ModelCard
    let groups: [GroupMeasures]

    func write(to html: inout HTMLWriter) {
        for (title, texts) in [
            ("Intended use", card.intendedUse), ("Data", card.data), ("Limits", card.limits),
        ] where !texts.isEmpty {
            html.element("h3", text: title)
            html.list(texts)
        }
        guard !groups.isEmpty else { return }
        html.element("h3", text: "Groups")
        html.table(
            caption: "The model by group, on the hold-out. A small group has a large calibration "
                + "error by chance.",
            columns: [
                .words("Group"), .figures("Customers"), .figures("Churned"), .figures("Stated"),
                .figures("ROC-AUC"), .figures("ECE"),
            ],
            rows: groups.map { group in
                [
                    .init("\(group.field): \(group.value)"), .init(FigureText.count(group.count)),
                    .init(FigureText.percent(group.positiveShare)),
                    .init(FigureText.percent(group.meanProbability)),
                    .init(FigureText.figure(group.rocAUC, 3)),
                    .init(FigureText.fixed(group.calibrationError, 3)),
                ]
            })
    }
}
