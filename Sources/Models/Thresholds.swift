/// Where a model draws its lines. A probability on a line lies below it.
///
/// Probabilities are floats, so each line is the nearest float: 0.4 in single precision is a little
/// above 0.4, and still on that line.
package struct Thresholds: Equatable, Sendable {
    /// Above it, churn is predicted.
    package let decision: Double
    /// Above it, the risk is high.
    package let high: Double
    /// Above it and not high, the risk is medium.
    package let medium: Double

    /// `nil` unless all lie between 0 and 1, both excluded, and `medium` below `high`.
    package init?(decision: Double, high: Double, medium: Double) {
        guard 0 < decision, decision < 1, 0 < medium, Float(medium) < Float(high), high < 1 else {
            return nil
        }
        self.decision = decision
        self.high = high
        self.medium = medium
    }

    /// What a new model starts with: churn above one half, high risk above 0.7, medium above 0.4.
    package static let standard = Thresholds(sound: 0.5, high: 0.7, medium: 0.4)

    private init(sound decision: Double, high: Double, medium: Double) {
        self.decision = decision
        self.high = high
        self.medium = medium
    }

    package func isPositive(_ probability: Float) -> Bool { probability > Float(decision) }

    package func riskLevel(_ probability: Float) -> RiskLevel {
        if probability > Float(high) { return .high }
        return probability > Float(medium) ? .medium : .low
    }
}

extension Thresholds: CustomStringConvertible {
    /// For example `decision 0.5, high 0.7, medium 0.4`.
    package var description: String { "decision \(decision), high \(high), medium \(medium)" }
}

/// The bands of risk, by the names callers see.
package enum RiskLevel: String, CaseIterable, Sendable {
    case high = "High"
    case medium = "Medium"
    case low = "Low"
}
