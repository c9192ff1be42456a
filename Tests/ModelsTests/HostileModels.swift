import JSON
import Models
import Testing

/// A change to a sound model, and why it is refused then.
struct HostileModel: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let error: ModelError
    /// A second change, where it takes two.
    let besides: (old: String, new: String)?

    init(
        _ old: String, _ new: String, _ error: ModelError,
        besides: (old: String, new: String)? = nil
    ) {
        self.old = old
        self.new = new
        self.error = error
        self.besides = besides
    }

    func applied(to sound: [UInt8]) -> [UInt8] {
        let changed = sound.replacing(old, by: new)
        return besides.map { changed.replacing($0.old, by: $0.new) } ?? changed
    }

    var testDescription: String { "\(old) → \(new.prefix(40))" }

    private static let firstLeft = "\"left_children\":[1,3,-1,-1,-1]"
    private static let firstRight = "\"right_children\":[2,4,-1,-1,-1]"
    private static let firstValues = "\"split_conditions\":[5E-1,2.5E0,1E-1,2E-1,-3E-1]"
    private static let objectives = "binary:logistic, reg:logistic or reg:squarederror"
    private static let model = "learner.gradient_booster.model"

    private static func left(_ list: String, _ fault: TreeFault) -> HostileModel {
        HostileModel(firstLeft, "\"left_children\":[\(list)]", .tree(index: 0, fault))
    }

    private static func values(_ list: String, _ fault: TreeFault) -> HostileModel {
        HostileModel(firstValues, "\"split_conditions\":[\(list)]", .tree(index: 0, fault))
    }

    static let links = [
        left("0,3,-1,-1,-1", .child(node: 0, found: 0, nodeCount: 5)),
        left("1,1,-1,-1,-1", .sharedNode(1)),
        left("1,2,-1,-1,-1", .sharedNode(2)),
        left("1,3,1,-1,-1", .sharedNode(1)),
        left("5,3,-1,-1,-1", .child(node: 0, found: 5, nodeCount: 5)),
        left("2147483647,3,-1,-1,-1", .child(node: 0, found: 2_147_483_647, nodeCount: 5)),
        left("-2,3,-1,-1,-1", .child(node: 0, found: -2, nodeCount: 5)),
        left("1,-1,-1,-1,-1", .child(node: 1, found: -1, nodeCount: 5)),
        left("1,3,-1,-1", .lengths("left_children", found: 4, wanted: 5)),
        left("", .lengths("left_children", found: 0, wanted: 5)),
        left("2147483648,3,-1,-1,-1", .notAnInteger(list: "left_children", position: 0)),
        left("1,2.5,-1,-1,-1", .notAnInteger(list: "left_children", position: 1)),
        left("1,1e300,-1,-1,-1", .notAnInteger(list: "left_children", position: 1)),
        HostileModel(
            firstRight, "\"right_children\":[2,4,-1,-1,-1,-1]",
            .tree(index: 0, .lengths("right_children", found: 6, wanted: 5))),
        HostileModel(
            firstRight, "\"right_children\":[2,-1,-1,-1,-1]",
            .tree(index: 0, .child(node: 1, found: -1, nodeCount: 5))),
        HostileModel(
            "\"default_left\":[0,1,0,0,0]", "\"default_left\":[0,1,0,0]",
            .tree(index: 0, .lengths("default_left", found: 4, wanted: 5))),
        HostileModel(
            "\"default_left\":[0,1,0,0,0]", "\"default_left\":[0,2,0,0,0]",
            .tree(index: 0, .notAnInteger(list: "default_left", position: 1))),
        HostileModel(
            "\"parents\":[2147483647,0,0,1,1]", "\"parents\":[2147483647,0,0,1]",
            .tree(index: 0, .lengths("parents", found: 4, wanted: 5))),
        HostileModel(
            "\"parents\":[2147483647,0,0,1,1]", "\"parents\":[2147483647,0,0,1,2]",
            .tree(index: 0, .parent(node: 4, found: 2))),
        HostileModel(
            "\"parents\":[2147483647,0,0,1,1]", "\"parents\":[2147483647,0,301989893,1,1]",
            .tree(index: 0, .parent(node: 2, found: 301_989_893))),
        HostileModel("\"id\":0", "\"id\":1", .treeOrder(index: 0, found: 1)),
        HostileModel("\"id\":1", "\"id\":0", .treeOrder(index: 1, found: 0)),
        HostileModel("\"id\":1", "\"id\":1e300", .treeOrder(index: 1, found: -1)),
        HostileModel(
            "\"num_deleted\":\"0\"", "\"num_deleted\":\"1\"",
            .tree(index: 0, .unreachable(found: 0, deleted: 1))),
        HostileModel(
            "\"num_nodes\":\"5\"", "\"num_nodes\":\"4\"",
            .tree(index: 0, .lengths("split_conditions", found: 5, wanted: 4))),
        HostileModel(
            "\"num_nodes\":\"5\"", "\"num_nodes\":\"-5\"",
            .invalid(path: "\(model).trees[0].tree_param.num_nodes", wanted: "a count")),
        HostileModel(
            "\"num_nodes\":\"5\"", "\"num_nodes\":\"9223372036854775807\"",
            .tooMany("num_nodes of tree 0", found: 9_223_372_036_854_775_807, most: 1 << 20)),
    ]

    static let numbers =
        [
            values("5E-1,2.5E0,1E39,2E-1,-3E-1", .notFinite(node: 2)),
            values("-1E39,2.5E0,1E-1,2E-1,-3E-1", .notFinite(node: 0)),
            HostileModel(
                "\"split_indices\":[0,2,0,0,0]", "\"split_indices\":[3,2,0,0,0]",
                .tree(index: 0, .feature(node: 0, found: 3, featureCount: 3))),
            HostileModel(
                "\"split_indices\":[0,2,0,0,0]", "\"split_indices\":[-1,2,0,0,0]",
                .tree(index: 0, .notAnInteger(list: "split_indices", position: 0))),
            HostileModel(
                "\"num_feature\":\"3\"", "\"num_feature\":\"4\"",
                .featureCount(found: 4, wanted: 3)),
            HostileModel(
                "\"num_class\":\"0\",\"num_feature\":\"3\"",
                "\"num_class\":\"0\",\"num_feature\":\"2\"",
                .featureCount(found: 3, wanted: 2)),
            HostileModel(
                "\"num_class\":\"0\",\"num_feature\":\"3\"",
                "\"num_class\":\"0\",\"num_feature\":\"0\"",
                .invalid(path: "learner.learner_model_param.num_feature", wanted: "1 to 65535")),
            HostileModel(
                "\"tree_info\":[0,0]", "\"tree_info\":[0,0,0]",
                .weightCount(list: "tree_info", found: 3, wanted: 2)),
            HostileModel(
                firstValues, "\"split_conditions\":[5E-1,2.5E0,3.4028235E38,2E-1,-3E-1]",
                .marginNotFinite),
            HostileModel(
                "\"base_score\":\"5E-1\"", "\"base_score\":\"1E-45\"",
                .invalid(
                    path: "learner.learner_model_param.base_score",
                    wanted: "one probability between 0 and 1")),
            HostileModel(
                "\"num_trees\":\"2\"", "\"num_trees\":\"3\"", .treeCount(found: 2, wanted: 3)),
            HostileModel(
                "\"num_trees\":\"2\"", "\"num_trees\":\"99999999999999999999\"",
                .invalid(path: "\(model).gbtree_model_param.num_trees", wanted: "a count")),
        ]
        + ["0E0", "1E0", "-5E-1", "nan", "inf", "", "[5E-1,5E-1]", "[]", "[[5E-1]]"].map { score in
            HostileModel(
                "\"base_score\":\"5E-1\"", "\"base_score\":\"\(score)\"",
                .invalid(
                    path: "learner.learner_model_param.base_score",
                    wanted: "one probability between 0 and 1"))
        }

    static let unsupported = [
        HostileModel(
            "\"name\":\"gbtree\"", "\"name\":\"gbforest\"",
            .unsupported(
                feature: "booster", found: "gbforest", wanted: "gbtree, dart or gblinear")),
        HostileModel(
            "binary:logistic", "reg:gamma",
            .unsupported(feature: "objective", found: "reg:gamma", wanted: objectives)),
        HostileModel(
            "binary:logistic", "multi:softprob\\nINFO",
            .unsupported(
                feature: "objective", found: "multi:softprob?INFO", wanted: objectives)),
        HostileModel(
            "\"num_class\":\"0\"", "\"num_class\":\"3\"",
            .unsupported(feature: "num_class", found: "3", wanted: "at most 1")),
        HostileModel(
            "\"num_target\":\"1\"", "\"num_target\":\"2\"",
            .unsupported(feature: "num_target", found: "2", wanted: "at most 1")),
        HostileModel(
            "\"tree_info\":[0,0]", "\"tree_info\":[0,1]",
            .unsupported(feature: "tree_info", found: "other than 0", wanted: "one class")),
        HostileModel(
            "\"num_nodes\":\"5\",\"size_leaf_vector\":\"0\"",
            "\"num_nodes\":\"5\",\"size_leaf_vector\":\"2\"",
            .unsupported(
                feature: "leaf vector of tree 0", found: "of several values", wanted: "one value")),
    ]

    static let texts = [
        HostileModel(
            "\"name\":\"gbtree\"", "\"no\":1",
            .missing(path: "learner.gradient_booster.name")),
        HostileModel(
            "\"objective\"", "\"subjective\"", .missing(path: "learner.objective.name")),
        HostileModel(
            "\"base_score\":\"5E-1\"", "\"base\":\"5E-1\"",
            .missing(path: "learner.learner_model_param.base_score")),
        HostileModel(
            "\"num_trees\"", "\"trees\"",
            .missing(path: "\(model).gbtree_model_param.num_trees")),
        HostileModel(
            "\"num_nodes\":\"5\",", "",
            .missing(path: "\(model).trees[0].tree_param.num_nodes or num_feature")),
        HostileModel(
            "\"feature_names\":[]", "\"feature_names\":[\"a\"]",
            .invalid(path: "learner.feature_names", wanted: "no name or 3")),
        HostileModel(
            "\"attributes\":{}", "\"attributes\":{},\"attributes\":1e400",
            .malformed(.duplicateName(offset: 29))),
        HostileModel(
            "\"attributes\":{}", "\"attributes\":{\"a\":" + String(repeating: "[", count: 5000),
            .malformed(.tooDeep(limit: 16, offset: 43))),
        HostileModel(
            "\"attributes\":{}", "\"attributes\":{\"churnd_sum\":\"quadruple\"}",
            .unsupported(feature: "churnd_sum", found: "quadruple", wanted: "single or double")),
        HostileModel(
            "[5E-1,2.5E0", "[1E400,2.5E0",
            .malformed(.numberOutOfRange(offset: 395))),
        HostileModel(
            "\"version\"", "\"version\":0,\"version\"",
            .malformed(.duplicateName(offset: 1048))),
    ]

    static let all = links + numbers + unsupported + texts
}
