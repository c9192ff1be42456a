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

extension FeatureEncoding {
    /// This encoding with each column brought to mean 0 and deviation 1 on `records`, one at least,
    /// as scikit-learn's StandardScaler does it: by the deviation of the population, and constant
    /// columns are only shifted. The encoding itself must not be scaled.
    package func standardized(by records: [Record]) -> FeatureEncoding {
        let count = Double(records.count)
        var means = [Double](repeating: 0, count: columnCount)
        var squares = means
        let counts = ValueCounts(columns, records)
        for (index, column) in columns.enumerated() {
            guard let category = column.category else {
                (means[index], squares[index]) = Self.moments(records, column.feature)
                continue
            }
            let present = Double(counts.count(of: category, in: column.feature))
            let mean = present / count
            means[index] = mean
            squares[index] = present * (1 - mean) * (1 - mean) + (count - present) * mean * mean
        }
        let scales = squares.map { sum in
            let deviation = (sum / count).squareRoot()
            return deviation >= SchemaLimits.scaleMin ? deviation : 1
        }
        return standardized(means: means, scales: scales)
    }

    /// The mean of a number, and the sum of the squared distances from it.
    private static func moments(
        _ records: [Record], _ feature: Int
    ) -> (mean: Double, squares: Double) {
        var sum = 0.0
        for record in records { sum += record.values[feature] }
        let mean = sum / Double(records.count)
        var squares = 0.0
        for record in records {
            let distance = record.values[feature] - mean
            squares += distance * distance
        }
        return (mean, squares)
    }
}

/// How often records have each category that columns show, counted in one pass over the records.
private struct ValueCounts {
    /// The features that are shown by categories, and where the counts of each begin and end.
    private var features: [(feature: Int, counts: Range<Int>)] = []
    private var counts: [Int] = []

    init(_ columns: [FeatureEncoding.Column], _ records: [Record]) {
        var greatest: [Int: Int] = [:]
        for column in columns {
            guard let category = column.category else { continue }
            greatest[column.feature] = max(greatest[column.feature] ?? 0, category)
        }
        for (feature, category) in greatest.sorted(by: { $0.key < $1.key }) {
            let start = counts.count
            counts += repeatElement(0, count: category + 1)
            features.append((feature, start..<counts.count))
        }
        for record in records {
            for (feature, range) in features {
                let place = range.lowerBound + Int(record.values[feature])
                if place < range.upperBound { counts[place] += 1 }
            }
        }
    }

    func count(of category: Int, in feature: Int) -> Int {
        guard let range = features.first(where: { $0.feature == feature })?.counts else { return 0 }
        return counts[range.lowerBound + category]
    }
}
