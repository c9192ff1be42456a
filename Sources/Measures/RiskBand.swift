package import Models

/// The rows of one level of risk, and what happened to them.
package struct RiskBand: Equatable, Sendable {
    package let level: RiskLevel
    package let count: Int
    package let positives: Int
    /// How many rows all bands hold together.
    package let total: Int

    /// The share of all rows that lies in the band.
    package var share: Double { Double(count) / Double(total) }

    /// The share of positives in the band; nil when it is empty.
    package var rate: Double? { count == 0 ? nil : Double(positives) / Double(count) }

    /// A band for each level, the highest risk first.
    package static func all(_ predictions: Predictions, by thresholds: Thresholds) -> [RiskBand] {
        var counts: [RiskLevel: (rows: Int, positives: Int)] = [:]
        for (probability, label) in zip(predictions.probabilities, predictions.labels) {
            let level = thresholds.riskLevel(Float(probability))
            counts[level, default: (0, 0)].rows += 1
            counts[level, default: (0, 0)].positives += label ? 1 : 0
        }
        return RiskLevel.allCases.map { level in
            let count = counts[level] ?? (0, 0)
            return RiskBand(
                level: level, count: count.rows, positives: count.positives,
                total: predictions.count)
        }
    }
}
