extension LinearDesign {
    /// The sums of products of any two columns, each row counting as `values` say, and of each
    /// column with the bias, which is the last: O(rows × features²), a small table for each two
    /// features.
    func products(_ values: [Double]) -> SymmetricMatrix {
        var matrix = SymmetricMatrix(count: columnCount + 1)
        let sums = columnSums(values)
        for column in 0...columnCount { matrix[columnCount, column] = sums[column] }
        for (index, first) in blocks.enumerated() {
            addSquares(first, values, to: &matrix)
            for second in blocks[..<index] { add(first, second, values, to: &matrix) }
        }
        return matrix
    }

    private func addSquares(_ block: Block, _ values: [Double], to matrix: inout SymmetricMatrix) {
        switch block {
        case .number(let column, let cells):
            var sum = 0.0
            for row in 0..<rowCount { sum += values[row] * cells[row] * cells[row] }
            matrix[column, column] = sum
        case .choice(_, let columns, let heights):
            // A row has one value, so that the products of different ones vanish.
            for (column, height) in zip(columns, heights) {
                matrix[column, column] = matrix[columnCount, column] * height
            }
        }
    }

    private func add(
        _ first: Block, _ second: Block, _ values: [Double], to matrix: inout SymmetricMatrix
    ) {
        switch (first, second) {
        case (.number(let left, let cells), .number(let right, let others)):
            var sum = 0.0
            for row in 0..<rowCount { sum += values[row] * cells[row] * others[row] }
            matrix[left, right] = sum
        case (.number(let number, let cells), .choice(let places, let columns, let heights)),
            (.choice(let places, let columns, let heights), .number(let number, let cells)):
            var steps = [Double](repeating: 0, count: columns.count + 1)
            for row in 0..<rowCount { steps[Int(places[row])] += values[row] * cells[row] }
            for (place, column) in columns.enumerated() {
                matrix[number, column] = steps[place] * heights[place]
            }
        case (
            .choice(let places, let columns, let heights),
            .choice(let others, let otherColumns, let otherHeights)
        ):
            let width = otherColumns.count + 1
            var table = [Double](repeating: 0, count: (columns.count + 1) * width)
            for row in 0..<rowCount {
                table[Int(places[row]) * width + Int(others[row])] += values[row]
            }
            for (place, column) in columns.enumerated() {
                for (otherPlace, other) in otherColumns.enumerated() {
                    matrix[column, other] =
                        table[place * width + otherPlace] * heights[place]
                        * otherHeights[otherPlace]
                }
            }
        }
    }
}

/// A symmetric matrix, and what solves equations with it: Cholesky's decomposition (Golub, Van
/// Loan, Matrix Computations §4.2). Rows are kept in vectors of eight, which the processor
/// multiplies together.
struct SymmetricMatrix {
    private typealias Lanes = SIMD8<Double>

    let count: Int
    private let stride: Int
    /// The lower triangle, row after row.
    private var lanes: [SIMD8<Double>]

    init(count: Int) {
        self.count = count
        stride = (count + Lanes.scalarCount - 1) / Lanes.scalarCount
        lanes = Array(repeating: Lanes(repeating: 0), count: count * stride)
    }

    subscript(_ first: Int, _ second: Int) -> Double {
        get {
            let (row, column) = (max(first, second), min(first, second))
            return lanes[row * stride + column / Lanes.scalarCount][column % Lanes.scalarCount]
        }
        set {
            let (row, column) = (max(first, second), min(first, second))
            lanes[row * stride + column / Lanes.scalarCount][column % Lanes.scalarCount] = newValue
        }
    }

    /// The lower triangle L with L·Lᵀ equal to this; nil where it is not positive definite.
    func decomposed() -> CholeskyFactor? {
        var factor = self
        for row in 0..<count {
            for column in 0..<row {
                let rest = factor[row, column] - factor.dot(row, column, below: column)
                factor[row, column] = rest / factor[column, column]
            }
            let square = factor[row, row] - factor.dot(row, row, below: row)
            guard square > 0, square.isFinite else { return nil }
            factor[row, row] = square.squareRoot()
        }
        return CholeskyFactor(triangle: factor)
    }

    /// The product of two rows' first cells.
    private func dot(_ first: Int, _ second: Int, below end: Int) -> Double {
        let whole = end / Lanes.scalarCount
        var sums = Lanes(repeating: 0)
        for index in 0..<whole {
            sums += lanes[first * stride + index] * lanes[second * stride + index]
        }
        var sum = sums.sum()
        for column in whole * Lanes.scalarCount..<end {
            sum += self[first, column] * self[second, column]
        }
        return sum
    }
}

/// A decomposed matrix.
struct CholeskyFactor {
    fileprivate let triangle: SymmetricMatrix

    /// What times the matrix is `values`.
    func solved(_ values: [Double]) -> [Double] {
        var solution = values
        for row in 0..<triangle.count {
            for column in 0..<row { solution[row] -= triangle[row, column] * solution[column] }
            solution[row] /= triangle[row, row]
        }
        for row in (0..<triangle.count).reversed() {
            solution[row] /= triangle[row, row]
            for column in 0..<row { solution[column] -= triangle[row, column] * solution[row] }
        }
        return solution
    }
}
