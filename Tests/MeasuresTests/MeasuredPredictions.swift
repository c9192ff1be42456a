import Measures
import TestSupport

/// Invented predictions, and what scikit-learn measures on them.
struct MeasuredPredictions {
    let figures: JSONFixture
    let predictions: Predictions

    /// How far a figure may be from scikit-learn's.
    static let tolerance = 1e-9

    init() throws {
        figures = try JSONFixture("MeasuresTests/Fixtures/measures.json")
        predictions = Predictions(
            probabilities: try figures.numbers("probabilities"),
            labels: try figures.numbers("labels").map { $0 == 1 })
    }
}
