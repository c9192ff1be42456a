package import Features

extension FeatureEncoding {
    /// This encoding with each column brought to mean 0 and deviation 1 on `records`, one at least,
    /// as scikit-learn's StandardScaler does it: by the deviation of the population, and constant
    /// columns are only shifted. The encoding itself must not be scaled.
    package func standardized(by records: [Record]) -> FeatureEncoding {
        let count = Double(records.count)
        var means = [Double](repeating: 0, count: columnCount)
        for record in records {
            for index in columns.indices { means[index] += columns[index].number(in: record) }
        }
        for index in means.indices { means[index] /= count }
        var squares = [Double](repeating: 0, count: columnCount)
        for record in records {
            for index in columns.indices {
                let distance = columns[index].number(in: record) - means[index]
                squares[index] += distance * distance
            }
        }
        let scales = squares.map { sum in
            let deviation = (sum / count).squareRoot()
            return deviation >= SchemaLimits.scaleMin ? deviation : 1
        }
        return standardized(means: means, scales: scales)
    }
}

extension FeatureEncoding.Column {
    /// What the column shows of a record before it is scaled.
    fileprivate func number(in record: Record) -> Double {
        let value = record.values[feature]
        guard let category else { return value }
        return value == Double(category) ? 1 : 0
    }
}
