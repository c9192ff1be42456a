package import Features
package import Models
package import XGBoost

/// A model as XGBoost made it, with all it takes to get from a record to a probability.
package struct FittedModel: ~Copyable {
    package let recipe: Recipe
    /// How a record becomes a row, scaled where the recipe wants it.
    package let encoding: FeatureEncoding
    package var calibration = Calibration.none
    /// All parameters, as the library was given them.
    package let settings: [XGBoostSetting]
    private let booster: Booster

    /// Learns from all of `rows`, which hold both outcomes, starting from their share of positives.
    /// Whatever is learned, the scale of columns too, is learned from them alone.
    package init(
        _ recipe: Recipe, learning rows: LearningSet, encoding: FeatureEncoding, seed: UInt64
    ) throws(XGBoostError) {
        self.recipe = recipe
        let encoding = recipe.isStandardized ? encoding.standardized(by: rows.records) : encoding
        self.encoding = encoding
        settings = recipe.settings(
            learning: rows, columnCount: encoding.columnCount, seed: seed)
        booster = try FittedModel.booster(recipe, settings, rows, encoding)
    }

    private static func booster(
        _ recipe: Recipe, _ settings: [XGBoostSetting], _ rows: LearningSet,
        _ encoding: FeatureEncoding
    ) throws(XGBoostError) -> Booster {
        if case .linear(let parameters) = recipe {
            return try LinearFit(parameters: parameters)
                .booster(learning: rows, encoding: encoding)
        }
        let data = try FeatureMatrix(rows, encoding: encoding).dataMatrix()
        let booster = try Booster(learning: data, parameters: settings)
        try booster.setFeatureNames(encoding.columnNames)
        for round in 0..<recipe.roundsMax { try booster.update(round: round, learning: data) }
        return booster
    }

    /// The sum before the link for each record.
    package func margins(of records: [Record]) throws(XGBoostError) -> [Float] {
        try booster.margins(of: try data(records))
    }

    /// The probability of each record, as a bundle of this model states it.
    package func probabilities(of records: [Record]) throws(XGBoostError) -> [Float] {
        try margins(of: records).map { probability(fromMargin: $0) }
    }

    /// The probability of a margin.
    package func probability(fromMargin margin: Float) -> Float {
        calibration.probability(fromMargin: margin, link: recipe.link)
    }

    /// What each of `Schema.features` adds to each record's margin, record after record.
    package func contributions(of records: [Record]) throws(XGBoostError) -> [[Double]] {
        let columnCount = encoding.columnCount
        let values = try booster.contributions(of: try data(records))
        let featureCount = (encoding.columns.map(\.feature).max() ?? -1) + 1
        return records.indices.map { record in
            var sums = [Double](repeating: 0, count: featureCount)
            for (index, column) in encoding.columns.enumerated() {
                sums[column.feature] += Double(values[record * (columnCount + 1) + index])
            }
            return sums
        }
    }

    /// The model as XGBoost's JSON.
    package func document() throws(XGBoostError) -> [UInt8] { try booster.document() }

    private func data(_ records: [Record]) throws(XGBoostError) -> DataMatrix {
        try DataMatrix(
            rows: FeatureMatrix.values(of: records, encoding).span,
            columnCount: encoding.columnCount)
    }
}
