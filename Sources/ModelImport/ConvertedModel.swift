internal import Models

/// The model of another library, written as a document of XGBoost.
struct ConvertedModel: Sendable {
    /// What has saved it, for example `LightGBM v4`.
    let library: String
    /// As `XGBoostWriter` makes it.
    let document: [UInt8]
    let columns: [SourceColumn]
    /// The columns, from 0, that had missing values in training.
    let columnsWithMissing: [Int]
    /// What the document was made of.
    let source: SourceForest
    let treeCount: Int

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
    func isNear(_ margin: Float, library: Float, marginMax: Double) -> Bool {
        (Double(margin) - Double(library)).magnitude
            <= Double(treeCount + 2) * marginMax * Double(Float.ulpOfOne)
    }
}

/// What a model says of one of its columns.
struct SourceColumn: Equatable, Sendable {
    let name: String
    var isCategory = false
    /// Its categories in the order of their codes; empty if they are unknown.
    var categories: [String] = []
}
