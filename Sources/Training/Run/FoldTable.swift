/// Which row was in which fold and what the chosen candidate predicted for it there, as a table, so
/// that other programs can be compared on the very same folds.
package struct FoldTable: Sendable {
    private let outcome: TrainingOutcome

    package init(_ outcome: TrainingOutcome) { self.outcome = outcome }

    /// A line for each row of the table that was trained on, in its order: `row` from 0, `hold_out`
    /// 0 or 1, and for each repeat the fold from 0 and the probability; both are empty for rows of
    /// the hold-out.
    package func csv() -> [UInt8] {
        let plan = outcome.plan
        let repeats = 0..<plan.repeatCount
        let rowCount = plan.holdOut.count + plan.learning.count
        var cells = [[String]](
            repeating: Array(repeating: ",", count: plan.repeatCount), count: rowCount)
        for (fold, probabilities) in zip(plan.folds, outcome.selected.probabilities) {
            for (row, probability) in zip(fold.testing, probabilities) {
                cells[row][fold.round] = "\(fold.number),\(probability)"
            }
        }
        let header =
            ["row", "hold_out"] + repeats.map { "fold_\($0 + 1),probability_\($0 + 1)" }
        var lines = [header.joined(separator: ",")]
        let held = Set(plan.holdOut)
        for row in 0..<rowCount {
            let start = ["\(row)", held.contains(row) ? "1" : "0"]
            lines.append((start + cells[row]).joined(separator: ","))
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
}
