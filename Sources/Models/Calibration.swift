/// How a margin becomes a probability.
package enum Calibration: Equatable, Sendable {
    /// The link of the model's objective alone.
    case none
    /// The logistic link of `slope · margin + intercept` (Platt 1999), the slope above 0, whatever
    /// the model's objective.
    case platt(slope: Double, intercept: Double)

    /// The probability in single precision, as XGBoost computes it.
    ///
    /// - Parameter link: that of the model's objective.
    package func probability(fromMargin margin: Float, link: Link = .logistic) -> Float {
        switch self {
        case .none: link.probability(fromMargin: margin)
        case .platt(let slope, let intercept):
            Logistic.probability(fromMargin: Float(slope * Double(margin) + intercept))
        }
    }
}
