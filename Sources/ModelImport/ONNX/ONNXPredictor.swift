internal import Models

/// An operator that predicts: trees or weights.
struct ONNXPredictor {
    let source: SourceModel
    let objective: Objective
    /// The outcome that it gives the probability of; nil where the model numbers its outcomes.
    let positiveLabel: String?

    /// Nil for an operator that predicts nothing.
    init?(
        _ node: ONNXGraph.Node, _ graph: ONNXGraph, columnCount: Int
    ) throws(ONNXError) {
        guard node.domain == "ai.onnx.ml" else { return nil }
        switch node.type {
        case "TreeEnsembleClassifier":
            positiveLabel = try ONNXPredictor.positiveLabel(node, graph)
            (source, objective) = try ONNXTrees(node, graph, columnCount).classifier()
        case "TreeEnsembleRegressor":
            positiveLabel = nil
            (source, objective) = try ONNXTrees(node, graph, columnCount).regressor()
        case "LinearClassifier":
            positiveLabel = try ONNXPredictor.positiveLabel(node, graph)
            source = try ONNXPredictor.linear(node, graph, columnCount)
            objective = .binaryLogistic
        default: return nil
        }
    }

    /// The second of two outcomes.
    private static func positiveLabel(
        _ node: ONNXGraph.Node, _ graph: ONNXGraph
    ) throws(ONNXError) -> String? {
        let isTree = node.type == "TreeEnsembleClassifier"
        let integers = try graph.integers(
            isTree ? "classlabels_int64s" : "classlabels_ints", node)
        let texts = try graph.texts("classlabels_strings", node)
        guard integers.count + texts.count == 2, integers.isEmpty || texts.isEmpty else {
            throw .unsupported(
                "\(node.type) of \(integers.count + texts.count) classes", wanted: "2")
        }
        return texts.last
    }

    /// Of each class a row of weights and an intercept, or of the second alone.
    private static func linear(
        _ node: ONNXGraph.Node, _ graph: ONNXGraph, _ columnCount: Int
    ) throws(ONNXError) -> SourceModel {
        let weights = try graph.floats("coefficients", node).map { Double($0) }
        let intercepts = try graph.floats("intercepts", node).map { Double($0) }
        guard weights.count == 2 * columnCount, intercepts.count == 2 else {
            throw .invalid(
                "LinearClassifier", wanted: "2 times \(columnCount) coefficients and 2 intercepts")
        }
        let transform = try graph.text("post_transform", node) ?? "NONE"
        let second = Array(weights[columnCount...])
        switch transform {
        case "LOGISTIC": return .linear(weights: second, bias: intercepts[1])
        case "SOFTMAX":
            // 1 / (1 + e^(s0 − s1)).
            return .linear(
                weights: zip(second, weights).map { $0 - $1 }, bias: intercepts[1] - intercepts[0])
        default:
            throw .unsupported(
                "LinearClassifier with post_transform \(transform.prefix(32))",
                wanted: "LOGISTIC or SOFTMAX")
        }
    }
}

/// Reads the lists of a TreeEnsemble operator, one element a node or a leaf.
struct ONNXTrees {
    private struct Key: Hashable {
        let tree: Int
        let node: Int
    }

    private let node: ONNXGraph.Node
    private let graph: ONNXGraph
    private let columnCount: Int
    private let limits = ModelLimits()

    init(_ node: ONNXGraph.Node, _ graph: ONNXGraph, _ columnCount: Int) {
        self.node = node
        self.graph = graph
        self.columnCount = columnCount
    }

