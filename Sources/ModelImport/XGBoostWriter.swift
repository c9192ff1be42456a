internal import JSON
internal import Models

/// Writes the model of another library as the document of XGBoost that gives the same margins, with
/// the mark that its sum is computed in double precision.
struct XGBoostWriter {
    /// One a feature, or none.
    let featureNames: [String]
    let featureCount: Int
    let objective: Objective
    /// The weight of each positive in training, as far as it is known.
    var positiveWeight = 1.0

    /// Throws if a tree is malformed, or the text would be longer than a model may be.
    func document(_ source: SourceModel) throws(ModelError) -> [UInt8] {
        var writer = JSONWriter()
        beginLearner(&writer)
        writer.beginObject()
        writer.name("model")
        writer.beginObject()
        let booster: BoosterKind
        switch source {
        case .forest(let forest):
            booster = .gbtree
            try trees(forest, &writer)
        case .linear(let weights, let bias):
            booster = .gblinear
            writer.name("boosted_rounds")
            writer.number(1)
            writer.name("weights")
            floats((weights + [bias]).map { Float($0) }, &writer)
        }
        writer.endObject()
        writer.name("name")
        writer.string(booster.rawValue)
        writer.endObject()
        return endLearner(&writer)
    }

    private func trees(
        _ forest: SourceForest, _ writer: inout JSONWriter
    ) throws(ModelError) {
        writer.name("gbtree_model_param")
        texts(
            [
                ("num_parallel_tree", "1"), ("num_trees", "\(forest.trees.count)"),
                ("size_leaf_vector", "0"),
            ], &writer)
        writer.name("tree_info")
        integers(forest.trees.map { _ in 0 }, &writer)
        writer.name("trees")
        writer.beginArray()
        for index in forest.trees.indices { try tree(index, of: forest, &writer) }
        writer.endArray()
    }

    private func beginLearner(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("learner")
        writer.beginObject()
        writer.name("attributes")
        texts([(name: SumPrecision.attribute, value: SumPrecision.double.rawValue)], &writer)
        writer.name("feature_names")
        writer.beginArray()
        for name in featureNames { writer.string(name) }
        writer.endArray()
        writer.name("feature_types")
        integers([], &writer)
        writer.name("gradient_booster")
    }

