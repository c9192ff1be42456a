internal import Features
package import Models
internal import XGBoost

/// One training from a table to a bundle: candidates are compared on folds, one is chosen, fitted
/// on all rows but those of the hold-out and measured on these. The same table, schema, options and
/// release of XGBoost make the same bytes.
package struct TrainingRun: Sendable {
    package let options: TrainingOptions
    private let data: TrainingData
    private let plan: FoldPlan
    private let trainer: Trainer
    private let seeds: RandomSeeds
    private let groupFields: [Int]
    /// An integer with more values makes no groups.
    private static let groupCountMax = 16

    /// - Parameter path: where the table is, for what is said about it.
    package init(
        _ data: TrainingData, path: String, options: TrainingOptions
    ) throws(TrainingError) {
        precondition(!options.candidates.isEmpty && options.repeatCount > 0)
        for text in [options.name, options.version] where !Manifest.isName(text) {
            throw .name(text)
        }
        let negatives = data.labels.count - data.positiveCount
        let least = FoldPlan.outcomeRowsMin(foldCount: options.foldCount)
        guard min(data.positiveCount, negatives) >= least else {
            throw .tooFewRows(
                path: path, positives: data.positiveCount, negatives: negatives, least: least)
        }
        groupFields = try TrainingRun.groupFields(options.groupFields, data.schema)
        var trainer = Trainer(data)
        trainer.balancing = options.balancing
        trainer.search = options.search
        seeds = RandomSeeds(options.seed)
        plan = FoldPlan(
            labels: data.labels, foldCount: options.foldCount, repeatCount: options.repeatCount,
            seeds: seeds)
        self.data = data
        self.options = options
        self.trainer = trainer
    }

    /// Trains. `report` is told of each fold of a candidate that is done, by one thread at a time.
    package func run(
        report: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) throws(TrainingError) -> TrainingOutcome {
        let comparison = try Comparison(
            options.candidates, plan: plan, trainer: trainer, seeds: seeds,
            threads: options.threads, report: report)
        let selection = Selection(comparison.results)
        let candidate = comparison.results[selection.chosen].candidate

        let model = try trainer.fit(candidate, rows: plan.learning, seeds: seeds)
        let holdOut = LearningSet(data, rows: plan.holdOut)
        let predictions = Predictions(
            singlePrecision: try trainer.probabilities(model, of: holdOut.records),
            labels: holdOut.labels)
        let measured = MeasuredModel(
            recipe: model.recipe, calibration: model.calibration,
            holdOut: HoldOutMeasures(
                predictions, thresholds: .standard, seed: seeds.seed(of: .noiseFloor)),
            insight: try ModelInsight(
                model, on: holdOut, predictions, schema: data.schema,
                groupFields: groupFields, seeds: seeds))
        let contents =
            options.refits
            ? try bundle(
                try trainer.fit(candidate, rows: Array(data.labels.indices), seeds: seeds),
                comparison, selection, measured)
            : try bundle(model, comparison, selection, measured)
        return TrainingOutcome(
            options: options, plan: plan, comparison: comparison, selection: selection,
            model: measured, contents: contents)
    }

    private static func groupFields(
        _ names: [String], _ schema: Schema
    ) throws(TrainingError) -> [Int] {
        var fields: [Int] = []
        for name in names {
            let field = schema.fields.firstIndex { field in
                switch field.kind {
                case .category: field.name == name
                case .integer(let least, let greatest):
                    field.name == name && greatest - least < Double(groupCountMax)
                case .number: false
                }
            }
            guard let field else { throw .groupField(name) }
            fields.append(field)
        }
        return fields
    }

    private func bundle(
        _ model: borrowing FittedModel, _ comparison: Comparison, _ selection: Selection,
        _ measured: MeasuredModel
    ) throws(TrainingError) -> BundleWriter {
        let figures = ManifestFigures(
            options: options, plan: plan, comparison: comparison, selection: selection)
        do throws(XGBoostError) {
            return try BundleWriter(
                model: try model.document(), name: options.name, version: options.version,
                schema: data.schema, encoding: model.encoding, link: model.recipe.link,
                calibration: model.calibration, thresholds: .standard,
                metrics: figures.metrics(measured.holdOut),
                provenance: figures.provenance(
                    data, recipe: model.recipe, settings: model.settings),
                seed: seeds.seed(of: .goldenRequests))
        } catch { throw .library(error) }
    }
}

/// What a training found and made; nothing of it is written yet.
package struct TrainingOutcome: Sendable {
    package let options: TrainingOptions
    package let plan: FoldPlan
    package let comparison: Comparison
    package let selection: Selection
    package let model: MeasuredModel
    package let contents: BundleWriter

    package var selected: CandidateResult { comparison.results[selection.chosen] }
}

/// The model that learned from all rows but the hold-out, measured on that.
package struct MeasuredModel: Sendable {
    package let recipe: Recipe
    package let calibration: Calibration
    package let holdOut: HoldOutMeasures
    package let insight: ModelInsight
}
