/// A mean and the spread around it.
package struct Spread: Equatable, Sendable {
    package let mean: Double
    /// The sample standard deviation, by n − 1; of overlapping folds no standard error.
    package let deviation: Double

    /// Of two values at least.
    package init(_ values: [Double]) {
        precondition(values.count > 1)
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        deviation = (squares / Double(values.count - 1)).squareRoot()
    }
}
