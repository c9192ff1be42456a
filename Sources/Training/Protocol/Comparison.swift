/// One candidate's models on all folds of a plan, and how they did.
package struct CandidateResult: Equatable, Sendable {
    package let candidate: Candidate
    /// What each fold's model was fitted by: the same everywhere, unless it is searched for.
    package let recipes: [Recipe]
    /// Of each fold's testing rows, in their order.
    package let probabilities: [[Float]]
    package let folds: FoldMeasures

    /// What the models were fitted by, in a few words.
    package var settings: String {
        guard let first = recipes.first, recipes.contains(where: { $0 != first }) else {
            return recipes.first?.summary ?? ""
        }
        let depths = recipes.compactMap { recipe -> Int? in
            if case .boosting(let parameters) = recipe { parameters.depthMax } else { nil }
        }
        return "searched in each fold; depth \(depths.min() ?? 0) to \(depths.max() ?? 0)"
    }

    init(_ candidate: Candidate, _ pieces: ArraySlice<FoldPiece>) {
        self.candidate = candidate
        recipes = pieces.map(\.recipe)
        probabilities = pieces.map(\.probabilities)
        folds = FoldMeasures(pieces.map(\.measures))
    }
}

/// What came of one candidate on one fold.
struct FoldPiece: Sendable {
    let recipe: Recipe
    let probabilities: [Float]
    let measures: BinaryMeasures
}

/// Candidates on the same folds.
package struct Comparison: Equatable, Sendable {
    /// In the order the candidates were given in.
    package let results: [CandidateResult]

    /// Fits each candidate without each fold and tests it on that. `report` is told of every fold
    /// that is done, by one thread at a time.
    package init(
        _ candidates: [Candidate], plan: FoldPlan, trainer: Trainer, seeds: RandomSeeds,
        threads: Int, report: @escaping @Sendable (TrainingProgress) -> Void
    ) throws(TrainingError) {
        let tally = ProgressTally(
            candidates: candidates, foldCount: plan.folds.count, trials: trainer.search.trials,
            report: report)
        let foldCount = plan.folds.count
        let costs = candidates.map { $0.cost(trials: trainer.search.trials) }
        // The longest first, so that no thread is left alone with one at the end.
        let order = (0..<candidates.count * foldCount).sorted { left, right in
            let (a, b) = (costs[left / foldCount], costs[right / foldCount])
            return a == b ? left < right : a > b
        }
        let pieces = try WorkPool.map(order: order, threads: threads) {
            piece throws(TrainingError) in
            let (candidate, number) = (candidates[piece / foldCount], piece % foldCount)
            let result = try Comparison.piece(
                candidate, plan.folds[number], trainer,
                seeds: RandomSeeds(seeds.seed(of: .fitting, number)))
            tally.finish(candidate)
            return result
        }
        results = candidates.indices.map { index in
            CandidateResult(
                candidates[index], pieces[index * foldCount..<(index + 1) * foldCount])
        }
    }

    private static func piece(
        _ candidate: Candidate, _ fold: FoldPlan.Fold, _ trainer: Trainer, seeds: RandomSeeds
    ) throws(TrainingError) -> FoldPiece {
        let model = try trainer.fit(candidate, rows: fold.learning, seeds: seeds)
        let testing = LearningSet(trainer.data, rows: fold.testing)
        let probabilities = try trainer.probabilities(model, of: testing.records)
        return FoldPiece(
            recipe: model.recipe, probabilities: probabilities,
            measures: BinaryMeasures(
                Predictions(singlePrecision: probabilities, labels: testing.labels)))
    }
}
