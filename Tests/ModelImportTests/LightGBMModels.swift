/// A small model as LightGBM writes it, and changes of it.
enum LightGBMModels {
    static let small = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        label_index=0
        max_feature_idx=2
        objective=binary sigmoid:1
        feature_names=months plan price
        feature_infos=[0:60] 0:1:2 [0.5:149.8]
        tree_sizes=1 1 1

        Tree=0
        num_leaves=3
        num_cat=1
        split_feature=0 1
        split_gain=9 5
        threshold=31.500000000000004 0
        decision_type=2 1
        left_child=1 -1
        right_child=-2 -3
        leaf_value=-0.5 0.25 0.125
        cat_boundaries=0 1
        cat_threshold=5
        is_linear=0
        shrinkage=1


        Tree=1
        num_leaves=2
        num_cat=0
        split_feature=2
        threshold=60.400000000000006
        decision_type=2
        left_child=-1
        right_child=-2
        leaf_value=-0.1 0.2
        is_linear=0
        shrinkage=0.1


        Tree=2
        num_leaves=1
        num_cat=0
        split_feature=
        threshold=
        decision_type=
        left_child=
        right_child=
        leaf_value=0.01
        is_linear=0
        shrinkage=0.1


        end of trees

        feature_importances:
        months=2

        parameters:
        [scale_pos_weight: 1]
        end of parameters

        pandas_categorical:[["all", "basic", "plus"]]

        """

    /// The small model with one text in the place of another, which is in it once.
    static func small(_ old: String, _ new: String) -> [UInt8] {
        precondition(small.ranges(of: old).count == 1, "\(old) once")
        return Array(small.replacing(old, with: new).utf8)
    }

    static let categories = #"""
        ["months",{"name":"plan","feature":"plan","codes":["all","basic","plus"]},"price"]
        """#
}