    /// onnxruntime's reading of two classes: weights of one class alone are the probability of the
    /// second if all are at least 0, and its margin if there is one below 0; of both classes, each
    /// has its own.
    func classifier() throws(ONNXError) -> (SourceModel, Objective) {
        let classes = try graph.integers("class_ids", node)
        let transform = try graph.text("post_transform", node) ?? "NONE"
        let weights = try graph.floats("class_weights", node)
        let bases = try graph.floats("base_values", node)
        let isOfBoth = Set(classes).count == 2
        guard Set(classes).isSubset(of: [0, 1]) else {
            throw .unsupported("TreeEnsembleClassifier of other classes", wanted: "0 and 1")
        }
        let isPositive = weights.allSatisfy { $0 >= 0 }
        let objective: Objective
        switch transform {
        case "LOGISTIC" where !isOfBoth && !isPositive: objective = .binaryLogistic
        case "NONE" where isPositive: objective = .regSquaredError
        case "SOFTMAX" where isOfBoth: objective = .binaryLogistic
        default:
            throw .unsupported(
                "TreeEnsembleClassifier with post_transform \(transform.prefix(32)), weights of "
                    + "\(isOfBoth ? "both classes" : "one class"), "
                    + (isPositive ? "none below 0" : "some below 0"),
                wanted: "LOGISTIC with weights below 0, or NONE with probabilities")
        }
        guard bases.count <= (isOfBoth ? 2 : 1), !isOfBoth || bases.count != 1 else {
            throw .unsupported(
                "TreeEnsembleClassifier with \(bases.count) base_values", wanted: "one a score")
        }
        // Scores of both classes: the second alone, or with SOFTMAX its lead.
        let signs: [Int: Double] =
            isOfBoth ? [0: transform == "SOFTMAX" ? -1 : 0, 1: 1] : [classes.first ?? 0: 1]
        var base = Double(bases.last ?? 0)
        if transform == "SOFTMAX", let first = bases.first { base -= Double(first) }
        let forest = try forest("class", weights, base: base) { signs[classes[$0]] ?? 0 }
        return (.forest(forest), objective)
    }

    func regressor() throws(ONNXError) -> (SourceModel, Objective) {
        let aggregate = try graph.text("aggregate_function", node) ?? "SUM"
        let transform = try graph.text("post_transform", node) ?? "NONE"
        let targets = try graph.integer("n_targets", node) ?? 1
        guard aggregate == "SUM", transform == "NONE" || transform == "LOGISTIC", targets == 1
        else {
            throw .unsupported(
                "TreeEnsembleRegressor with \(aggregate.prefix(32)), post_transform "
                    + "\(transform.prefix(32)), \(targets) targets",
                wanted: "SUM, NONE or LOGISTIC, and 1 target")
        }
        let weights = try graph.floats("target_weights", node)
        let bases = try graph.floats("base_values", node)
        guard bases.count <= 1 else {
            throw .unsupported("TreeEnsembleRegressor with 2 base_values", wanted: "1")
        }
        let forest = try forest("target", weights, base: Double(bases.first ?? 0)) { _ in 1 }
        return (.forest(forest), transform == "NONE" ? .regSquaredError : .binaryLogistic)
    }

