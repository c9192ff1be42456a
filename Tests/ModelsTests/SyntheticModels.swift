import Bytes
import Models
import XGBoost

/// Invented rows and the models XGBoost makes of them.
struct SyntheticRows {
    static let columnCount = 7
    let values: [Float]
    let labels: [Float]

    /// Rows in tenths, so that thresholds and values meet; with `missingShare` of them NaN.
    init(count: Int, seed: UInt64, missingShare: Double = 0) {
        var random = RandomSource(seed: seed)
        var values: [Float] = []
        var labels: [Float] = []
        for _ in 0..<count {
            let row = (0..<Self.columnCount).map { _ in Float(random.next(below: 200)) / 10 }
            let sum = row[0] + row[1] * row[2] / 20 + Float(random.next(below: 100)) / 10
            labels.append(sum > 22 ? 1 : 0)
            values += row.map { random.nextFraction() < missingShare ? .nan : $0 }
        }
        self.values = values
        self.labels = labels
    }

    @_lifetime(borrow self)
    func row(_ index: Int) -> Span<Float> {
        values.span.extracting(index * Self.columnCount..<(index + 1) * Self.columnCount)
    }
}

enum SyntheticModels {
    static let featureNames = (0..<SyntheticRows.columnCount).map { "f\($0)" }

    /// What every model here is trained with. Defaults differ between releases of XGBoost.
    static let settings: [(name: String, value: String)] = [
        ("objective", "binary:logistic"), ("tree_method", "hist"), ("max_bin", "64"),
        ("eta", "0.1"), ("min_child_weight", "0.01"), ("base_score", "0.3"), ("seed", "1"),
        ("nthread", "1"), ("verbosity", "0"),
    ]

    /// XGBoost's JSON of a model with these settings on top of the usual ones.
    static func document(
        depth: Int, rounds: Int = 20, rows: SyntheticRows = SyntheticRows(count: 600, seed: 1),
        settings: [(name: String, value: String)] = []
    ) throws -> [UInt8] {
        let matrix = try DataMatrix(
            rows: rows.values.span, columnCount: SyntheticRows.columnCount)
        try matrix.setLabels(rows.labels.span)
        let booster = try Booster(
            learning: matrix,
            parameters: SyntheticModels.settings + [("max_depth", "\(depth)")] + settings)
        for round in 0..<rounds { try booster.update(round: round, learning: matrix) }
        return try booster.document()
    }

    static func ensemble(_ document: [UInt8]) throws -> Ensemble {
        try Ensemble(xgboostJSON: document.span, featureNames: featureNames)
    }
}

extension [UInt8] {
    /// The text with the first `old` replaced, which must be there.
    func replacing(_ old: String, by new: String) -> [UInt8] {
        let text = String(decoding: self, as: UTF8.self)
        precondition(text.contains(old), "nothing to replace: \(old)")
        return Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
    }
}
