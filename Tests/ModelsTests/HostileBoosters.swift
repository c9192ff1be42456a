import Models

/// Changes to sound models of the other kinds, and why they are refused then.
extension HostileModel {
    /// One tree of two splits by category: 1 and 3 of the first feature go right, then 0 does.
    static let soundCategories = Array(
        """
        {"learner":{"gradient_booster":{"model":{"gbtree_model_param":{"num_trees":"1"},\
        "tree_info":[0],"trees":[{"left_children":[1,3,-1,-1,-1],"right_children":[2,4,-1,-1,-1],\
        "split_indices":[0,0,0,0,0],"default_left":[0,1,0,0,0],\
        "split_conditions":[1E-45,1E39,1E-1,2E-1,-3E-1],"split_type":[1,1,0,0,0],\
        "categories":[1,3,0],"categories_nodes":[0,1],"categories_segments":[0,2],\
        "categories_sizes":[2,1],\
        "tree_param":{"num_deleted":"0","num_feature":"3","num_nodes":"5"}}]},"name":"gbtree"},\
        "learner_model_param":{"base_score":"5E-1","num_feature":"3"},\
        "objective":{"name":"binary:logistic"}}}
        """.utf8)

    static let soundDart = Array(
        """
        {"learner":{"gradient_booster":{"gbtree":{"model":{"gbtree_model_param":{"num_trees":"2"},\
        "tree_info":[0,0],"trees":[\
        {"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_indices":[0,0,0],\
        "default_left":[0,0,0],"split_conditions":[5E-1,1E-1,-2E-1],\
        "tree_param":{"num_deleted":"0","num_feature":"3","num_nodes":"3"}},\
        {"left_children":[-1],"right_children":[-1],"split_indices":[0],"default_left":[0],\
        "split_conditions":[3E-1],\
        "tree_param":{"num_deleted":"0","num_feature":"3","num_nodes":"1"}}]},"name":"gbtree"},\
        "name":"dart","weight_drop":[5E-1,2E-1]},\
        "learner_model_param":{"base_score":"5E-1","num_feature":"3"},\
        "objective":{"name":"binary:logistic"}}}
        """.utf8)

    static let soundLinear = Array(
        """
        {"learner":{"gradient_booster":{"model":{"weights":[1E-1,2E-1,3E-1,-5E-1]},\
        "name":"gblinear"},"learner_model_param":{"base_score":"5E-1","num_feature":"3"},\
        "objective":{"name":"reg:squarederror"}}}
        """.utf8)

    private static func tree(_ old: String, _ new: String, _ fault: TreeFault) -> HostileModel {
        HostileModel(old, new, .tree(index: 0, fault))
    }

    static let categories = [
        tree(
            "\"split_type\":[1,1,0,0,0]", "\"split_type\":[1,1,0,0]",
            .lengths("split_type", found: 4, wanted: 5)),
        tree(
            "\"split_type\":[1,1,0,0,0]", "\"split_type\":[1,2,0,0,0]",
            .notAnInteger(list: "split_type", position: 1)),
        tree("\"split_type\":[1,1,0,0,0]", "\"split_type\":[1,0,0,0,0]", .categoryNode(1)),
        tree("\"split_type\":[1,1,0,0,0]", "\"split_type\":[]", .categoryNode(0)),
        tree("\"categories_nodes\":[0,1]", "\"categories_nodes\":[0,2]", .categoryNode(2)),
        tree("\"categories_nodes\":[0,1]", "\"categories_nodes\":[0,0]", .categoryNode(0)),
        tree("\"categories_nodes\":[0,1]", "\"categories_nodes\":[0,5]", .categoryNode(5)),
        tree("\"categories_nodes\":[0,1]", "\"categories_nodes\":[0,-1]", .categoryNode(-1)),
        tree(
            "\"categories_nodes\":[0,1]", "\"categories_nodes\":[0]",
            .lengths("categories_segments", found: 2, wanted: 1)),
        tree(
            "\"categories_sizes\":[2,1]", "\"categories_sizes\":[2]",
            .lengths("categories_sizes", found: 1, wanted: 2)),
        tree(
            "\"categories_sizes\":[2,1]", "\"categories_sizes\":[2,2]",
            .categorySegment(node: 1, start: 2, size: 2, categoryCount: 3)),
        tree(
            "\"categories_sizes\":[2,1]", "\"categories_sizes\":[2,9223372036854774784]",
            .categorySegment(node: 1, start: 2, size: 9_223_372_036_854_774_784, categoryCount: 3)),
        tree(
            "\"categories_sizes\":[2,1]", "\"categories_sizes\":[2,0]",
            .categorySegment(node: 1, start: 2, size: 0, categoryCount: 3)),
        tree(
            "\"categories_sizes\":[2,1]", "\"categories_sizes\":[2,-1]",
            .categorySegment(node: 1, start: 2, size: -1, categoryCount: 3)),
        tree(
            "\"categories_segments\":[0,2]", "\"categories_segments\":[0,0]",
            .categorySegment(node: 1, start: 0, size: 1, categoryCount: 3)),
        tree(
            "\"categories_segments\":[0,2]", "\"categories_segments\":[0,-1]",
            .categorySegment(node: 1, start: -1, size: 1, categoryCount: 3)),
        tree(
            "\"categories\":[1,3,0]", "\"categories\":[1,3,0,2]",
            .lengths("categories", found: 4, wanted: 3)),
        tree(
            "\"categories\":[1,3,0]", "\"categories\":[1,-3,0]",
            .categoryCode(node: 0, found: -3)),
        tree(
            "\"categories\":[1,3,0]", "\"categories\":[1,3,16777216]",
            .categoryCode(node: 1, found: 16_777_216)),
        tree(
            "\"categories\":[1,3,0]", "\"categories\":[1,1.5,0]",
            .notAnInteger(list: "categories", position: 1)),
        // Only what a split by category has instead of a threshold may be anything.
        tree("[1E-45,1E39,1E-1", "[1E-45,1E39,1E39", .notFinite(node: 2)),
    ]

