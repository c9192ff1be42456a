internal import Bytes
package import Features
package import Measures
internal import XGBoost

/// What a model makes of its fields, found on rows it did not learn.
package struct ModelInsight: Sendable {
    package let importance: [FieldImportance]
    package let effects: [EffectShape]
    package let groups: [GroupMeasures]

    /// How many rows the importances and the effects were found on, drawn by the seed where these
    /// are not all.
    package let importanceRowCount: Int
    package let effectRowCount: Int

    /// Contributions are computed for so many rows at most: for deep trees they take long.
    package static let contributionRowsMax = 1000
    /// Importances are found on so many rows at most, and on fewer where there are many fields,
    /// each of which is scored `importanceRepeats` times.
    package static let importanceRowsMax = 5000
    package static let importanceRowsMin = 1000
    private static let importanceScoringsMax = 600_000
    static let importanceRepeats = 10

    /// How many rows of a hold-out importances of so many fields are found on at most.
    package static func importanceRows(fieldCount: Int) -> Int {
        let rows = importanceScoringsMax / max(1, fieldCount * importanceRepeats)
        return min(importanceRowsMax, max(importanceRowsMin, rows))
    }

    /// `report` gets the number of fields whose importance is known.
    package init(
        _ model: borrowing FittedModel, on rows: LearningSet, _ predictions: Predictions,
        schema: Schema, groupFields: [Int], seeds: RandomSeeds,
        report: (_ fieldsDone: Int) -> Void = { _ in }
    ) throws(TrainingError) {
        let shuffled = rows.rows(
            RowSample.rows(
                rows.labels,
                countMax: ModelInsight.importanceRows(fieldCount: schema.fields.count),
                seed: seeds.seed(of: .importanceRows)))
        let explained = rows.rows(
            RowSample.rows(
                rows.labels, countMax: ModelInsight.contributionRowsMax,
                seed: seeds.seed(of: .effects)))
        importanceRowCount = shuffled.count
        effectRowCount = explained.count
        do throws(XGBoostError) {
            importance = try ModelInsight.importance(model, shuffled, schema, seeds, report)
            effects = try ModelInsight.effects(model, explained.records, schema)
        } catch { throw .library(error) }
        groups = groupFields.flatMap { field in
            ModelInsight.groups(schema, field, rows.records, predictions)
        }
    }

    private static func importance(
        _ model: borrowing FittedModel, _ rows: LearningSet, _ schema: Schema,
        _ seeds: RandomSeeds, _ report: (_ fieldsDone: Int) -> Void
    ) throws(XGBoostError) -> [FieldImportance] {
        try PermutationImportance(
            rows.records, labels: rows.labels, schema: schema,
            repeats: ModelInsight.importanceRepeats, seed: seeds.seed(of: .importance),
            report: report
        ) { records throws(XGBoostError) in
            try model.probabilities(of: records).map(Double.init)
        }.fields
    }

    private static func groups(
        _ schema: Schema, _ field: Int, _ records: [Record], _ predictions: Predictions
    ) -> [GroupMeasures] {
        switch schema.fields[field].kind {
        case .category:
            return GroupMeasures.all(
                of: field, schema: schema, records: records, predictions: predictions)
        case .integer, .number:
            return Set(records.map { $0.values[field] }).sorted().map { value in
                GroupMeasures(
                    field: schema.fields[field].name, value: FigureText.plain(value),
                    predictions.rows(
                        records.indices.filter { records[$0].values[field] == value }))
            }
        }
    }

    private static func effects(
        _ model: borrowing FittedModel, _ records: [Record], _ schema: Schema
    ) throws(XGBoostError) -> [EffectShape] {
        let contributions = try model.contributions(of: records)
        return schema.features.enumerated().map { index, feature in
            EffectShape(
                name: feature.name, categories: feature.categories,
                values: records.map { $0.values[index] },
                contributions: contributions.map { $0[index] })
        }
    }
}

/// Draws some rows by a seed where all would take too long.
enum RowSample {
    /// Ascending places of `labels`: all where they are no more than `countMax`, else as many, of
    /// each outcome its share and one at least where there is one.
    static func rows(_ labels: [Bool], countMax: Int, seed: UInt64) -> [Int] {
        guard labels.count > countMax else { return Array(labels.indices) }
        var random = RandomSource(seed: seed)
        let share = Double(countMax) / Double(labels.count)
        var drawn: [Int] = []
        for label in [true, false] {
            var rows = labels.indices.filter { labels[$0] == label }
            random.shuffle(&rows)
            let wanted = max(1, Int((Double(rows.count) * share).rounded()))
            drawn += rows.prefix(wanted)
        }
        return drawn.sorted()
    }
}
