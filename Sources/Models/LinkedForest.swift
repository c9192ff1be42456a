/// Trees as their nodes link them, for any depth and for rows with missing values.
struct LinkedForest: Sendable {
    /// A split or a leaf.
    struct Node: Sendable {
        /// A split's threshold, or a leaf's weight.
        var value: Float
        /// The feature a split compares.
        var feature: UInt32
        /// The left child among the nodes of all trees, the right one behind it; −1 in a leaf.
        var left: Int32
        /// Whether a missing value goes left.
        var defaultLeft: Bool

        var isLeaf: Bool { left < 0 }
    }

    /// The nodes of all trees, one tree after another, each level by level.
    private(set) var nodes: [Node] = []
    /// The root of each tree.
    private(set) var roots: [Int] = []
    /// The depth of each tree: 0 for a lone leaf.
    private(set) var depths: [Int] = []

    /// Adds a tree whose root is its first node. It is accepted when each other node has one
    /// parent, but for the deleted ones, which have none. Takes one step a node, whatever the
    /// links say.
    mutating func append(_ tree: TreeColumns, featureCount: Int) throws(TreeFault) {
        try tree.checkLengths()
        let root = nodes.count
        var isReached = [Bool](repeating: false, count: tree.nodeCount)
        isReached[0] = true
        /// Nodes of `tree` in the order in which they are appended here.
        var order = [0]
        var depth = 0
        var levelEnd = 1
        var position = 0
        while position < order.count {
            if position == levelEnd {
                depth += 1
                levelEnd = order.count
            }
            let index = order[position]
            position += 1
            guard tree.value[index].isFinite else { throw .notFinite(node: index) }
            let children = [tree.left[index], tree.right[index]]
            let isLeaf = children == [-1, -1]
            nodes.append(
                Node(
                    value: tree.value[index], feature: isLeaf ? 0 : tree.feature[index],
                    left: isLeaf ? -1 : Int32(root + order.count),
                    defaultLeft: tree.defaultLeft[index]))
            if isLeaf { continue }

            guard tree.feature[index] < featureCount else {
                throw .feature(
                    node: index, found: Int(tree.feature[index]), featureCount: featureCount)
            }
            for child in children.map({ Int($0) }) {
                guard child > 0 && child < tree.nodeCount else {
                    throw .child(node: index, found: child, nodeCount: tree.nodeCount)
                }
                guard !isReached[child] else { throw .sharedNode(child) }
                isReached[child] = true
                order.append(child)
            }
        }
        guard tree.nodeCount - order.count == tree.deletedCount else {
            throw .unreachable(found: tree.nodeCount - order.count, deleted: tree.deletedCount)
        }
        roots.append(root)
        depths.append(depth)
    }

    /// The sum of `margin` and the leaves that `row` comes to, added in the order of the trees in
    /// single precision, as XGBoost does. NaN is a missing value.
    func sum(_ row: Span<Float>, onto margin: Float) -> Float {
        var margin = margin
        let nodes = nodes.span
        for root in roots {
            var node = nodes[root]
            while !node.isLeaf {
                let value = row[Int(node.feature)]
                let goesLeft = value.isNaN ? node.defaultLeft : value < node.value
                node = nodes[Int(node.left) + (goesLeft ? 0 : 1)]
            }
            margin += node.value
        }
        return margin
    }
}
