/// A weight for each feature and one more, the bias.
struct LinearModel: Sendable {
    /// The features' weights in their order, then the bias.
    let weights: [Float]

    /// The sum of `margin`, the bias and each value of `row` times its weight, in that order and in
    /// single precision, as XGBoost does. A missing value, NaN, adds nothing.
    func sum(_ row: Span<Float>, onto margin: Float) -> Float {
        let weights = weights.span
        var margin = margin + weights[row.count]
        for i in 0..<row.count where !row[i].isNaN { margin += row[i] * weights[i] }
        return margin
    }
}
