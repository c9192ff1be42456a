package import Features
package import JSON
package import POSIX

/// The files of a bundle, by their names.
package enum BundleFile: String, Sendable {
    case manifest = "manifest.json"
    case model = "model.json"
    case golden = "golden.jsonl"
}

/// Why a model cannot be loaded. Each case names the file and the place, what was found there and
/// what was wanted.
package enum ModelError: Error, Equatable, Sendable {
    /// A file of the bundle cannot be read.
    case unreadable(FileError)
    /// A bundle of another version of the format.
    case format(found: Double, wanted: Int)
    /// A text is not JSON, or a value in it is of another kind than wanted.
    case malformed(BundleFile, JSONError)
    /// A member that must be there is not; `path` is from the document's root.
    case missing(BundleFile, path: String)
    /// A member holds what it must not.
    case invalid(BundleFile, path: String, wanted: String)
    /// Something XGBoost allows and this program does not score.
    case unsupported(feature: String, found: String, wanted: String)
    /// More of something than the limit.
    case tooMany(BundleFile, String, found: Int, most: Int)
    /// The number of trees in the list is not the number the model states.
    case treeCount(found: Int, wanted: Int)
    /// The number of weights is not the one that trees or features call for; `list` is one of
    /// `weights` and `weight_drop`.
    case weightCount(list: String, found: Int, wanted: Int)
    /// A weight that a float cannot hold.
    case weightNotFinite(list: String, index: Int)
    /// Leaves or weights so large that the margin of some row is not finite.
    case marginNotFinite
    /// A tree that says it has another place in the list.
    case treeOrder(index: Int, found: Int)
    /// A malformed tree.
    case tree(index: Int, TreeFault)
    /// A file's SHA-256 is not the manifest's.
    case digest(BundleFile, found: String, wanted: String)
    /// The manifest's `schema` is invalid.
    case schema(SchemaError)
    /// The manifest's `encoding` is invalid, or not one of its schema.
    case encoding(SchemaError)
    /// The model reads another number of features than the encoding makes.
    case featureCount(found: Int, wanted: Int)
    /// The model calls a feature otherwise than the encoding does.
    case featureName(index: Int, found: String, wanted: String)
    /// Fewer golden rows than it takes to prove a model.
    case goldenRowCount(found: Int, least: Int)
    /// A golden row that the model does not reproduce; rows count from 1.
    case goldenRow(Int, GoldenFault)
}

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
    /// A set that does not begin where the one before it ended, is empty or ends behind the list.
    case categorySegment(node: Int, start: Int, size: Int, categoryCount: Int)
    /// A member of a set that is no code of a category.
    case categoryCode(node: Int, found: Int)
    /// The sets of categories up to here take more bits than the limit.
    case categoryBits(node: Int, most: Int)
}

/// How a golden row is missed. A row is of invented data, so its values may be shown.
package enum GoldenFault: Error, Equatable, Sendable {
    /// The line is not of the form the format asks for.
    case malformed(JSONError)
    /// A member of the line is missing or of the wrong form.
    case member(String)
    /// The schema does not accept the request.
    case request
    /// Bits of the margin in single precision.
    case margin(found: UInt32, wanted: UInt32)
    case probability(found: Float, wanted: Float)
}
