/// How a random forest is grown: all trees in one round, each from other rows, each split from
/// other columns.
///
/// The objective is least squares, so that a leaf holds the share of positives among its rows and
/// the margin is their mean over the trees. One Newton step of the logistic objective would squash
/// the margins instead.
package struct ForestParameters: Equatable, Sendable {
    package var trees = 300
    package var depthMax = 12
    /// Bins of the histogram a split is searched on.
    package var binsMax = 64
    /// The least number of rows in a leaf.
    package var leafRowsMin = 7
    /// The share of the rows that a tree is grown from: that of the distinct rows in a bootstrap
    /// sample, 1 − 1/e.
    package var rowShare = 0.632

    package init() {}

    /// The parameters as XGBoost spells them. Of F columns each split sees √F.
    package func settings(columnCount: Int, seed: UInt64) -> [XGBoostSetting] {
        let columnShare = 1 / Double(columnCount).squareRoot()
        return [
            ("booster", "gbtree"),
            ("objective", "reg:squarederror"),
            ("tree_method", "hist"),
            ("grow_policy", "depthwise"),
            ("max_depth", "\(depthMax)"),
            ("max_leaves", "0"),
            ("max_bin", "\(binsMax)"),
            ("eta", "1"),
            ("lambda", "0"),
            ("alpha", "0"),
            ("gamma", "0"),
            ("min_child_weight", "\(leafRowsMin)"),
            ("max_delta_step", "0"),
            ("subsample", "\(rowShare)"),
            ("colsample_bytree", "1"),
            ("colsample_bylevel", "1"),
            ("colsample_bynode", "\(columnShare)"),
            ("num_parallel_tree", "\(trees)"),
            ("scale_pos_weight", "1"),
            ("base_score", "0"),
        ] + Recipe.runSettings(seed: seed)
    }
}
