package import Measures
internal import Models

/// One candidate's models on all folds of a plan, and how they did.
package struct CandidateResult: Equatable, Sendable {
    package let candidate: Candidate
    /// What each fold's model was fitted by: the same everywhere, unless it is searched for.
    package let recipes: [Recipe]
    /// Of each fold's testing rows, in their order; calibrated where that helps.
    package let probabilities: [[Float]]
    /// The measures of these probabilities.
    package let folds: FoldMeasures
    /// What calibration would do; nil where each model is calibrated anyway, or ranks by chance.
    package let calibration: CalibrationTrial?

    /// Whether the probabilities and measures are calibrated ones, by the trial.
    package var isCalibrated: Bool { calibration?.helps == true }

    /// What the models were fitted by, in a few words.
    package var settings: String {
        isCalibrated ? "\(recipeText), calibrated after Platt" : recipeText
    }

    private var recipeText: String {
        guard let first = recipes.first, recipes.contains(where: { $0 != first }) else {
            return recipes.first?.summary ?? ""
        }
        let depths = recipes.compactMap { recipe -> Int? in
            if case .boosting(let parameters) = recipe { parameters.depthMax } else { nil }
        }
        return "searched in each fold; depth \(depths.min() ?? 0) to \(depths.max() ?? 0)"
    }

    init(
        _ candidate: Candidate, _ pieces: ArraySlice<FoldPiece>, _ plan: FoldPlan,
        _ trainer: Trainer
    ) {
        self.candidate = candidate
        recipes = pieces.map(\.recipe)
        let measured = FoldMeasures(pieces.map(\.measures))
        let link = pieces.first?.recipe.link ?? .logistic
        calibration =
            trainer.balancing.isActive
            ? nil
            : CalibrationTrial(
                margins: pieces.map(\.margins), folds: measured, plan: plan,
                labels: trainer.data.labels, link: link)
        if let calibration, calibration.helps {
            probabilities = calibration.probabilities
            folds = calibration.folds
        } else {
            probabilities = pieces.map(\.probabilities)
            folds = measured
        }
    }
}

/// What came of one candidate on one fold.
struct FoldPiece: Sendable {
    let recipe: Recipe
    let margins: [Float]
    let probabilities: [Float]
    let measures: BinaryMeasures
}

/// Candidates on the same folds.
package struct Comparison: Equatable, Sendable {
    /// In the order the candidates were given in.
    package let results: [CandidateResult]

    /// Fits each candidate without each fold and tests it on that. `report` is called for every
    /// fold that is done, by one thread at a time.
    package init(
        _ candidates: [Candidate], plan: FoldPlan, trainer: Trainer, seeds: RandomSeeds,
        threads: Int, report: @escaping @Sendable (TrainingProgress) -> Void
    ) throws(TrainingError) {
        try self.init(
            candidates, plan: plan, trainer: trainer, seeds: seeds, threads: threads,
            tally: ProgressTally(
                candidates: candidates, foldCount: plan.folds.count,
                trials: trainer.search.trials, report: report))
    }

    /// The same as a part of longer work, which is counted in `tally`.
    init(
        _ candidates: [Candidate], plan: FoldPlan, trainer: Trainer, seeds: RandomSeeds,
        threads: Int, tally: ProgressTally
    ) throws(TrainingError) {
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
                candidates[index], pieces[index * foldCount..<(index + 1) * foldCount], plan,
                trainer)
        }
    }

    private static func piece(
        _ candidate: Candidate, _ fold: FoldPlan.Fold, _ trainer: Trainer, seeds: RandomSeeds
    ) throws(TrainingError) -> FoldPiece {
        let model = try trainer.fit(candidate, rows: fold.learning, seeds: seeds)
        let testing = LearningSet(trainer.data, rows: fold.testing)
        let margins = try trainer.margins(model, of: testing.records)
        let probabilities = margins.map { model.probability(fromMargin: $0) }
        return FoldPiece(
            recipe: model.recipe, margins: margins, probabilities: probabilities,
            measures: BinaryMeasures(
                Predictions(singlePrecision: probabilities, labels: testing.labels)))
    }
}
