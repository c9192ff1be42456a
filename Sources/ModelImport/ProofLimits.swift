/// Where a model that is imported begins to be doubted. Each figure has two sides, and a test on
/// both.
package enum ProofLimits {
    /// What is visible in the model itself.

    /// Splits of a column whose thresholds all are in a part of its range no larger than this are
    /// those of a column that was scaled.
    package static let rangeShareMax = 0.1
    /// Fewer different thresholds show nothing of a column of numbers. One is enough for a column
    /// of integers: there thresholds are integers or lie halfway between two.
    package static let numberThresholdsMin = 2
    /// How far from a multiple of one half a threshold of integers may lie.
    package static let halfTolerance = 1e-3
    /// How far beyond the ends of a scaled column a threshold may lie.
    package static let outermostTolerance = 1e-4
    /// Values of a standardized column are rarely farther from zero.
    package static let standardizedMax = 4.0
    /// A margin farther from zero is a probability of 1e-13 or of 1 less that.
    package static let marginMagnitudeMax: Float = 30
    /// How far a regression on 0 and 1 may leave them, and for which share of the golden requests.
    package static let overshootMax: Float = 1
    package static let beyondShareMax = 0.4

    /// What a table with its outcomes shows.

    /// Rows of the rarer outcome without which nothing can be shown.
    package static let outcomeRowsMin = 10
    /// Standard errors of an interval that holds 95 %.
    package static let intervalErrors = 1.96
    /// Standard errors beyond which a gap between probabilities and rates is not chance.
    package static let gapErrors = 3.0
    /// How far the mean probability may be from the rate beyond chance, as it does when customers
    /// have changed since the training.
    package static let meanGapMax = 0.05
    /// The same where something is visible in the model: it must then be as calibrated as on the
    /// rows of its training.
    package static let doubtfulMeanGapMax = 0.01
    /// The least rows of a slice that is judged.
    package static let sliceRowsMin = 50
    /// The same as for the mean of all rows, in one slice of them: many are looked at.
    package static let sliceGapErrors = 4.0
    package static let sliceGapMax = 0.1
    package static let doubtfulSliceGapMax = 0.05
    /// Slices that a column of numbers is cut into, by its quantiles.
    package static let numberSlices = 4

    /// What is reported of rows that differ from their expected predictions.

    package static let differencesToldMax = 10
    package static let rowsMax = 4_000_000
    /// Half a unit of the last digit that one expected prediction must have at most: coarser ones
    /// prove nothing.
    package static let halfUnitMax = 0.0005
    /// How far the scorer may be from the other library, in units of the last place of single
    /// precision: exponentials differ.
    package static let unitsMax: Float = 2
}
