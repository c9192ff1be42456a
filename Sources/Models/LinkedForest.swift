/// Trees as their nodes link them, for any depth, for rows with missing values and for splits by
/// category.
struct LinkedForest: Sendable {
    /// A split or a leaf.
    struct Node: Sendable {
        /// A split's threshold, or a leaf's weight; of a split by category the bits of its set's
        /// index, so that a node takes 16 bytes.
        var value: Float
        /// The feature a split compares.
        var feature: UInt32
        /// The left child among the nodes of all trees, the right one after it; −1 in a leaf.
        var left: Int32
        /// Whether a missing value goes left.
        var defaultLeft: Bool
        /// Whether the members of a set go right, and not what reaches a threshold.
        var isByCategory = false

        var isLeaf: Bool { left < 0 }
        var categorySet: Int { Int(value.bitPattern) }
    }

    /// The nodes of all trees, one tree after another, each level by level.
    private(set) var nodes: [Node] = []
    /// The root of each tree.
    private(set) var roots: [Int] = []
    /// The depth of each tree: 0 for a lone leaf.
    private(set) var depths: [Int] = []
    /// What share of the rows at a node's parent reached the node while the model learned, 1 at a
    /// root; nil where a tree does not say.
    private(set) var shares: [Double]? = []
    private var categorySets = CategorySets()

    /// Whether a split asks for a category.
    var hasCategories: Bool { categorySets.bitCount > 0 }

