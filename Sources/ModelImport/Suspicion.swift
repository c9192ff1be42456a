/// What is visible in a model that makes its predictions doubtful for records of the schema.
package enum Suspicion: Equatable, Sendable {
    /// What a column may have gone through before the model saw it.
    package enum Scaling: Equatable, Sendable {
        case minMax, logarithm, standard
    }

    /// All splits of a column are in a small part of its range.
    case scaledColumn(
        String, thresholds: ClosedRange<Float>, values: ClosedRange<Double>, Scaling)
    /// Splits of columns that are 0 or 1, or codes, with a threshold that neither reaches.
    case idleSplits(columns: [String], threshold: Float)
    /// Splits of some columns send missing values where those of the others do not.
    case missingValues(columns: [String])
    /// Values that no column shows, while columns show others of the same features; as an encoding
    /// names what it omits, `Contract=One year`.
    case lackingValues([String])
    /// All golden requests have one probability.
    case constantProbability(Float)
    /// A margin that no probability needs, and the numbers that alone move it so far.
    case extremeMargin(Float, columns: [String])
    /// A regression that leaves 0 and 1 by far.
    case beyondProbability(lowest: Float, highest: Float)

    /// Whether a table's outcomes show that there is nothing in it: not where a few rows are
    /// concerned, which no figure of all rows shows.
    var isDecidedByOutcomes: Bool {
        switch self {
        case .missingValues, .lackingValues: false
        case .scaledColumn, .idleSplits, .constantProbability, .extremeMargin, .beyondProbability:
            true
        }
    }

    /// The word it has in a manifest.
    var key: String {
        switch self {
        case .scaledColumn: "scaled_column"
        case .idleSplits: "idle_splits"
        case .missingValues: "missing_values"
        case .lackingValues: "lacking_values"
        case .constantProbability: "constant_probability"
        case .extremeMargin: "extreme_margin"
        case .beyondProbability: "beyond_probability"
        }
    }
}

extension Suspicion: CustomStringConvertible {
    /// One line: what was found, and what it may mean.
    package var description: String {
        switch self {
        case .scaledColumn(let column, let thresholds, let values, let scaling):
            "column \(column): compared with \(thresholds.lowerBound) to "
                + "\(thresholds.upperBound) alone, but its values are \(values.lowerBound) to "
                + "\(values.upperBound): \(scaling.explanation)"
        case .idleSplits(let columns, let threshold):
            "\(Suspicion.list(columns)): compared with \(threshold), on one side of which all "
                + "values are: the model learned from a sparse matrix, where 0 is a missing value, "
                + "or from scaled columns"
        case .missingValues(let columns):
            "\(Suspicion.list(columns)): the model learned where missing values go, and churnd "
                + "never has one: fill them before training with the value of the schema's x-blank"
        case .lackingValues(let values):
            "no column for \(Suspicion.list(values, named: nil)), though for other values of the "
                + "same fields: where training took it for another value, predictions for it "
                + "are wrong"
        case .constantProbability(let probability):
            "every golden request has the probability \(probability): another target, or columns "
                + "in another unit"
        case .extremeMargin(let margin, let columns):
            "a golden request has the margin \(margin), expected -"
                + "\(ProofLimits.marginMagnitudeMax) to \(ProofLimits.marginMagnitudeMax)"
                + (columns.isEmpty ? "" : ", by \(Suspicion.list(columns)) alone")
                + ": weights for scaled columns, or a schema with far wider bounds than the data"
        case .beyondProbability(let lowest, let highest):
            "predictions of reg:squarederror from \(lowest) to \(highest), expected about 0 to 1: "
                + "a "
                + "custom objective, which XGBoost does not save, or a regression of another "
                + "target"
        }
    }

    private static let columnsToldMax = 5

    private static func list(_ columns: [String], named name: String? = "column") -> String {
        let rest = columns.count - columnsToldMax
        return (name.map { columns.count == 1 ? "\($0) " : "\($0)s " } ?? "")
            + columns.prefix(columnsToldMax).joined(separator: ", ")
            + (rest > 0 ? " and \(rest) more" : "")
    }
}

extension Suspicion.Scaling {
    fileprivate var explanation: String {
        switch self {
        case .minMax: "scaled to 0 to 1, as MinMaxScaler does?"
        case .logarithm: "a logarithm, as log1p, or scaled, as StandardScaler does?"
        case .standard: "scaled to mean 0 and deviation 1, as StandardScaler does?"
        }
    }
}
