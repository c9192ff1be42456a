/// How a margin becomes a probability.
package enum Calibration: Equatable, Sendable {
    /// The logistic link alone.
    case none
    /// The logistic link of `slope · margin + intercept` (Platt 1999), the slope above 0.
    case platt(slope: Double, intercept: Double)

    /// The probability in single precision, as XGBoost computes it.
    package func probability(fromMargin margin: Float) -> Float {
        switch self {
        case .none: Logistic.probability(fromMargin: margin)
        case .platt(let slope, let intercept):
            Logistic.probability(fromMargin: Float(slope * Double(margin) + intercept))
        }
    }
}
