internal import Bytes
internal import Measures
internal import Reports
internal import Training

/// The candidates side by side, and each against the chosen one on the same folds.
struct CandidateSection {
    let comparison: ReportContents.ComparisonTable

    func write(to html: inout HTMLWriter) {
        html.element("p", text: comparison.method)
        html.table(
            caption: "Mean ± standard deviation over \(foldCount) folds. The folds overlap in what "
                + "is learned from, so the deviation is no standard error: compare candidates by "
                + "their differences.",
            columns: [
                .words("Candidate"), .figures("ROC-AUC"), .figures("PR-AUC"),
                .figures("Log-loss"), .figures("Brier"), .figures("ECE"),
            ],
            rows: candidates { candidate, _ in
                [.rocAUC, .prAUC, .logLoss, .brier, .calibrationError].map { measure in
                    .init(FigureText.spread(candidate.folds.spread(measure), 3))
                }
            },
            marked: comparison.selected)
        html.element("p", text: comparison.reason)
        guard comparison.candidates.count > 1 else { return }
        html.table(
            caption: "Differences from \(chosen.name), fold by fold: mean ± standard deviation, "
                + "and in how many folds the candidate is the better one.",
            columns: [
                .words("Candidate"), .figures("ROC-AUC"), .figures("better in"),
                .figures("Log-loss"), .figures("better in"),
            ],
            rows: candidates { candidate, isChosen in
                isChosen
                    ? [TableCell](repeating: .init(FigureText.none), count: 4)
                    : difference(candidate, .rocAUC, better: \.above)
                        + difference(candidate, .logLoss, better: \.below)
            },
            marked: comparison.selected)
    }

    private var chosen: ReportContents.CandidateRow { comparison.candidates[comparison.selected] }

    private var foldCount: String { FigureText.count(chosen.folds.folds.count) }

    private func candidates(
        _ cells: (ReportContents.CandidateRow, _ isChosen: Bool) -> [TableCell]
    ) -> [[TableCell]] {
        comparison.candidates.enumerated().map { index, candidate in
            let isChosen = index == comparison.selected
            let name = isChosen ? "\(candidate.name) (chosen)" : candidate.name
            return [.init(name, note: candidate.settings)] + cells(candidate, isChosen)
        }
    }

    private func difference(
        _ candidate: ReportContents.CandidateRow, _ measure: Measure,
        better: KeyPath<PairedDifference, Int>
    ) -> [TableCell] {
        guard let difference = candidate.folds.difference(from: chosen.folds, measure) else {
            return [.init(FigureText.none), .init(FigureText.none)]
        }
        return [
            .init(FigureText.signedSpread(difference.spread, 4)),
            .init("\(difference[keyPath: better]) of \(difference.count)"),
        ]
    }
}
