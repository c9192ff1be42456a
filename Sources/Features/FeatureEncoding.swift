/// How a record becomes the row of numbers a model sees: which columns, of what, in which order.
/// Every number has one column and every value of a category has one, so nothing of a record is
/// lost.
package struct FeatureEncoding: Equatable, Sendable {
    /// One column of the row.
    package struct Column: Equatable, Sendable {
        /// The name the model knows it by.
        package let name: String
        /// What it shows, as an index into `Schema.features` and `Record.values`.
        package let feature: Int
        /// The value whose presence it shows as 1, or nil when the column is the number itself.
        package let category: Int?
        /// What is subtracted, and what the rest is divided by: 0 and 1 leave a number as it is.
        package let mean: Double
        package let scale: Double

        package init(
            name: String, feature: Int, category: Int?, mean: Double = 0, scale: Double = 1
        ) {
            self.name = name
            self.feature = feature
            self.category = category
            self.mean = mean
            self.scale = scale
        }

        /// The column's cell for a number, or for the presence of a value as 0 or 1. A float32, as
        /// XGBoost casts its input.
        func cell(_ value: Double) -> Float { Float((value - mean) / scale) }
    }

    /// The columns in the row's order.
    package let columns: [Column]
    /// What the columns show.
    let features: [Feature]
    /// The row of a record that has no value of any category; its numbers are overwritten.
    private let absent: [Float]
    /// The cell of each column when its value is there.
    private let present: [Float]
    /// For each feature the column of its number, or where in `categoryColumns` its values begin.
    private let places: [Place]
    private let categoryColumns: [Int]

    private struct Place: Equatable {
        let isCategory: Bool
        let index: Int
    }

    /// One column a number, and one for each value of a category, in the schema's order. The names
    /// are `tenure` and `Contract=One year`.
    package init(oneHot schema: Schema) {
        let features = schema.features
        var columns: [Column] = []
        for (index, feature) in features.enumerated() {
            guard let categories = feature.categories else {
                columns.append(Column(name: feature.name, feature: index, category: nil))
                continue
            }
            for (category, value) in categories.enumerated() {
                columns.append(
                    Column(name: "\(feature.name)=\(value)", feature: index, category: category))
            }
        }
        self.init(columns: columns, features: features)
    }

    /// `columns` must hold every number once and every value of every category once.
    init(columns: [Column], features: [Feature]) {
        self.columns = columns
        self.features = features
        absent = columns.map { $0.cell(0) }
        present = columns.map { $0.cell(1) }
        var places: [Place] = []
        var categoryColumns: [Int] = []
        for (index, feature) in features.enumerated() {
            func column(_ category: Int?) -> Int {
                guard
                    let column = columns.firstIndex(where: {
                        $0.feature == index && $0.category == category
                    })
                else { preconditionFailure("an encoding covers its schema") }
                return column
            }
            if let categories = feature.categories {
                places.append(Place(isCategory: true, index: categoryColumns.count))
                categoryColumns += categories.indices.map { column($0) }
            } else {
                places.append(Place(isCategory: false, index: column(nil)))
            }
        }
        self.places = places
        self.categoryColumns = categoryColumns
    }

    /// The same columns with each cell less its mean and divided by its scale, both finite, the
    /// scale at least `SchemaLimits.scaleMin`; one of each a column.
    package func standardized(means: [Double], scales: [Double]) -> FeatureEncoding {
        precondition(means.count == columns.count && scales.count == columns.count)
        let scaled = columns.enumerated().map { index, column in
            precondition(means[index].magnitude <= SchemaLimits.boundMagnitudeMax)
            precondition(scales[index] >= SchemaLimits.scaleMin && scales[index].isFinite)
            return Column(
                name: column.name, feature: column.feature, category: column.category,
                mean: means[index], scale: scales[index])
        }
        return FeatureEncoding(columns: scaled, features: features)
    }

    package var columnCount: Int { columns.count }

    package var columnNames: [String] { columns.map(\.name) }

    /// Writes the row of `record` into `row`, which must have `columnCount` elements. The record is
    /// of the schema the encoding covers.
    package func encode(_ record: borrowing Record, into row: inout [Float]) {
        precondition(row.count == columns.count && record.values.count == places.count)
        for i in 0..<absent.count { row[i] = absent[i] }
        for i in 0..<places.count {
            let place = places[i]
            if place.isCategory {
                let column = categoryColumns[place.index + Int(record.values[i])]
                row[column] = present[column]
            } else {
                row[place.index] = columns[place.index].cell(record.values[i])
            }
        }
    }
}
