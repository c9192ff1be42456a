package import Features

/// How a model does for the rows that share a value.
package struct GroupMeasures: Equatable, Sendable {
    package let field: String
    package let value: String
    package let count: Int
    package let positiveShare: Double
    package let meanProbability: Double
    /// Nil in a group of one class.
    package let rocAUC: Double?
    package let calibrationError: Double

    package init(field: String, value: String, _ predictions: Predictions) {
        self.field = field
        self.value = value
        count = predictions.count
        positiveShare = predictions.positiveShare
        meanProbability = predictions.meanProbability
        rocAUC = predictions.hasBothClasses ? Ranking(predictions).rocAUC : nil
        calibrationError = Reliability(predictions).calibrationError
    }

    /// A group for each value of `feature` that a row has, in the schema's order. The feature is a
    /// category: an index into `Schema.features` and so into the values of `records`.
    package static func all(
        of feature: Int, schema: Schema, records: [Record], predictions: Predictions
    ) -> [GroupMeasures] {
        precondition(records.count == predictions.count)
        let described = schema.features[feature]
        guard let categories = described.categories else {
            preconditionFailure("only a category makes groups")
        }
        return categories.enumerated().compactMap { category, value in
            let rows = records.indices.filter {
                records[$0].values[feature] == Double(category)
            }
            guard !rows.isEmpty else { return nil }
            return GroupMeasures(field: described.name, value: value, predictions.rows(rows))
        }
    }
}
