/// How trees are boosted. All of it is pinned: defaults differ between releases of XGBoost.
package struct BoostingParameters: Equatable, Sendable {
    package var depthMax = 1
    package var learningRate = 0.1
    package var rounds = 300
    /// Bins of the histogram a split is searched on.
    package var binsMax = 64
    /// What a leaf's weight is shrunk by (L2).
    package var lambda = 1.0
    /// The least sum of second derivatives in a child.
    package var childWeightMin = 1.0
    /// The least gain of a split.
    package var gamma = 0.0
    /// The share of the rows that a tree is learned from.
    package var rowShare = 1.0
    /// The share of the columns that a tree may split on.
    package var columnShare = 1.0

    /// Boosted stumps: the data is nearly additive, and deeper trees rank it worse.
    package static let stumps = BoostingParameters()

    /// Boosted trees of depth 3.
    package static let shallowTrees: BoostingParameters = {
        var parameters = BoostingParameters()
        parameters.depthMax = 3
        parameters.rounds = 100
        return parameters
    }()

    package init() {}

    /// The parameters as XGBoost spells them, for data of which `baseScore` is the share of
    /// positives.
    package func settings(baseScore: Float, seed: UInt64) -> [XGBoostSetting] {
        [
            ("booster", "gbtree"),
            ("objective", "binary:logistic"),
            ("tree_method", "hist"),
            ("grow_policy", "depthwise"),
            ("max_depth", "\(depthMax)"),
            ("max_leaves", "0"),
            ("max_bin", "\(binsMax)"),
            ("eta", "\(learningRate)"),
            ("lambda", "\(lambda)"),
            ("alpha", "0"),
            ("gamma", "\(gamma)"),
            ("min_child_weight", "\(childWeightMin)"),
            ("max_delta_step", "0"),
            ("subsample", "\(rowShare)"),
            ("colsample_bytree", "\(columnShare)"),
            ("colsample_bylevel", "1"),
            ("colsample_bynode", "1"),
            ("num_parallel_tree", "1"),
            ("scale_pos_weight", "1"),
            ("base_score", "\(baseScore)"),
        ] + Recipe.runSettings(seed: seed)
    }
}
