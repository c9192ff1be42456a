internal import Measures

/// Which of the candidates becomes the model.
package struct Selection: Equatable, Sendable {
    /// What the choice is made by.
    package struct Standing: Equatable, Sendable {
        package let candidate: Candidate
        /// Means over the folds, calibrated where that helps.
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
    /// And if its mean log-loss exceeds the least of those by at most this share.
    package static let lossMargin = 0.01
    /// What rounding may add to the difference of two areas.
    private static let rounding = 1e-12

    /// Chooses, of the candidates within `areaMargin` of the best whose log-loss is within
    /// `lossMargin` of the least among these, the simplest, and of several that are as simple the
    /// best. There must be at least one.
    package init(_ standings: [Standing]) {
        precondition(!standings.isEmpty)
        var best = 0
        for index in standings.indices where standings[index].isBetter(than: standings[best]) {
            best = index
        }
        let limit = standings[best].rocAUC - Selection.areaMargin - Selection.rounding
        let near = standings.indices.filter { standings[$0].rocAUC >= limit }
        let leastLoss = near.map { standings[$0].logLoss }.min() ?? standings[best].logLoss
        let lossLimit = leastLoss * (1 + Selection.lossMargin) + Selection.rounding
        let fit = near.filter { standings[$0].logLoss <= lossLimit }
        // The least loss is one of them, so that there is a first.
        var chosen = fit.contains(best) ? best : fit[0]
        for index in fit {
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
