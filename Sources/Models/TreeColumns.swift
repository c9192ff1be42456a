/// One tree as model files write it: a list for each property of its nodes, unchecked.
struct TreeColumns {
    /// Children by their indices in this tree, both −1 in a leaf.
    var left: [Int32] = []
    var right: [Int32] = []
    /// The feature a split compares; of no meaning in a leaf.
    var feature: [UInt32] = []
    /// A split's threshold, or a leaf's weight.
    var value: [Float] = []
    /// Whether a missing value goes left.
    var defaultLeft: [Bool] = []
    /// Nodes that pruning left behind in the lists, linked from nowhere.
    var deletedCount = 0

    var nodeCount: Int { value.count }

    func checkLengths() throws(TreeFault) {
        guard nodeCount > 0 else { throw .empty }
        let lists: [(name: String, count: Int)] = [
            ("left_children", left.count), ("right_children", right.count),
            ("split_indices", feature.count), ("default_left", defaultLeft.count),
        ]
        for (name, count) in lists where count != nodeCount {
            throw .lengths(name, found: count, wanted: nodeCount)
        }
    }
}
