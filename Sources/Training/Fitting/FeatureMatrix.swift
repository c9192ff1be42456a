package import Features
internal import XGBoost

/// Encoded rows and their outcomes.
package struct FeatureMatrix: Sendable {
    package let columnCount: Int
    /// Row after row.
    package let values: [Float]
    package let labels: [Bool]
    /// How much each row counts; nil where all count 1.
    package let weights: [Float]?

    package init(_ rows: LearningSet, encoding: FeatureEncoding) {
        columnCount = encoding.columnCount
        values = FeatureMatrix.values(of: rows.records, encoding)
        labels = rows.labels
        weights = rows.weights
    }

    package init(_ data: TrainingData, encoding: FeatureEncoding) {
        self.init(LearningSet(records: data.records, labels: data.labels), encoding: encoding)
    }

    package init(
        values: [Float], columnCount: Int, labels: [Bool], weights: [Float]? = nil
    ) {
        precondition(values.count == labels.count * columnCount)
        precondition(weights.map { $0.count == labels.count } ?? true)
        self.columnCount = columnCount
        self.values = values
        self.labels = labels
        self.weights = weights
    }

    /// The rows of `records`, one after the other.
    static func values(of records: [Record], _ encoding: FeatureEncoding) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(records.count * encoding.columnCount)
        var row = [Float](repeating: 0, count: encoding.columnCount)
        for record in records {
            encoding.encode(record, into: &row)
            values += row
        }
        return values
    }

    package var rowCount: Int { labels.count }

    /// The same rows as XGBoost holds them.
    func dataMatrix() throws(XGBoostError) -> DataMatrix {
        let matrix = try DataMatrix(rows: values.span, columnCount: columnCount)
        let targets: [Float] = labels.map { $0 ? 1 : 0 }
        try matrix.setLabels(targets.span)
        if let weights { try matrix.setWeights(weights.span) }
        return matrix
    }
}
