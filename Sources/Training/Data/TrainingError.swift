package import Features
package import Models
package import POSIX
package import XGBoost

/// Why no model was trained.
package enum TrainingError: Error, Equatable, Sendable {
    /// The data or the schema cannot be read.
    case unreadable(FileError)
    case schema(path: String, SchemaError)
    /// The schema names no column to learn.
    case noTarget(path: String)
    /// The data is not a table.
    case table(path: String, CSVError)
    /// The table is not one of the schema.
    case columns(path: String, TableError)
    /// The data is another kind of file.
    case form(path: String, TableForm)
    /// A target of which no row has one of the schema's two values, and the values it has instead.
    case outcomes(path: String, OtherOutcomes)
    /// Rows that the schema refuses: the first violations, and how many more there are.
    case rows(path: String, first: [CellViolation], further: Int)
    /// More rows than the limit.
    case tooManyRows(path: String, most: Int)
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
    /// Something is at the place of the bundle already; a version is written once.
    case outputExists(path: String)
    case unwritable(FileError)
    case library(XGBoostError)
    /// A model whose higher margins do not mean higher probabilities, so that it cannot be
    /// calibrated.
    case ranksByChance(Candidate)
    /// The bundle that was made does not load.
    case bundle(ModelError)
}
