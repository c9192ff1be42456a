package import JSON

/// Why a model's document is not scored. Each case names the place, what was found there and what
/// was expected.
package enum ModelError: Error, Equatable, Sendable {
    /// The text is not JSON, or a value in it is of another kind than wanted.
    case malformed(JSONError)
    /// A member that must be there is not; `path` is from the document's root.
    case missing(path: String)
    /// A member holds what it must not.
    case invalid(path: String, wanted: String)
    /// Something XGBoost allows and this program does not score.
    case unsupported(feature: String, found: String, wanted: String)
    /// More of something than the limit.
    case tooMany(String, found: Int, most: Int)
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
    /// An invalid tree.
    case tree(index: Int, TreeFault)
    /// The model reads another number of features than the encoding makes.
    case featureCount(found: Int, wanted: Int)
    /// The model calls a feature otherwise than the encoding does.
    case featureName(index: Int, found: String, wanted: String)
}

extension ModelError: CustomStringConvertible {
    /// One line for a log or a terminal, without the name of the file.
    package var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .missing(let path): "\(path) is missing"
        case .invalid(let path, let wanted): "\(path): expected \(wanted)"
        case .unsupported(let feature, let found, let wanted):
            "\(feature) \(found) is not supported, expected \(wanted)"
        case .tooMany(let what, let found, let most): "\(found) \(what), expected at most \(most)"
        case .treeCount(let found, let wanted): "\(found) trees, expected num_trees = \(wanted)"
        case .weightCount(let list, let found, let wanted):
            "\(list) has \(found) items, expected \(wanted)"
        case .weightNotFinite(let list, let index):
            "\(list)[\(index)]: beyond single precision, expected a finite number"
        case .marginNotFinite:
            "margins beyond single precision, expected finite ones for every row"
        case .treeOrder(let index, let found): "tree \(index): id \(found), expected \(index)"
        case .tree(let index, let fault): "tree \(index): \(fault)"
        case .featureCount(let found, let wanted):
            "\(found) features, expected the encoding's \(wanted)"
        case .featureName(let index, let found, let wanted):
            "feature \(index) is \(found), expected the encoding's \(wanted)"
        }
    }
}