    static let dart = [
        HostileModel(
            "\"weight_drop\":[5E-1,2E-1]", "\"weight_drop\":[5E-1]",
            .weightCount(list: "weight_drop", found: 1, wanted: 2)),
        HostileModel(
            "\"weight_drop\":[5E-1,2E-1]", "\"weight_drop\":[5E-1,2E-1,1E0]",
            .weightCount(list: "weight_drop", found: 3, wanted: 2)),
        HostileModel(
            "\"weight_drop\":[5E-1,2E-1]", "\"weight_drop\":[5E-1,1E39]",
            .weightNotFinite(list: "weight_drop", index: 1)),
        HostileModel(
            "[5E-1,1E-1,-2E-1]", "[5E-1,1E-1,-2E38]", .marginNotFinite,
            besides: ("[5E-1,2E-1]", "[5E0,2E-1]")),
        HostileModel(
            "\"weight_drop\"", "\"weights_drop\"",
            .missing(path: "learner.gradient_booster.weight_drop")),
        HostileModel(
            "\"name\":\"dart\"", "\"name\":\"gbtree\"",
            .unsupported(
                feature: "weight_drop", found: "beside gbtree", wanted: "it beside dart")),
        HostileModel(
            "\"name\":\"dart\"", "\"name\":\"gblinear\"",
            .missing(path: "learner.gradient_booster.model.weights")),
        HostileModel(
            "\"gbtree\":{", "\"trees\":{",
            .missing(path: "learner.gradient_booster.model.gbtree_model_param.num_trees")),
    ]

    static let linear = [
        HostileModel(
            "-5E-1]}", "-5E-1,0]}", .weightCount(list: "weights", found: 5, wanted: 4)),
        HostileModel(
            ",-5E-1]}", "]}", .weightCount(list: "weights", found: 3, wanted: 4)),
        HostileModel("-5E-1]}", "-1E39]}", .weightNotFinite(list: "weights", index: 3)),
        // A cell may lie 1.8e25 from zero.
        HostileModel("[1E-1,", "[2E13,", .marginNotFinite),
        HostileModel(
            "\"weights\"", "\"weight\"",
            .missing(path: "learner.gradient_booster.model.weights")),
        HostileModel(
            "\"base_score\":\"5E-1\"", "\"base_score\":\"nan\"",
            .invalid(
                path: "learner.learner_model_param.base_score",
                wanted: "one finite number")),
        HostileModel(
            "\"base_score\":\"5E-1\"", "\"base_score\":\"1E39\"",
            .invalid(
                path: "learner.learner_model_param.base_score",
                wanted: "one finite number")),
        HostileModel(
            "\"name\":\"gblinear\"", "\"name\":\"gbtree\"",
            .missing(path: "learner.gradient_booster.model.gbtree_model_param.num_trees")),
    ]
}
