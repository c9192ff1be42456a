/// How a record becomes the row of numbers a model sees: which columns, of what, in which order.
/// Nothing of a record is shown twice, and what no column shows is known as `omissions`.
package struct FeatureEncoding: Equatable, Sendable {
    /// What a column holds before it is shifted and scaled.
    package enum Content: Equatable, Sendable {
        /// The number itself.
        case number
        /// 1 where the feature has this value, an index into `Feature.values`, else 0.
        case presence(of: Int)
        /// Where the feature's value stands in this order, from 0. Each value of the feature is in
        /// it; others may be, which a model has seen and the schema does not take.
        case code(order: [String])
    }

    /// One column of the row.
    package struct Column: Equatable, Sendable {
        /// The name the model knows it by.
        package let name: String
        /// What it shows, as an index into `Schema.features` and `Record.values`.
        package let feature: Int
        package let content: Content
        /// What is subtracted, and what the rest is divided by: 0 and 1 leave a number as it is.
        package let mean: Double
        package let scale: Double

        package init(
            name: String, feature: Int, content: Content, mean: Double = 0, scale: Double = 1
        ) {
            self.name = name
            self.feature = feature
            self.content = content
            self.mean = mean
            self.scale = scale
        }

        /// The value whose presence it shows, or nil when it shows something else.
        package var category: Int? {
            switch content {
            case .presence(let value): value
            case .number, .code: nil
            }
        }

        /// The column's cell for a number, a code, or the presence of a value as 0 or 1. A float32,
        /// as XGBoost casts its input.
        func cell(_ value: Double) -> Float { Float((value - mean) / scale) }
    }

    /// A feature that is shown as a number.
    private struct Number: Equatable {
        let feature: Int
        let column: Int
        let mean: Double
        let scale: Double
    }

    /// A feature of which some values have cells of their own.
    private struct Choice: Equatable {
        let feature: Int
        /// The number that is the feature's first value: 0 for a category.
        let minimum: Double
        /// The first value's place in `cellStarts`.
        let start: Int
    }

    private struct Cell: Equatable {
        let column: Int
        let value: Float
    }

    /// The columns in the row's order.
    package let columns: [Column]
    /// What the columns show, and what they could.
    let features: [Feature]
    /// The row of a record that has none of the values.
    private let absent: [Float]
    private var numbers: [Number] = []
    private var choices: [Choice] = []
    /// The cells that a value changes; those of a choice's value v begin at `cellStarts[start + v]`
    /// and end where those of the next value begin.
    private var cells: [Cell] = []
    private var cellStarts = [0]

    /// One column a number, and one for each value of a category, in the schema's order. The names
    /// are `tenure` and `Contract=One year`.
    package init(oneHot schema: Schema) {
        let features = schema.features
        var columns: [Column] = []
        for (index, feature) in features.enumerated() {
            guard let categories = feature.categories else {
                columns.append(Column(name: feature.name, feature: index, content: .number))
                continue
            }
            for (category, value) in categories.enumerated() {
                columns.append(
                    Column(
                        name: "\(feature.name)=\(value)", feature: index,
                        content: .presence(of: category)))
            }
        }
        self.init(columns: columns, features: features)
    }

    /// `columns` must be as `EncodingCoverage` accepts them.
    init(columns: [Column], features: [Feature]) {
        self.columns = columns
        self.features = features
        absent = columns.map { $0.cell(0) }
        for (index, feature) in features.enumerated() {
            let shown = columns.indices.filter { columns[$0].feature == index }
            if let column = shown.first, columns[column].content == .number {
                numbers.append(
                    Number(
                        feature: index, column: column, mean: columns[column].mean,
                        scale: columns[column].scale))
            } else if !shown.isEmpty, let values = feature.values {
                choices.append(
                    Choice(
                        feature: index, minimum: feature.minimum, start: cellStarts.count - 1))
                for (place, value) in values.enumerated() {
                    appendCells(shown, ofValue: place, named: value)
                }
            }
        }
    }

    private mutating func appendCells(_ shown: [Int], ofValue place: Int, named value: String) {
        for column in shown {
            let number: Double
            switch columns[column].content {
            case .presence(of: place): number = 1
            case .number, .presence: continue
            case .code(let order):
                guard let code = order.firstIndex(of: value) else {
                    preconditionFailure("an order of codes has every value")
                }
                number = Double(code)
            }
            cells.append(Cell(column: column, value: columns[column].cell(number)))
        }
        cellStarts.append(cells.count)
    }

    /// The same columns with each cell less its mean and divided by its scale, both finite, the
    /// scale at least `SchemaLimits.scaleMin`; one of each a column.
    package func standardized(means: [Double], scales: [Double]) -> FeatureEncoding {
        precondition(means.count == columns.count && scales.count == columns.count)
        let scaled = columns.enumerated().map { index, column in
            precondition(means[index].magnitude <= SchemaLimits.boundMagnitudeMax)
            precondition(scales[index] >= SchemaLimits.scaleMin && scales[index].isFinite)
            return Column(
                name: column.name, feature: column.feature, content: column.content,
                mean: means[index], scale: scales[index])
        }
        return FeatureEncoding(columns: scaled, features: features)
    }

    package var columnCount: Int { columns.count }

    package var columnNames: [String] { columns.map(\.name) }

    /// What no column shows, in the schema's order: `gender` where nothing of a feature is shown,
    /// else `Contract=One year` for each value of which the presence is not.
    package var omissions: [String] { EncodingCoverage(columns, features).omissions }

    /// Writes the row of `record` into `row`, which must have `columnCount` elements. The record is
    /// of the schema the encoding is for.
    package func encode(_ record: borrowing Record, into row: inout [Float]) {
        precondition(row.count == columns.count && record.values.count == features.count)
        for i in 0..<absent.count { row[i] = absent[i] }
        for i in 0..<numbers.count {
            let number = numbers[i]
            row[number.column] = Float(
                (record.values[number.feature] - number.mean) / number.scale)
        }
        for i in 0..<choices.count {
            let choice = choices[i]
            let value = choice.start + Int(record.values[choice.feature] - choice.minimum)
            for cell in cellStarts[value]..<cellStarts[value + 1] {
                row[cells[cell].column] = cells[cell].value
            }
        }
    }
}

/// Which features and values the columns of an encoding show.
struct EncodingCoverage {
    private let features: [Feature]
    /// For each feature what is shown of its values; one entry for a number.
    private var isShown: [[Bool]]

    init(_ columns: [FeatureEncoding.Column], _ features: [Feature]) {
        self.init(features)
        for column in columns { _ = add(column) }
    }

    init(_ features: [Feature]) {
        self.features = features
        isShown = features.map { Array(repeating: false, count: $0.values?.count ?? 1) }
    }

    /// Whether nothing that the column shows was shown before.
    mutating func add(_ column: FeatureEncoding.Column) -> Bool {
        let feature = column.feature
        let places =
            switch column.content {
            case .presence(let place): place..<place + 1
            case .number, .code: isShown[feature].indices
            }
        guard isShown[feature][places].allSatisfy({ !$0 }) else { return false }
        for place in places { isShown[feature][place] = true }
        return true
    }

    var omissions: [String] {
        zip(features, isShown).flatMap { feature, isShown in
            guard isShown.contains(true) else { return [feature.name] }
            return isShown.indices.filter { !isShown[$0] }.map { place in
                "\(feature.name)=\(feature.values?[place] ?? "")"
            }
        }
    }
}
