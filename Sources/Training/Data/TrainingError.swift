package import Bundle
package import Tables
package import XGBoost

/// Why no model was trained.
package enum TrainingError: Error, Equatable, Sendable {
    /// The table, or its schema, cannot be used.
    case data(DataError)
    /// Fewer rows of one outcome than there are folds.
    case tooFewRows(path: String, positives: Int, negatives: Int, least: Int)
    /// Not fit for the name or the version of a model.
    case name(String)
    /// Fewer groups with rows of one outcome than a plan needs that divides no group.
    case tooFewGroups(path: String, column: String, positives: Int, negatives: Int, least: Int)
    /// Not a field that makes groups.
    case groupField(String)
    /// Not a field of the schema; the names that would be.
    case unknownField(String, known: [String])
    /// Not the table that the model was trained on.
    case notTheTraining(path: String)
    /// What was made cannot be written.
    case output(BundleWriteError)
    case library(XGBoostError)
    /// A model whose higher margins do not mean higher probabilities, so that it cannot be
    /// calibrated.
    case ranksByChance(Candidate)
}

extension TrainingError: CustomStringConvertible {
    /// One line, or one for each bad cell.
    package var description: String {
        switch self {
        case .data(let error): "\(error)"
        case .output(let error): "\(error)"
        case .tooFewRows(let path, let positives, let negatives, let least):
            "\(path): \(positives) positive and \(negatives) negative rows, "
                + "expected at least \(least) of each"
        case .tooFewGroups(let path, let column, let positives, let negatives, let least):
            "\(path): rows of the same \(column) are kept together, and \(positives) values of it "
                + "have positive rows and \(negatives) negative ones, expected at least \(least) "
                + "of each"
        case .unknownField(let name, let known):
            "\(name): no such field, expected one of \(known.joined(separator: ", "))"
        case .notTheTraining(let path):
            "\(path): not the table the model was trained on, whose SHA-256 the manifest states"
        case .name(let text):
            "\(text): not a name, expected 1 to 64 of A-Z a-z 0-9 . _ - and no dot in front"
        case .groupField(let name):
            "\(name): makes no groups, expected a category or an integer of at most 16 values"
        case .library(let error): "\(error)"
        case .ranksByChance(let candidate):
            "\(candidate.title): ranks rows no better than chance, which cannot be calibrated"
        }
    }
}