    /// Adds a tree whose root is its first node. It is accepted when each other node has one
    /// parent, but for the deleted ones, which have none. Takes one step a node, whatever the
    /// links say.
    mutating func append(
        _ tree: TreeColumns, featureCount: Int, categoryBitsMax: Int
    ) throws(TreeFault) {
        try tree.checkLengths()
        let segments = try tree.categorySegmentsByNode()
        let root = nodes.count
        /// The parent of each node that is reached; the root is its own.
        var parents = [Int?](repeating: nil, count: tree.nodeCount)
        parents[0] = 0
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
            let children = [tree.left[index], tree.right[index]]
            let isLeaf = children == [-1, -1]
            var node = Node(
                value: tree.value[index], feature: isLeaf ? 0 : tree.feature[index],
                left: isLeaf ? -1 : Int32(root + order.count),
                defaultLeft: tree.defaultLeft[index])
            if !isLeaf && !tree.isByCategory.isEmpty && tree.isByCategory[index] {
                guard let segment = segments[index] else { throw .categoryNode(index) }
                let members = tree.categories[segment]
                let set = try appendSet(members, ofNode: index, bitsMax: categoryBitsMax)
                node.isByCategory = true
                node.value = Float(bitPattern: UInt32(set))
            } else if !node.value.isFinite {
                throw .notFinite(node: index)
            }
            nodes.append(node)
            if isLeaf { continue }

            guard tree.feature[index] < featureCount else {
                throw .feature(
                    node: index, found: Int(tree.feature[index]), featureCount: featureCount)
            }
            for child in children.map({ Int($0) }) {
                guard child > 0 && child < tree.nodeCount else {
                    throw .child(node: index, found: child, nodeCount: tree.nodeCount)
                }
                guard parents[child] == nil else { throw .sharedNode(child) }
                parents[child] = index
                order.append(child)
            }
        }
        guard tree.nodeCount - order.count == tree.deletedCount else {
            throw .unreachable(found: tree.nodeCount - order.count, deleted: tree.deletedCount)
        }
        try tree.checkParents(parents)
        roots.append(root)
        depths.append(depth)
        appendShares(of: tree, order, parents)
    }

    /// Numbers that are no covers are taken for none.
    private mutating func appendShares(
        of tree: TreeColumns, _ order: [Int], _ parents: [Int?]
    ) {
        guard var known = shares else { return }
        shares = nil
        guard tree.cover.allSatisfy({ $0 >= 0 && $0.isFinite }) else { return }
        for node in order {
            guard node != 0, let parent = parents[node] else {
                known.append(1)
                continue
            }
            guard !tree.cover.isEmpty else { return }
            // The two children's, so that their shares add up to 1.
            let sibling = Int(tree.left[parent]) == node ? tree.right[parent] : tree.left[parent]
            let own = Double(tree.cover[node])
            let both = own + Double(tree.cover[Int(sibling)])
            // Zeros all over are no covers; at a node that no row weighed on, either way will do.
            guard both > 0 || parent != 0 else { return }
            known.append(both > 0 ? own / both : 0.5)
        }
        shares = known
    }

    /// Multiplies the leaves of each tree by its weight, of which there is one a tree, as XGBoost
    /// does before it adds one.
    mutating func multiplyLeaves(by weights: [Float]) {
        precondition(weights.count == roots.count)
        for (tree, weight) in weights.enumerated() {
            for node in nodes(ofTree: tree) where nodes[node].isLeaf { nodes[node].value *= weight }
        }
    }

    /// How far from zero a sum of leaves can be, infinite when one is not finite.
    var leafSumMax: Double {
        roots.indices.reduce(0) { sum, tree in
            sum
                + nodes(ofTree: tree).reduce(0) { largest, node in
                    nodes[node].isLeaf
                        ? max(largest, Double(nodes[node].value.magnitude)) : largest
                }
        }
    }

    /// The sum of `margin` and the leaves that `row` comes to, added in the order of the trees in
    /// single precision, as XGBoost does. NaN is a missing value.
    func sum(_ row: Span<Float>, onto margin: Float) -> Float {
        var margin = margin
        let nodes = nodes.span
        for root in roots { margin += leaf(below: root, row, nodes) }
        return margin
    }

    /// The same sum in double precision.
    func doubleSum(_ row: Span<Float>, onto margin: Double) -> Double {
        var margin = margin
        let nodes = nodes.span
        for root in roots { margin += Double(leaf(below: root, row, nodes)) }
        return margin
    }

    /// The weight of the leaf of one tree that `row` comes to.
    @inline(__always)
    private func leaf(below root: Int, _ row: Span<Float>, _ nodes: Span<Node>) -> Float {
        var node = nodes[root]
        while !node.isLeaf {
            let goesLeft = goesLeft(row[Int(node.feature)], at: node)
            node = nodes[Int(node.left) + (goesLeft ? 0 : 1)]
        }
        return node.value
    }

    func goesLeft(_ value: Float, at node: Node) -> Bool {
        if value.isNaN { return node.defaultLeft }
        return node.isByCategory
            ? !categorySets.contains(value, in: node.categorySet) : value < node.value
    }

    func nodes(ofTree tree: Int) -> Range<Int> {
        roots[tree]..<(tree + 1 < roots.count ? roots[tree + 1] : nodes.count)
    }

    private mutating func appendSet(
        _ members: ArraySlice<Int>, ofNode node: Int, bitsMax: Int
    ) throws(TreeFault) -> Int {
        let bits = CategorySets.bits(upTo: members.max() ?? 0)
        guard categorySets.bitCount + bits <= bitsMax else {
            throw .categoryBits(node: node, most: bitsMax)
        }
        return categorySets.append(members)
    }
}

/// A weight for each feature and one more, the bias.
struct LinearModel: Sendable {
    /// The features' weights in their order, then the bias.
    let weights: [Float]

    /// The sum of `margin`, the bias and each value of `row` times its weight, in that order and in
    /// single precision, as XGBoost does. A missing value, NaN, adds nothing.
    func sum(_ row: Span<Float>, onto margin: Float) -> Float {
        let weights = weights.span
        var margin = margin + weights[row.count]
        for i in 0..<row.count where !row[i].isNaN { margin += row[i] * weights[i] }
        return margin
    }

    /// The same sum in double precision, where each product is exact.
    func doubleSum(_ row: Span<Float>, onto margin: Double) -> Double {
        let weights = weights.span
        var margin = margin + Double(weights[row.count])
        for i in 0..<row.count where !row[i].isNaN { margin += Double(row[i]) * Double(weights[i]) }
        return margin
    }
}
