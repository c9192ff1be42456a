internal import Synchronization

/// How far a comparison has come.
package struct TrainingProgress: Equatable, Sendable {
    /// Whose fold was done last.
    package let candidate: Candidate
    /// How many folds of it are done, and how many there are.
    package let foldsDone: Int
    package let foldCount: Int
    /// The share of all work that is done, by what candidates cost.
    package let shareDone: Double
}

extension Candidate {
    /// What fitting it costs on the Telco table, in fits of boosted stumps; good for telling how
    /// much is left.
    func cost(trials: Int) -> Double {
        switch self {
        case .logistic, .stumps, .boosting: 1
        case .tuned: 2.5 * Double(trials)
        case .forest: 4
        }
    }
}

/// Counts what is done, for threads that finish in any order.
final class ProgressTally: Sendable {
    private struct State {
        var folds: [Candidate: Int] = [:]
        var done = 0.0
    }

    private let state = Mutex(State())
    private let foldCount: Int
    private let trials: Int
    private let total: Double
    private let report: @Sendable (TrainingProgress) -> Void

    init(
        candidates: [Candidate], foldCount: Int, trials: Int,
        report: @escaping @Sendable (TrainingProgress) -> Void
    ) {
        self.foldCount = foldCount
        self.trials = trials
        self.report = report
        total = candidates.reduce(0) { $0 + $1.cost(trials: trials) } * Double(foldCount)
    }

    func finish(_ candidate: Candidate) {
        state.withLock { state in
            state.folds[candidate, default: 0] += 1
            state.done += candidate.cost(trials: trials)
            report(
                TrainingProgress(
                    candidate: candidate, foldsDone: state.folds[candidate, default: 0],
                    foldCount: foldCount, shareDone: state.done / total))
        }
    }
}
