/// What is wrong with one tree. Nodes count from 0.
package enum TreeFault: Error, Equatable, Sendable {
    /// No node at all.
    case empty
    /// Two lists that describe the same nodes differ in length.
    case lengths(String, found: Int, wanted: Int)
    /// A child that is neither a later node nor, on both sides, none.
    case child(node: Int, found: Int, nodeCount: Int)
    /// A node that two splits lead to, or that leads back to itself.
    case sharedNode(Int)
    /// A parent that is not the split that leads to the node.
    case parent(node: Int, found: Int)
    /// Nodes that no split leads to, more than the tree says were deleted.
    case unreachable(found: Int, deleted: Int)
    /// A split of a feature the model does not have.
    case feature(node: Int, found: Int, featureCount: Int)
    /// A threshold or a leaf that a float cannot hold.
    case notFinite(node: Int)
    /// A number that is not an integer in the range of its list.
    case notAnInteger(list: String, position: Int)
    /// A node that splits by category and has no set, or has one and does not, or has two.
    case categoryNode(Int)
    /// A set that does not begin where the one before it ended, is empty or ends after the list.
    case categorySegment(node: Int, start: Int, size: Int, categoryCount: Int)
    /// A member of a set that is no code of a category.
    case categoryCode(node: Int, found: Int)
    /// The sets of categories up to here take more bits than the limit.
    case categoryBits(node: Int, most: Int)
}

extension TreeFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "no nodes, expected at least one"
        case .lengths(let list, let found, let wanted):
            "\(list) has \(found) items, expected \(wanted)"
        case .child(let node, let found, let nodeCount):
            "node \(node): child \(found), expected 1 to \(nodeCount - 1), or -1 on both sides"
        case .sharedNode(let node): "node \(node): reached twice, expected one parent"
        case .parent(let node, let found):
            "node \(node): parent \(found), expected the split that leads to it"
        case .unreachable(let found, let deleted):
            "\(found) nodes are out of reach, expected the \(deleted) deleted ones"
        case .feature(let node, let found, let featureCount):
            "node \(node): feature \(found), expected 0 to \(featureCount - 1)"
        case .notFinite(let node): "node \(node): beyond single precision, expected a finite number"
        case .notAnInteger(let list, let position):
            "\(list)[\(position)]: out of range, expected an integer"
        case .categoryNode(let node):
            "node \(node): expected one set of categories for each split by category and no other"
        case .categorySegment(let node, let start, let size, let categoryCount):
            "node \(node): \(size) categories from \(start) on, expected at least one, after those "
                + "of the node before, within the \(categoryCount) there are"
        case .categoryCode(let node, let found):
            "node \(node): category \(found), expected 0 to \(Int(TreeColumns.codesEnd) - 1)"
        case .categoryBits(let node, let most):
            "node \(node): too many categories, expected sets of at most \(most) bits in all"
        }
    }
}
