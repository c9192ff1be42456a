/// A sum of trees over a base margin, scored bit for bit as libxgboost scores it.
package struct Ensemble: Sendable {
    /// How many values a row has.
    package let featureCount: Int
    /// The margin before any tree.
    package let baseMargin: Float
    private let linked: LinkedForest
    private let heap: HeapForest?

    /// Reads a model that XGBoost saved as JSON: booster `gbtree`, objective `binary:logistic` or
    /// `reg:logistic`, numerical splits, one output. Anything else throws, by its name.
    ///
    /// - Parameter featureNames: what the columns of a row are called. A model that names its
    ///   features must name the same ones in the same order.
    package init(
        xgboostJSON bytes: Span<UInt8>, featureNames: [String],
        limits: ModelLimits = ModelLimits()
    ) throws(ModelError) {
        let document = try XGBoostDocument(parsing: bytes, limits: limits)
        guard document.featureCount == featureNames.count else {
            throw .featureCount(found: document.featureCount, wanted: featureNames.count)
        }
        for (index, found) in document.featureNames.enumerated() where found != featureNames[index]
        {
            throw .featureName(
                index: index, found: excerpt(found), wanted: featureNames[index])
        }
        linked = document.forest
        heap = HeapForest(document.forest, splitsMax: limits.paddedSplitsMax)
        featureCount = document.featureCount
        baseMargin = document.baseMargin
    }

    /// How many trees are added up.
    package var treeCount: Int { linked.roots.count }

    /// The depth of the deepest tree.
    package var depth: Int { linked.depths.max() ?? 0 }

    /// Whether rows without missing values are scored on padded trees, which is several times
    /// faster.
    package var isPadded: Bool { heap != nil }

    /// The margin of `row`, which has `featureCount` values; NaN is a missing one.
    package func margin(_ row: Span<Float>) -> Float {
        precondition(row.count == featureCount, "a row has as many values as the model features")
        guard let heap, !Ensemble.hasMissing(row) else {
            return linked.sum(row, onto: baseMargin)
        }
        return heap.sum(row, onto: baseMargin)
    }

    /// Counts, and never stops early, so that it takes the row in vectors.
    private static func hasMissing(_ row: Span<Float>) -> Bool {
        var count = 0
        for i in 0..<row.count { count &+= row[i].isNaN ? 1 : 0 }
        return count > 0
    }
}
