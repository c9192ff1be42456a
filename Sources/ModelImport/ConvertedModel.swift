internal import Models

/// What a converted model computes, as its own file has it.
enum SourceModel: Sendable {
    case forest(SourceForest)
    case linear(weights: [Double], bias: Double)

    /// The sum for a row, in double precision.
    func margin(_ row: Span<Float>) -> Double {
        switch self {
        case .forest(let forest): return forest.margin(row)
        case .linear(let weights, let bias):
            var margin = bias
            for index in weights.indices { margin += weights[index] * Double(row[index]) }
            return margin
        }
    }
}

/// The model of another library, written as a document of XGBoost.
struct ConvertedModel: Sendable {
    /// What has saved it, for example `LightGBM v4`.
    let library: String
    /// As `XGBoostWriter` makes it.
    let document: [UInt8]
    /// The columns of its inputs; a name is empty if it is unknown.
    let columns: [SourceColumn]
    /// What is computed of them; nil where they are what the model reads.
    var transformations: [SourceTransformation]?
    /// The columns, from 0, that had missing values in training.
    let columnsWithMissing: [Int]
    /// What the document was made of.
    let source: SourceModel
    /// The outcome whose probability is predicted; nil where the model has no name for it.
    var positiveLabel: String?

    /// Throws where the margin of a row is not the one that the model itself comes to: leaves and
    /// the sum of them are rounded to single precision once.
    func check(_ margin: Float, of row: Span<Float>, number: Int) throws(ImportError) {
        let wanted = source.margin(row)
        let difference = (Double(margin) - wanted).magnitude
        guard difference <= max(SumPrecision.marginTolerance, 2 * Double(margin.ulp)) else {
            throw .imprecise(row: number, found: margin, wanted: wanted)
        }
    }

    /// Whether libxgboost comes to the same sum of the same leaves, as far as it can: it rounds
    /// after each of them.
    func isNear(_ margin: Float, library: Float, _ ensemble: Ensemble) -> Bool {
        let summands = max(ensemble.treeCount, ensemble.featureCount) + 2
        return (Double(margin) - Double(library)).magnitude
            <= Double(summands) * ensemble.marginMax * Double(Float.ulpOfOne)
    }
}

/// What a model says of one of its columns.
struct SourceColumn: Equatable, Sendable {
    let name: String
    var isCategory = false
    /// Its categories in the order of their codes; empty if they are unknown.
    var categories: [String] = []
}
