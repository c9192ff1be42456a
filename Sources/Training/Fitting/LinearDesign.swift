internal import Features

/// The rows of a standardized encoding, feature after feature: a number a row, or which of its
/// columns a row has set. A category costs one entry a row however many values it has, so that a
/// pass costs O(rows × features) and not O(rows × columns).
///
/// A category's columns are divided by their scales and not shifted by their means: the bias takes
/// the shift, and `centred` is its size.
struct LinearDesign {
    enum Block {
        /// Of a column, each row's cell, shifted and scaled.
        case number(column: Int, cells: [Double])
        /// Each row's place in `columns`, or one beyond; and the height of each column's step.
        case choice(places: [UInt16], columns: [Int], heights: [Double])
    }

    let columnCount: Int
    let rowCount: Int
    let blocks: [Block]
    /// What a weight of 1 of each column is in the bias of columns that are shifted.
    private let shifts: [Double]

    /// Of records of the encoding's schema. A column shows a number, or the presence of a value.
    init(_ records: [Record], _ encoding: FeatureEncoding) {
        columnCount = encoding.columnCount
        rowCount = records.count
        var shifts = [Double](repeating: 0, count: encoding.columnCount)
        var drafts: [Draft] = []
        for feature in Set(encoding.columns.map(\.feature)).sorted() {
            let shown = encoding.columns.indices.filter { encoding.columns[$0].feature == feature }
            var draft = Draft(feature: feature)
            for column in shown {
                let described = encoding.columns[column]
                if let category = described.category {
                    shifts[column] = described.mean / described.scale
                    draft.add(column, category: category, height: 1 / described.scale)
                } else {
                    draft.number = (column, described.mean, described.scale)
                }
            }
            drafts.append(draft)
        }
        // A few rows at a time, whose values stay in the cache while all features read them.
        for start in stride(from: 0, to: records.count, by: LinearDesign.rowsTogether) {
            let rows = start..<min(start + LinearDesign.rowsTogether, records.count)
            for index in drafts.indices { drafts[index].take(records[rows]) }
        }
        blocks = drafts.map(\.block)
        self.shifts = shifts
    }

    private static let rowsTogether = 512

    /// A block whose rows are being read.
    private struct Draft {
        let feature: Int
        var number: (column: Int, mean: Double, scale: Double)?
        private var cells: [Double] = []
        private var places: [UInt16] = []
        private var columns: [Int] = []
        private var heights: [Double] = []
        /// The place of each value, one beyond the columns where none shows it.
        private var placeOfValue: [UInt16?] = []

        init(feature: Int) { self.feature = feature }

        mutating func add(_ column: Int, category: Int, height: Double) {
            while placeOfValue.count <= category { placeOfValue.append(nil) }
            placeOfValue[category] = UInt16(columns.count)
            columns.append(column)
            heights.append(height)
        }

        mutating func take(_ records: ArraySlice<Record>) {
            if let number {
                for record in records {
                    cells.append((record.values[feature] - number.mean) / number.scale)
                }
                return
            }
            let absent = UInt16(columns.count)
            for record in records {
                let value = Int(record.values[feature])
                let place = value < placeOfValue.count ? placeOfValue[value] : nil
                places.append(place ?? absent)
            }
        }

        var block: Block {
            if let number { return .number(column: number.column, cells: cells) }
            return .choice(places: places, columns: columns, heights: heights)
        }
    }

    /// The bias of columns that are shifted by their means, where `bias` is that of these.
    func centred(bias: Double, weights: [Double]) -> Double {
        zip(shifts, weights).reduce(bias) { $0 + $1.0 * $1.1 }
    }

    /// Of each row the sum of its cells times `weights`, which hold one for each column and the
    /// bias last.
    func margins(_ weights: [Double]) -> [Double] {
        var margins = [Double](repeating: weights[columnCount], count: rowCount)
        for block in blocks {
            switch block {
            case .number(let column, let cells):
                let weight = weights[column]
                LinearDesign.add(cells.span, times: weight, to: &margins)
            case .choice(let places, let columns, let heights):
                let steps = zip(columns, heights).map { weights[$0] * $1 } + [0]
                LinearDesign.add(steps.span, at: places.span, to: &margins)
            }
        }
        return margins
    }

    /// Of each column the sum of its cells times `values` of the rows, and last the sum of these.
    func columnSums(_ values: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: columnCount + 1)
        sums[columnCount] = values.reduce(0, +)
        for block in blocks {
            switch block {
            case .number(let column, let cells):
                var sum = 0.0
                for row in 0..<rowCount { sum += values[row] * cells[row] }
                sums[column] = sum
            case .choice(let places, let columns, let heights):
                let steps = LinearDesign.sums(values.span, at: places.span, columns.count + 1)
                for (place, column) in columns.enumerated() {
                    sums[column] = steps[place] * heights[place]
                }
            }
        }
        return sums
    }

    /// Of each column the sum of its squared cells times `values` of the rows, and last the sum of
    /// these.
    func squareSums(_ values: [Double]) -> [Double] {
        var sums = columnSums(values)
        for block in blocks {
            switch block {
            case .number(let column, let cells):
                var sum = 0.0
                for row in 0..<rowCount { sum += values[row] * cells[row] * cells[row] }
                sums[column] = sum
            case .choice(_, let columns, let heights):
                for (column, height) in zip(columns, heights) { sums[column] *= height }
            }
        }
        return sums
    }

    private static func add(
        _ cells: Span<Double>, times weight: Double, to margins: inout [Double]
    ) {
        var margins = margins.mutableSpan
        for row in 0..<margins.count { margins[row] += weight * cells[row] }
    }

    private static func add(
        _ steps: Span<Double>, at places: Span<UInt16>, to margins: inout [Double]
    ) {
        var margins = margins.mutableSpan
        for row in 0..<margins.count { margins[row] += steps[Int(places[row])] }
    }

    /// The sum of the values at each of so many places. Four sums a place are kept and added in
    /// turn: one alone would wait for its last addition wherever a place follows itself.
    private static func sums(
        _ values: Span<Double>, at places: Span<UInt16>, _ count: Int
    ) -> [Double] {
        var lanes = [Double](repeating: 0, count: 4 * count)
        var sums = lanes.mutableSpan
        for row in 0..<values.count { sums[4 * Int(places[row]) + (row & 3)] += values[row] }
        return (0..<count).map { place in
            let first = 4 * place
            return lanes[first] + lanes[first + 1] + lanes[first + 2] + lanes[first + 3]
        }
    }
}
