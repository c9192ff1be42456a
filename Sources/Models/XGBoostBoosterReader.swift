/// Reads `learner.gradient_booster`, in which members may stand in any order.
struct XGBoostBoosterReader {
    private(set) var name: String?
    private(set) var trees: XGBoostTreeReader
    /// The weight of each tree of `dart`.
    private var treeWeights: [Float]?
    /// The weights of the features of `gblinear`, and the bias.
    private var featureWeights: [Float]?
    private var statedTreeCount: Int?
    private var treeClassCount: Int?
    private let limits: ModelLimits

    init(limits: ModelLimits) {
        self.limits = limits
        trees = XGBoostTreeReader(limits: limits)
    }

    mutating func read(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let member = try scanner.nextName() {
            switch member {
            case "name": name = try scanner.string()
            case "model": try readModel(&scanner)
            case "gbtree": try readInner(&scanner)
            case "weight_drop":
                treeWeights = try weights(&scanner, list: member, most: limits.treesMax)
            default: try scanner.skipValue()
            }
        }
    }

    /// The booster `name` says, or its error.
    func kind() throws(ModelError) -> BoosterKind {
        guard let name else { throw .missing(path: "learner.gradient_booster.name") }
        guard let kind = BoosterKind(rawValue: name) else {
            throw .unsupported(
                feature: "booster", found: excerpt(name), wanted: "gbtree, dart or gblinear")
        }
        return kind
    }

    /// The trees, with the weights that `dart` gives them.
    func forest(_ kind: BoosterKind, featureCount: Int) throws(ModelError) -> LinkedForest {
        guard let statedTreeCount else {
            throw .missing(path: "learner.gradient_booster.model.gbtree_model_param.num_trees")
        }
        var forest = trees.forest
        let treeCount = forest.roots.count
        guard statedTreeCount == treeCount else {
            throw .treeCount(found: treeCount, wanted: statedTreeCount)
        }
        if let treeClassCount, treeClassCount != treeCount {
            throw .weightCount(list: "tree_info", found: treeClassCount, wanted: treeCount)
        }
        try trees.checkFeatureCount(featureCount)
        switch kind {
        case .gbtree, .gblinear:
            if treeWeights != nil {
                throw .unsupported(
                    feature: "weight_drop", found: "beside \(kind)", wanted: "it beside dart")
            }
        case .dart:
            guard let treeWeights else {
                throw .missing(path: "learner.gradient_booster.weight_drop")
            }
            guard treeWeights.count == treeCount else {
                throw .weightCount(
                    list: "weight_drop", found: treeWeights.count, wanted: treeCount)
            }
            forest.multiplyLeaves(by: treeWeights)
        }
        return forest
    }

    /// The weights of `gblinear`.
    func linear(featureCount: Int) throws(ModelError) -> LinearModel {
        guard let featureWeights else {
            throw .missing(path: "learner.gradient_booster.model.weights")
        }
        guard featureWeights.count == featureCount + 1 else {
            throw .weightCount(
                list: "weights", found: featureWeights.count, wanted: featureCount + 1)
        }
        return LinearModel(weights: featureWeights)
    }

    /// The trees of `dart` stand one level deeper.
    private mutating func readInner(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let member = try scanner.nextName() {
            switch member {
            case "model": try readModel(&scanner)
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readModel(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let member = try scanner.nextName() {
            switch member {
            case "gbtree_model_param": try readTreeCount(&scanner)
            case "trees": try trees.read(&scanner)
            case "tree_info": try readTreeClasses(&scanner)
            case "weights":
                featureWeights = try weights(&scanner, list: member, most: limits.featuresMax + 1)
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readTreeCount(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let member = try scanner.nextName() {
            switch member {
            case "num_trees":
                guard let value = Int(try scanner.string()), value >= 0 else {
                    throw .invalid(
                        path: "learner.gradient_booster.model.gbtree_model_param.num_trees",
                        wanted: "a count")
                }
                statedTreeCount = value
            default: try scanner.skipValue()
            }
        }
    }

    /// The class each tree votes for.
    private mutating func readTreeClasses(_ scanner: inout ModelScanner) throws(ModelError) {
        var count = 0
        try scanner.beginArray()
        while try scanner.nextElement() {
            guard try scanner.number() == 0 else {
                throw .unsupported(feature: "tree_info", found: "other than 0", wanted: "one class")
            }
            count += 1
        }
        treeClassCount = count
    }

    private func weights(
        _ scanner: inout ModelScanner, list: String, most: Int
    ) throws(ModelError) -> [Float] {
        var weights: [Float] = []
        try scanner.beginArray()
        while try scanner.nextElement() {
            guard weights.count < most else {
                throw .tooMany(list, found: weights.count + 1, most: most)
            }
            let weight = try scanner.float()
            guard weight.isFinite else {
                throw .weightNotFinite(list: list, index: weights.count)
            }
            weights.append(weight)
        }
        return weights
    }
}