    /// The base score is the one whose margin is 0.
    private func endLearner(_ writer: inout JSONWriter) -> [UInt8] {
        writer.name("learner_model_param")
        texts(
            [
                ("base_score", objective.link == .logistic ? "5E-1" : "0E0"),
                ("boost_from_average", "1"), ("num_class", "0"),
                ("num_feature", "\(featureCount)"), ("num_target", "1"),
            ], &writer)
        writer.name("objective")
        writer.beginObject()
        writer.name("name")
        writer.string(objective.rawValue)
        writer.name("reg_loss_param")
        texts([(name: "scale_pos_weight", value: "\(positiveWeight)")], &writer)
        writer.endObject()
        writer.endObject()
        writer.name("version")
        integers([1, 7, 4], &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Level by level, so that a right child follows the left one, which libxgboost relies on.
    /// Members of a set go to the right in XGBoost: the children of such a split change places.
    private func tree(
        _ index: Int, of forest: SourceForest, _ writer: inout JSONWriter
    ) throws(ModelError) {
        let nodes = forest.trees[index]
        var lists = TreeLists(count: nodes.count)
        var order = [0]
        var isReached = [Bool](repeating: false, count: nodes.count)
        isReached[0] = true
        var place = 0
        while place < order.count {
            try check(writer.bytes.count + 8 * lists.categories.count)
            switch nodes[order[place]] {
            case .leaf(let value): lists.values[place] = Float(value)
            case .split(let split):
                var children = [split.first, split.second]
                lists.features[place] = split.feature
                if case .isMember(let set) = split.test {
                    children.reverse()
                    lists.isByCategory[place] = 1
                    lists.append(forest.members(of: set), of: place)
                } else {
                    lists.values[place] = split.test.singlePrecisionThreshold ?? 0
                }
                lists.defaultLeft[place] =
                    split.sendsMissingToFirst == (children[0] == split.first) ? 1 : 0
                lists.left[place] = order.count
                lists.right[place] = order.count + 1
                for child in children {
                    guard nodes.indices ~= child else {
                        throw .tree(
                            index: index,
                            .child(node: order[place], found: child, nodeCount: nodes.count))
                    }
                    guard !isReached[child] else {
                        throw .tree(index: index, .sharedNode(child))
                    }
                    isReached[child] = true
                    lists.parents[order.count] = place
                    order.append(child)
                }
            }
            place += 1
        }
        guard order.count == nodes.count else {
            throw .tree(
                index: index, .unreachable(found: nodes.count - order.count, deleted: 0))
        }
        lists.write(index, featureCount: featureCount, to: &writer)
        try check(writer.bytes.count)
    }

    private func check(_ bytes: Int) throws(ModelError) {
        let most = ModelImport.modelBytesMax
        guard bytes <= most else { throw .tooMany("bytes as JSON", found: bytes, most: most) }
    }
}

/// One tree as XGBoost's JSON has it, a list for each property.
private struct TreeLists {
    /// What XGBoost writes for the parent of a root.
    private static let noParent = 2_147_483_647

    var left: [Int]
    var right: [Int]
    var parents: [Int]
    var features: [Int]
    var values: [Float]
    var defaultLeft: [Int]
    var isByCategory: [Int]
    private(set) var categories: [Int] = []
    private var categoryNodes: [Int] = []
    private var categorySegments: [Int] = []
    private var categorySizes: [Int] = []

    init(count: Int) {
        left = [Int](repeating: -1, count: count)
        right = left
        parents = [Int](repeating: TreeLists.noParent, count: count)
        features = [Int](repeating: 0, count: count)
        values = [Float](repeating: 0, count: count)
        defaultLeft = features
        isByCategory = features
    }

    mutating func append(_ members: [Int], of node: Int) {
        categoryNodes.append(node)
        categorySegments.append(categories.count)
        categorySizes.append(members.count)
        categories += members
    }

    /// With the figures of training that libxgboost requires, all 0.
    func write(_ index: Int, featureCount: Int, to writer: inout JSONWriter) {
        let zeros = [Float](repeating: 0, count: left.count)
        writer.beginObject()
        for (name, list) in [
            ("base_weights", zeros), ("loss_changes", zeros), ("split_conditions", values),
            ("sum_hessian", zeros),
        ] {
            writer.name(name)
            floats(list, &writer)
        }
        for (name, list) in [
            ("categories", categories), ("categories_nodes", categoryNodes),
            ("categories_segments", categorySegments), ("categories_sizes", categorySizes),
            ("default_left", defaultLeft), ("left_children", left), ("parents", parents),
            ("right_children", right), ("split_indices", features), ("split_type", isByCategory),
        ] {
            writer.name(name)
            integers(list, &writer)
        }
        writer.name("id")
        writer.number(index)
        writer.name("tree_param")
        texts(
            [
                ("num_deleted", "0"), ("num_feature", "\(featureCount)"),
                ("num_nodes", "\(left.count)"), ("size_leaf_vector", "0"),
            ], &writer)
        writer.endObject()
    }
}

/// With a fraction or an exponent always: XGBoost distinguishes floats by that.
private func floats(_ list: [Float], _ writer: inout JSONWriter) {
    writer.beginArray()
    for value in list {
        let text = value.isFinite ? String(value) : JSONText.beyondFloat
        writer.raw(text.utf8.span)
    }
    writer.endArray()
}

private func integers(_ list: [Int], _ writer: inout JSONWriter) {
    writer.beginArray()
    for integer in list { writer.number(integer) }
    writer.endArray()
}

private func texts(_ members: [(name: String, value: String)], _ writer: inout JSONWriter) {
    writer.beginObject()
    for (name, value) in members {
        writer.name(name)
        writer.string(value)
    }
    writer.endObject()
}
