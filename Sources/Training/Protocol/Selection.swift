/// Which of the candidates becomes the model.
package struct Selection: Equatable, Sendable {
    /// What the choice is made by.
    package struct Standing: Equatable, Sendable {
        package let candidate: Candidate
        /// Means over the folds.
        package let rocAUC: Double
        package let logLoss: Double

        package init(_ candidate: Candidate, rocAUC: Double, logLoss: Double) {
            self.candidate = candidate
            self.rocAUC = rocAUC
            self.logLoss = logLoss
        }

        /// By the area under the ROC curve, and by the log-loss where that is the same.
        func isBetter(than other: Standing) -> Bool {
            rocAUC == other.rocAUC ? logLoss < other.logLoss : rocAUC > other.rocAUC
        }
    }

    /// The place of the candidate that is chosen, and of the one that ranks best.
    package let chosen: Int
    package let best: Int

    /// A simpler candidate is chosen if its mean area under the ROC curve is less by no more.
    package static let areaMargin = 0.001
    /// What rounding may add to the difference of two areas.
    private static let rounding = 1e-12

    /// Chooses, of the candidates within `areaMargin` of the best, the simplest, and of several
    /// that are as simple the best. At least one must stand.
    package init(_ standings: [Standing]) {
        precondition(!standings.isEmpty)
        var best = 0
        for index in standings.indices where standings[index].isBetter(than: standings[best]) {
            best = index
        }
        let limit = standings[best].rocAUC - Selection.areaMargin - Selection.rounding
        var chosen = best
        for index in standings.indices where standings[index].rocAUC >= limit {
            let (this, other) = (standings[index], standings[chosen])
            if this.candidate.complexity < other.candidate.complexity
                || this.candidate.complexity == other.candidate.complexity
                    && this.isBetter(than: other)
            {
                chosen = index
            }
        }
        self.best = best
        self.chosen = chosen
    }

    package init(_ results: [CandidateResult]) {
        self.init(
            results.map { result in
                let measures = result.folds.folds
                let count = Double(measures.count)
                return Standing(
                    result.candidate,
                    rocAUC: measures.reduce(0) { $0 + $1.rocAUC } / count,
                    logLoss: measures.reduce(0) { $0 + $1.logLoss } / count)
            })
    }
}
