/// One tree as model files write it: a list for each property of its nodes, unchecked.
struct TreeColumns {
    /// XGBoost keeps codes of categories below this, where a float still tells all integers apart.
    static let codesEnd: Float = 16_777_216

    /// Children by their indices in this tree, both −1 in a leaf.
    var left: [Int32] = []
    var right: [Int32] = []
    /// The node above each but the first; empty where the file does not say.
    var parents: [Int32] = []
    /// The feature a split compares; of no meaning in a leaf.
    var feature: [UInt32] = []
    /// A split's threshold, or a leaf's weight; of no meaning in a split by category.
    var value: [Float] = []
    /// How much of the training rows reached each node, as XGBoost weighs them; empty when the file
    /// does not say.
    var cover: [Float] = []
    /// Whether a missing value goes left.
    var defaultLeft: [Bool] = []
    /// Whether a split asks for a category; empty when none does.
    var isByCategory: [Bool] = []
    /// The nodes that split by category, and for each where its members begin in `categories` and
    /// how many they are.
    var categoryNodes: [Int] = []
    var categorySegments: [Int] = []
    var categorySizes: [Int] = []
    var categories: [Int] = []
    /// Nodes that pruning left behind in the lists, linked from nowhere.
    var deletedCount = 0

    var nodeCount: Int { value.count }

    func checkLengths() throws(TreeFault) {
        guard nodeCount > 0 else { throw .empty }
        let lists: [(name: String, count: Int)] = [
            ("left_children", left.count), ("right_children", right.count),
            ("split_indices", feature.count), ("default_left", defaultLeft.count),
            ("parents", parents.isEmpty ? nodeCount : parents.count),
            ("sum_hessian", cover.isEmpty ? nodeCount : cover.count),
            ("split_type", isByCategory.isEmpty ? nodeCount : isByCategory.count),
        ]
        for (name, count) in lists where count != nodeCount {
            throw .lengths(name, found: count, wanted: nodeCount)
        }
        for (name, count) in [
            ("categories_segments", categorySegments.count),
            ("categories_sizes", categorySizes.count),
        ] where count != categoryNodes.count {
            throw .lengths(name, found: count, wanted: categoryNodes.count)
        }
    }

    /// The list of parents tells nothing that the children do not. But libxgboost believes it, and
    /// follows it out of memory where it lies.
    func checkParents(_ parentOf: [Int?]) throws(TreeFault) {
        for (node, found) in parents.enumerated().dropFirst() {
            let isSound = parentOf[node].map { $0 == Int(found) } ?? (0..<nodeCount ~= Int(found))
            guard isSound else { throw .parent(node: node, found: Int(found)) }
        }
    }

    /// The members of each node's set, by the node. The segments must lie one after the other, as
    /// XGBoost writes them, so that reading them all takes no longer than the list is.
    func categorySegmentsByNode() throws(TreeFault) -> [Int: Range<Int>] {
        var segments: [Int: Range<Int>] = [:]
        var start = 0
        for (index, node) in categoryNodes.enumerated() {
            guard 0..<nodeCount ~= node, !isByCategory.isEmpty, isByCategory[node],
                segments[node] == nil
            else { throw .categoryNode(node) }
            let size = categorySizes[index]
            guard categorySegments[index] == start, size > 0, size <= categories.count - start
            else {
                throw .categorySegment(
                    node: node, start: categorySegments[index], size: size,
                    categoryCount: categories.count)
            }
            for code in categories[start..<start + size] {
                guard 0..<Int(TreeColumns.codesEnd) ~= code else {
                    throw .categoryCode(node: node, found: code)
                }
            }
            segments[node] = start..<start + size
            start += size
        }
        guard start == categories.count else {
            throw .lengths("categories", found: categories.count, wanted: start)
        }
        return segments
    }
}