    private func forest(
        _ prefix: String, _ weights: [Float], base: Double, _ sign: (Int) -> Double
    ) throws(ONNXError) -> SourceForest {
        for list in [
            "nodes_values_as_tensor", "\(prefix)_weights_as_tensor", "base_values_as_tensor",
        ] where graph.has(list, node) {
            throw .unsupported("\(node.type) in double precision", wanted: "single precision")
        }
        let trees = try graph.integers("nodes_treeids", node)
        let (places, counts) = try places(trees)
        let count = trees.count
        let features = try list("nodes_featureids", count)
        let truths = try list("nodes_truenodeids", count)
        let falsities = try list("nodes_falsenodeids", count)
        let missing = try graph.integers("nodes_missing_value_tracks_true", node)
        let modes = try graph.texts("nodes_modes", node)
        let values = try graph.floats("nodes_values", node)
        guard modes.count == count, values.count == count, [0, count].contains(missing.count)
        else { throw lengths(count) }
        var leaves = try leafValues(prefix, weights, sign)
        var forest = SourceForest()
        forest.trees = counts.map { [SourceForest.Node](repeating: .leaf(0), count: $0) }
        for index in 0..<count {
            let place = places.nodes[index]
            let key = Key(tree: trees[index], node: place.identifier)
            if modes[index] == "LEAF" {
                forest.trees[place.tree][place.node] = .leaf(leaves.removeValue(forKey: key) ?? 0)
                continue
            }
            let test: SourceForest.Test
            switch modes[index] {
            case "BRANCH_LEQ": test = .atMost(Double(values[index]))
            case "BRANCH_LT": test = .below(Double(values[index]))
            default:
                throw .unsupported(
                    "\(node.type) with mode \(modes[index].prefix(32))",
                    wanted: "BRANCH_LEQ, BRANCH_LT or LEAF")
            }
            guard 0..<columnCount ~= features[index] else {
                throw .invalid(
                    "\(node.type) of column \(features[index])", wanted: "0 to \(columnCount - 1)")
            }
            func child(_ identifier: Int) throws(ONNXError) -> Int {
                guard let place = places.byKey[Key(tree: trees[index], node: identifier)] else {
                    throw .invalid(
                        "node \(identifier) of tree \(trees[index])", wanted: "a node of the tree")
                }
                return place
            }
            forest.trees[place.tree][place.node] = .split(
                SourceForest.Split(
                    feature: features[index], test: test, first: try child(truths[index]),
                    second: try child(falsities[index]),
                    sendsMissingToFirst: missing.isEmpty ? false : missing[index] != 0))
        }
        guard leaves.isEmpty else {
            throw .invalid("\(prefix)_nodeids", wanted: "leaves of the trees")
        }
        if base != 0 { forest.trees.append([.leaf(base)]) }
        return forest
    }

    /// Where each node of the lists is in its tree, trees and nodes in the order of the lists.
    private struct Places {
        var nodes: [(tree: Int, node: Int, identifier: Int)] = []
        var byKey: [Key: Int] = [:]
    }

    private func places(_ trees: [Int]) throws(ONNXError) -> (Places, [Int]) {
        let identifiers = try list("nodes_nodeids", trees.count)
        var places = Places()
        var counts: [Int] = []
        var order: [Int: Int] = [:]
        for (tree, identifier) in zip(trees, identifiers) {
            if order[tree] == nil {
                guard counts.count < limits.treesMax else {
                    throw .tooMany("trees", most: limits.treesMax)
                }
                order[tree] = counts.count
                counts.append(0)
            }
            let index = order[tree] ?? 0
            guard counts[index] < limits.nodesMax else {
                throw .tooMany("nodes of a tree", most: limits.nodesMax)
            }
            let key = Key(tree: tree, node: identifier)
            guard places.byKey.updateValue(counts[index], forKey: key) == nil else {
                throw .invalid("node \(identifier) of tree \(tree)", wanted: "it once")
            }
            places.nodes.append((index, counts[index], identifier))
            counts[index] += 1
        }
        return (places, counts)
    }

    private func leafValues(
        _ prefix: String, _ weights: [Float], _ sign: (Int) -> Double
    ) throws(ONNXError) -> [Key: Double] {
        let trees = try list("\(prefix)_treeids", weights.count)
        let identifiers = try list("\(prefix)_nodeids", weights.count)
        _ = try list("\(prefix)_ids", weights.count)
        var values: [Key: Double] = [:]
        for (index, weight) in weights.enumerated() {
            values[Key(tree: trees[index], node: identifiers[index]), default: 0] +=
                sign(index) * Double(weight)
        }
        return values
    }

    private func list(_ name: String, _ count: Int) throws(ONNXError) -> [Int] {
        let values = try graph.integers(name, node)
        guard values.count == count else { throw lengths(count) }
        return values
    }

    private func lengths(_ count: Int) -> ONNXError {
        .invalid("lists of \(node.type)", wanted: "\(count) elements in each")
    }
}
