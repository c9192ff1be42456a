package import Features
internal import XGBoost

/// What a model makes of its fields, found on rows it did not learn.
package struct ModelInsight: Sendable {
    package let importance: [FieldImportance]
    package let effects: [EffectShape]
    package let groups: [GroupMeasures]

    /// Contributions are computed for so many rows at most: for deep trees they take long.
    package static let contributionRowsMax = 1000
    package init(
        _ model: borrowing FittedModel, on rows: LearningSet, _ predictions: Predictions,
        schema: Schema, groupFields: [Int], seeds: RandomSeeds
    ) throws(TrainingError) {
        do throws(XGBoostError) {
            importance = try ModelInsight.importance(model, rows, schema, seeds)
            effects = try ModelInsight.effects(
                model, Array(rows.records.prefix(ModelInsight.contributionRowsMax)), schema)
        } catch { throw .library(error) }
        groups = groupFields.flatMap { field in
            ModelInsight.groups(schema, field, rows.records, predictions)
        }
    }

    private static func importance(
        _ model: borrowing FittedModel, _ rows: LearningSet, _ schema: Schema, _ seeds: RandomSeeds
    ) throws(XGBoostError) -> [FieldImportance] {
        try PermutationImportance(
            rows.records, labels: rows.labels, schema: schema, seed: seeds.seed(of: .importance)
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
