internal import Features
internal import Models

/// Where the values of a schema's features lie, to tell a model that learned from scaled ones.
struct ColumnRanges {
    private let ranges: [ClosedRange<Double>]
    private let integers: Set<Int>

    init(_ schema: Schema) {
        integers = Set(
            schema.fields.indices.filter { index in
                if case .integer = schema.fields[index].kind { true } else { false }
            } + schema.derived.indices.map { schema.fields.count + $0 })
        ranges =
            schema.fields.map { field in
                switch field.kind {
                case .category: 0...0
                case .integer(let minimum, let maximum), .number(let minimum, let maximum):
                    minimum...maximum
                }
            }
            + schema.derived.map { feature in
                switch feature.kind {
                case .bins: 0...0
                case .count(let fields): 0...Double(fields.count)
                }
            }
    }

    /// Whether the numbers of a feature are integers.
    func isInteger(_ feature: Int) -> Bool { integers.contains(feature) }

    /// What a column holds before it is shifted and scaled.
    func values(of column: FeatureEncoding.Column) -> ClosedRange<Double> {
        switch column.content {
        case .number: ranges[column.feature]
        case .presence: 0...1
        case .code(let order): 0...Double(order.count - 1)
        }
    }

    /// Throws where a split compares the column with what none of its values comes near. XGBoost
    /// puts its outermost cuts a little outside of what it has seen, at most by |value| + 1e-5.
    func check(_ column: FeatureEncoding.Column, _ use: FeatureUse) throws(ImportError) {
        guard let thresholds = use.thresholds else { return }
        let values = values(of: column)
        let lowest = (values.lowerBound - column.mean) / column.scale
        let highest = (values.upperBound - column.mean) / column.scale
        for threshold in [thresholds.lowerBound, thresholds.upperBound] {
            let value = Double(threshold)
            guard value >= lowest - lowest.magnitude - 2e-5,
                value <= highest + highest.magnitude + 2e-5
            else {
                throw .thresholdOutside(
                    column.name, threshold: threshold, lowest: lowest, highest: highest)
            }
        }
    }
}
