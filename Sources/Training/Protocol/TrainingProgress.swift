internal import Synchronization

/// How far a training has come.
package struct TrainingProgress: Equatable, Sendable {
    /// A part of the work.
    package enum Step: Equatable, Sendable {
        /// How many folds of a candidate are done, and how many there are.
        case folds(Candidate, done: Int, count: Int)
        /// The chosen candidate has learned from all rows that it is to learn from.
        case fit(Candidate)
        /// The hold-out is measured.
        case holdOut
        /// Fields whose importance was found, and how many there are.
        case importance(done: Int, count: Int)
        /// The effects of values were found.
        case effects
    }

    /// What was done last.
    package let stage: Step
    /// The share of all work that is done, by what it costs; 1 when all is.
    package let shareDone: Double
}

extension Candidate {
    /// What fitting it costs on the Telco table, in fits of boosted stumps; good for telling how
    /// much is left.
    func cost(trials: Int) -> Double {
        switch self {
        case .logistic: 0.2
        case .stumps, .boosting: 1
        case .tuned: 2.5 * Double(trials)
        case .forest: 4
        }
    }

    /// What one scoring of as many rows as a fold learns from costs, in the same unit.
    var scoringCost: Double {
        switch self {
        case .logistic, .stumps, .boosting, .tuned: 0.05
        case .forest: 0.3
        }
    }

    /// What the contributions of as many rows as a fold learns from cost, in the same unit.
    var contributionCost: Double {
        switch self {
        case .logistic: 0.1
        case .stumps, .boosting, .tuned: 3
        case .forest: 100
        }
    }
}

/// What is left to do when the candidates have been compared.
struct LaterWork: Sendable {
    var fit = 0.0
    var refit = 0.0
    var holdOut = 0.0
    var importance = 0.0
    var effects = 0.0

    var total: Double { fit + refit + holdOut + importance + effects }

    /// Of a candidate that learns from `learningRows` and is measured on the given number.
    ///
    /// - Parameter trials: of the search.
    init(
        _ candidate: Candidate, trials: Int, refits: Bool, fieldCount: Int, foldRows: Int,
        learningRows: Int, holdOutRows: Int
    ) {
        func share(_ rows: Int) -> Double { Double(rows) / Double(max(foldRows, 1)) }
        fit = candidate.cost(trials: trials) * share(learningRows)
        if refits { refit = candidate.cost(trials: trials) * share(learningRows + holdOutRows) }
        holdOut = candidate.scoringCost * share(holdOutRows) + 0.1
        let sample = min(holdOutRows, ModelInsight.importanceRows(fieldCount: fieldCount))
        importance =
            candidate.scoringCost * share(sample)
            * Double(fieldCount * ModelInsight.importanceRepeats)
        effects =
            candidate.contributionCost
            * share(min(holdOutRows, ModelInsight.contributionRowsMax))
    }

    init() {}
}

/// Counts what is done, for threads that finish in any order.
final class ProgressTally: Sendable {
    private struct State {
        var folds: [Candidate: Int] = [:]
        var done = 0.0
        var later: Double
    }

    private let state: Mutex<State>
    private let foldCount: Int
    private let trials: Int
    private let total: Double
    private let report: @Sendable (TrainingProgress) -> Void

    /// - Parameter later: what follows the folds, at the most.
    init(
        candidates: [Candidate], foldCount: Int, trials: Int, later: Double = 0,
        report: @escaping @Sendable (TrainingProgress) -> Void
    ) {
        self.foldCount = foldCount
        self.trials = trials
        self.report = report
        total = candidates.reduce(0) { $0 + $1.cost(trials: trials) } * Double(foldCount)
        state = Mutex(State(later: later))
    }

    /// Counts one more fold of a candidate.
    func finish(_ candidate: Candidate) {
        state.withLock { state in
            let done = state.folds[candidate, default: 0] + 1
            state.folds[candidate] = done
            state.done += candidate.cost(trials: trials)
            tell(.folds(candidate, done: done, count: foldCount), state)
        }
    }

    /// Sets what follows the folds, which is known when a candidate is chosen.
    func expect(_ later: LaterWork) { state.withLock { $0.later = later.total } }

    /// Counts what follows the folds.
    func finish(_ stage: TrainingProgress.Step, cost: Double) {
        state.withLock { state in
            state.done += cost
            tell(stage, state)
        }
    }

    private func tell(_ stage: TrainingProgress.Step, _ state: State) {
        let all = total + state.later
        report(TrainingProgress(stage: stage, shareDone: all > 0 ? min(1, state.done / all) : 1))
    }
}
