/// Reads the list of trees, each checked and linked before the next is read.
struct XGBoostTreeReader {
    private(set) var forest = LinkedForest()
    private let limits: ModelLimits
    private var tree = TreeColumns()
    private var treeIndex = 0
    private var featureCount: Int?
    private var nodeCount: Int?
    /// What each tree says it splits on; one number in a sound model.
    private var featureCounts: Set<Int> = []

    init(limits: ModelLimits) { self.limits = limits }

    mutating func read(_ scanner: inout ModelScanner) throws(ModelError) {
        forest = LinkedForest()
        try scanner.beginArray()
        while try scanner.nextElement() {
            treeIndex = forest.roots.count
            guard treeIndex < limits.treesMax else {
                throw .tooMany("trees", found: treeIndex + 1, most: limits.treesMax)
            }
            tree = TreeColumns()
            featureCount = nil
            nodeCount = nil
            try readTree(&scanner)
            guard let featureCount, let nodeCount else {
                throw .missing(path: "\(path).tree_param.num_nodes or num_feature")
            }
            guard nodeCount == tree.nodeCount else {
                throw .tree(
                    index: treeIndex,
                    .lengths("split_conditions", found: tree.nodeCount, wanted: nodeCount))
            }
            featureCounts.insert(featureCount)
            do throws(TreeFault) {
                try forest.append(
                    tree, featureCount: featureCount, categoryBitsMax: limits.categoryBitsMax)
            } catch { throw .tree(index: treeIndex, error) }
        }
    }

    /// Whether the trees are those of a model with `wanted` features.
    func checkFeatureCount(_ wanted: Int) throws(ModelError) {
        for found in featureCounts where found != wanted {
            throw .featureCount(found: found, wanted: wanted)
        }
    }

    private var path: String { "learner.gradient_booster.model.trees[\(treeIndex)]" }

    private mutating func readTree(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "left_children": tree.left = try integers(&scanner, name)
            case "right_children": tree.right = try integers(&scanner, name)
            case "parents": tree.parents = try integers(&scanner, name)
            case "id": try checkPlace(try scanner.number())
            case "split_indices": tree.feature = try integers(&scanner, name)
            case "split_conditions": tree.value = try floats(&scanner)
            case "sum_hessian": tree.cover = try floats(&scanner)
            case "default_left": tree.defaultLeft = try flags(&scanner, name)
            case "split_type": tree.isByCategory = try flags(&scanner, name)
            case "categories": tree.categories = try integers(&scanner, name)
            case "categories_nodes": tree.categoryNodes = try integers(&scanner, name)
            case "categories_segments": tree.categorySegments = try integers(&scanner, name)
            case "categories_sizes": tree.categorySizes = try integers(&scanner, name)
            case "tree_param": try readParameters(&scanner)
            default: try scanner.skipValue()
            }
        }
    }

    /// XGBoost puts a tree where its `id` says, whatever its place in the file.
    private func checkPlace(_ identifier: Double) throws(ModelError) {
        guard identifier == Double(treeIndex) else {
            throw .treeOrder(index: treeIndex, found: Int(exactly: identifier) ?? -1)
        }
    }

    private func integers<Integer: FixedWidthInteger>(
        _ scanner: inout ModelScanner, _ list: String
    ) throws(ModelError) -> [Integer] {
        var integers: [Integer] = []
        try scanner.beginArray()
        while try scanner.nextElement() {
            try checkNodeCount(integers.count)
            guard let integer = Integer(exactly: try scanner.number()) else {
                throw .tree(
                    index: treeIndex, .notAnInteger(list: list, position: integers.count))
            }
            integers.append(integer)
        }
        return integers
    }

    private func floats(_ scanner: inout ModelScanner) throws(ModelError) -> [Float] {
        var floats: [Float] = []
        try scanner.beginArray()
        while try scanner.nextElement() {
            try checkNodeCount(floats.count)
            floats.append(try scanner.float())
        }
        return floats
    }

    private func flags(
        _ scanner: inout ModelScanner, _ list: String
    ) throws(ModelError) -> [Bool] {
        var flags: [Bool] = []
        try scanner.beginArray()
        while try scanner.nextElement() {
            try checkNodeCount(flags.count)
            guard let flag = try scanner.flag() else {
                throw .tree(index: treeIndex, .notAnInteger(list: list, position: flags.count))
            }
            flags.append(flag)
        }
        return flags
    }

    private mutating func readParameters(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "num_nodes": nodeCount = try count(&scanner, name, most: limits.nodesMax)
            case "num_feature": featureCount = try count(&scanner, name, most: limits.featuresMax)
            case "num_deleted": tree.deletedCount = try count(&scanner, name, most: limits.nodesMax)
            case "size_leaf_vector":
                guard try count(&scanner, name, most: .max) <= 1 else {
                    throw .unsupported(
                        feature: "leaf vector of tree \(treeIndex)", found: "of several values",
                        wanted: "one value")
                }
            default: try scanner.skipValue()
            }
        }
    }

    private func count(
        _ scanner: inout ModelScanner, _ name: String, most: Int
    ) throws(ModelError) -> Int {
        guard let value = Int(try scanner.string()), value >= 0 else {
            throw .invalid(path: "\(path).tree_param.\(name)", wanted: "a count")
        }
        guard value <= most else {
            throw .tooMany("\(name) of tree \(treeIndex)", found: value, most: most)
        }
        return value
    }

    private func checkNodeCount(_ position: Int) throws(ModelError) {
        guard position < limits.nodesMax else {
            throw .tooMany("nodes of tree \(treeIndex)", found: position + 1, most: limits.nodesMax)
        }
    }
}
