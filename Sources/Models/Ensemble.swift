internal import Features

/// A sum over a base margin, of trees or of weighted features, scored bit for bit as libxgboost
/// scores it.
package struct Ensemble: Sendable {
    /// How many values a row has.
    package let featureCount: Int
    /// The margin before any tree.
    package let baseMargin: Float
    /// What is added up.
    package let booster: BoosterKind
    /// What the model was trained for; it decides what a margin means.
    package let objective: Objective
    /// What the margin is added up in.
    package let sumPrecision: SumPrecision
    let linked: LinkedForest
    private let heap: HeapForest?
    let linear: LinearModel?

    /// Reads a model that XGBoost saved as JSON: booster `gbtree`, `dart` or `gblinear`, an
    /// objective of `Objective`, one output. Anything else throws, by its name.
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
                index: index, found: excerpt(found), wanted: excerpt(featureNames[index]))
        }
        featureCount = document.featureCount
        baseMargin = document.baseMargin
        booster = document.booster
        objective = document.objective
        sumPrecision = document.sumPrecision
        linked = document.forest
        linear = document.linear
        heap =
            document.linear == nil && document.sumPrecision == .single
            ? HeapForest(document.forest, splitsMax: limits.paddedSplitsMax) : nil
        guard marginMax < Double(Float.greatestFiniteMagnitude) else { throw .marginNotFinite }
    }

    /// What turns a margin into a probability.
    package var link: Link { objective.link }

    /// How many trees are added up: none in a linear model.
    package var treeCount: Int { linked.roots.count }

    /// The depth of the deepest tree.
    package var depth: Int { linked.depths.max() ?? 0 }

    /// Whether rows without missing values are scored on padded trees, which is several times
    /// faster.
    package var isPadded: Bool { heap != nil }

    /// How each feature is used, in their order.
    package var featureUses: [FeatureUse] {
        var uses = [FeatureUse](repeating: FeatureUse(), count: featureCount)
        for node in linked.nodes where !node.isLeaf {
            let feature = Int(node.feature)
            if node.isByCategory {
                uses[feature].isSplitByCategory = true
            } else {
                uses[feature].include(threshold: node.value, defaultLeft: node.defaultLeft)
            }
        }
        return uses
    }

    /// The margin of `row`, which has `featureCount` values; NaN is a missing one.
    package func margin(_ row: Span<Float>) -> Float {
        precondition(row.count == featureCount, "a row has as many values as the model features")
        if sumPrecision == .double {
            let base = Double(baseMargin)
            return Float(linear?.doubleSum(row, onto: base) ?? linked.doubleSum(row, onto: base))
        }
        if let linear { return linear.sum(row, onto: baseMargin) }
        guard let heap, !Ensemble.hasMissing(row) else {
            return linked.sum(row, onto: baseMargin)
        }
        return heap.sum(row, onto: baseMargin)
    }

    /// How far from zero the margin of a row of any schema can be. Sums of a float that stay below
    /// its range on the way are finite, so no request comes to NaN.
    package var marginMax: Double {
        let base = Double(baseMargin.magnitude)
        guard let linear else { return base + linked.leafSumMax }
        let weights = linear.weights.dropLast().reduce(0) { $0 + Double($1.magnitude) }
        let bias = linear.weights.last.map { Double($0.magnitude) } ?? 0
        return base + bias + weights * SchemaLimits.cellMagnitudeMax
    }

    /// Counts, and never stops early, so that it takes the row in vectors.
    private static func hasMissing(_ row: Span<Float>) -> Bool {
        var count = 0
        for i in 0..<row.count { count &+= row[i].isNaN ? 1 : 0 }
        return count > 0
    }
}

/// What a margin is added up in, by the words of a model's attribute.
package enum SumPrecision: String, Sendable {
    /// Single precision, rounded after each summand, as XGBoost does.
    case single
    /// Double precision, rounded to single once, as the models of other libraries need it.
    case double

    /// The attribute of a model that states it; without it, it is `single`.
    package static let attribute = "churnd_sum"
    /// How far the margins of a model with `double` may be from those of the library that trained
    /// it, where they are below 8.
    package static let marginTolerance = 1e-6
}

/// How the trees of a model use one feature.
package struct FeatureUse: Equatable, Sendable {
    /// The lowest and the highest threshold it is compared with; nil where it never is.
    package private(set) var thresholds: ClosedRange<Float>?
    /// The different thresholds.
    package private(set) var distinctThresholds: Set<Float> = []
    /// Splits by a threshold that send a missing value to the left, and to the right.
    package private(set) var defaultLeftCount = 0
    package private(set) var defaultRightCount = 0
    /// Whether a split asks for its category.
    package fileprivate(set) var isSplitByCategory = false

    fileprivate mutating func include(threshold: Float, defaultLeft: Bool) {
        distinctThresholds.insert(threshold)
        if defaultLeft { defaultLeftCount += 1 } else { defaultRightCount += 1 }
        guard let known = thresholds else {
            thresholds = threshold...threshold
            return
        }
        thresholds = min(known.lowerBound, threshold)...max(known.upperBound, threshold)
    }
}
