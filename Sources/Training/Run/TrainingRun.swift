package import Bundle
package import DataCheck
internal import Features
package import Measures
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
    private let groups: RowGroups?
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
        groups = try RowGroups(data, by: options.groupBy)
        var trainer = Trainer(data)
        trainer.balancing = options.balancing
        trainer.search = options.search
        trainer.groups = groups?.numbers
        seeds = RandomSeeds(options.seed)
        plan = FoldPlan(
            labels: data.labels, groups: groups?.numbers, foldCount: options.foldCount,
            repeatCount: options.repeatCount, seeds: seeds)
        if let groups {
            try TrainingRun.check(plan, groups, data.labels, least: least, path: path)
        }
        self.data = data
        self.options = options
        self.trainer = trainer
    }

    /// Trains. `report` is called for each fold of a candidate that is done, by one thread at a
    /// time.
    package func run(
        report: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) throws(TrainingError) -> TrainingOutcome {
        let tally = ProgressTally(
            candidates: options.candidates, foldCount: plan.folds.count,
            trials: options.search.trials,
            later: options.candidates.map { laterWork($0).total }.max() ?? 0, report: report)
        let comparison = try Comparison(
            options.candidates, plan: plan, trainer: trainer, seeds: seeds,
            threads: options.threads, tally: tally)
        let selection = Selection(comparison.results)
        let selected = comparison.results[selection.chosen]
        let candidate = selected.candidate
        let later = laterWork(candidate)
        tally.expect(later)

        let model = try fit(selected, rows: plan.learning)
        tally.finish(.fit(candidate), cost: later.fit)
        let holdOut = LearningSet(data, rows: plan.holdOut, groups: groups?.numbers)
        let predictions = Predictions(
            singlePrecision: try trainer.probabilities(model, of: holdOut.records),
            labels: holdOut.labels)
        let measures = HoldOutMeasures(
            predictions, thresholds: .standard, groups: holdOut.groups,
            seed: seeds.seed(of: .noiseFloor))
        tally.finish(.holdOut, cost: later.holdOut)
        let fieldCount = data.schema.fields.count
        let insight = try ModelInsight(
            model, on: holdOut, predictions, schema: data.schema, groupFields: groupFields,
            seeds: seeds
        ) { done in
            tally.finish(
                .importance(done: done, count: fieldCount),
                cost: later.importance / Double(fieldCount))
        }
        let measured = MeasuredModel(
            recipe: model.recipe, calibration: model.calibration, holdOut: measures,
            insight: insight)
        tally.finish(.effects, cost: later.effects)
        let contents: BundleWriter
        if options.refits {
            let all = Array(data.labels.indices)
            let refitted = try fit(selected, rows: all)
            tally.finish(.fit(candidate), cost: later.refit)
            contents = try bundle(refitted, learned: all, comparison, selection, measured)
        } else {
            contents = try bundle(model, learned: plan.learning, comparison, selection, measured)
        }
        return TrainingOutcome(
            options: options, plan: plan, groups: groups, comparison: comparison,
            selection: selection, model: measured, contents: contents, deciding: deciding)
    }

    /// What follows the folds if this candidate is chosen.
    private func laterWork(_ candidate: Candidate) -> LaterWork {
        LaterWork(
            candidate, trials: options.search.trials, refits: options.refits,
            fieldCount: data.schema.fields.count, foldRows: plan.folds[0].learning.count,
            learningRows: plan.learning.count, holdOutRows: plan.holdOut.count)
    }

    /// A model of these rows, calibrated where that has helped out of fold.
    private func fit(
        _ result: CandidateResult, rows: [Int]
    ) throws(TrainingError) -> FittedModel {
        var model = try trainer.fit(result.candidate, rows: rows, seeds: seeds)
        if let trial = result.calibration, trial.helps {
            model.calibration = trial.line.calibration
        }
        return model
    }

    private var deciding: [DecidingColumns.Finding] {
        var columns = DecidingColumns(data.schema)
        for (record, label) in zip(data.records, data.labels) {
            columns.take(record, label: label)
        }
        return columns.findings
    }

    /// Every part of the plan needs both outcomes, and every part that is learned from enough
    /// groups to divide it again.
    private static func check(
        _ plan: FoldPlan, _ groups: RowGroups, _ labels: [Bool], least: Int, path: String
    ) throws(TrainingError) {
        func counts(_ rows: [Int]) -> (positive: Int, negative: Int) {
            GroupedFolds.counts(
                rows.map { labels[$0] }, rows.map { groups.numbers[$0] })
        }
        let all = counts(Array(labels.indices))
        let inner = max(Trainer.calibrationFoldCount, ParameterSearch().foldCount)
        func suffices(_ rows: [Int], _ wanted: Int) -> Bool {
            let found = counts(rows)
            return min(found.positive, found.negative) >= wanted
        }
        guard min(all.positive, all.negative) >= least, suffices(plan.holdOut, 1),
            plan.folds.allSatisfy({ suffices($0.testing, 1) && suffices($0.learning, inner) })
        else {
            throw .tooFewGroups(
                path: path, column: groups.column, positives: all.positive,
                negatives: all.negative, least: least)
        }
    }

    private static func groupFields(
        _ names: [String], _ schema: Schema
    ) throws(TrainingError) -> [Int] {
        var fields: [Int] = []
        for name in names {
            guard schema.fields.contains(where: { $0.name == name }) else {
                throw .unknownField(name, known: schema.fields.map(\.name))
            }
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
        _ model: borrowing FittedModel, learned: [Int], _ comparison: Comparison,
        _ selection: Selection,
        _ measured: MeasuredModel
    ) throws(TrainingError) -> BundleWriter {
        let figures = ManifestFigures(
            options: options, plan: plan, comparison: comparison, selection: selection,
            groupedBy: groups?.column)
        let requests = GoldenRequests(schema: data.schema, seed: seeds.seed(of: .goldenRequests))
        do throws(XGBoostError) {
            let document = try model.document()
            let margins = try Booster.margins(
                of: requests.values(data.schema, model.encoding).span,
                columnCount: model.encoding.columnCount, document: document.span)
            // A document that the scorer does not read is refused when the bundle is written.
            let ensemble = try? Ensemble(
                xgboostJSON: document.span, featureNames: model.encoding.columnNames)
            let means = ensemble.flatMap {
                MeanContributions.values(
                    $0, model.encoding, records: learned.map { data.records[$0] })
            }
            return BundleWriter(
                model: document,
                goldenRows: requests.rows(
                    margins: margins, link: model.recipe.link, calibration: model.calibration),
                name: options.name, version: options.version, schema: data.schema,
                encoding: model.encoding, calibration: model.calibration, thresholds: .standard,
                meanContributions: means, metrics: figures.metrics(measured.holdOut),
                provenance: figures.provenance(
                    data, recipe: model.recipe, settings: model.settings))
        } catch { throw .library(error) }
    }
}

/// What a training found and made; nothing of it is written yet.
package struct TrainingOutcome: Sendable {
    package let options: TrainingOptions
    package let plan: FoldPlan
    /// What was kept together where rows were divided; nil if each row is divided by itself.
    package let groups: RowGroups?
    package let comparison: Comparison
    package let selection: Selection
    package let model: MeasuredModel
    package let contents: BundleWriter
    /// Columns that alone decide the outcome.
    package let deciding: [DecidingColumns.Finding]

    package var selected: CandidateResult { comparison.results[selection.chosen] }
}

/// The model that learned from all rows but the hold-out, measured on that.
package struct MeasuredModel: Sendable {
    package let recipe: Recipe
    package let calibration: Calibration
    package let holdOut: HoldOutMeasures
    package let insight: ModelInsight
}
