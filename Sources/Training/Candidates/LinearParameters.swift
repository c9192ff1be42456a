/// How a logistic regression is fitted, on columns of mean 0 and deviation 1.
package struct LinearParameters: Equatable, Sendable {
    /// The inverse strength of the penalty, as scikit-learn's `C`.
    package var inversePenalty = 1.0
    package var iterationsMax = 100
    /// A fit whose last step has changed no margin by more than this has converged: the next would
    /// be a hundredth of it.
    package var marginTolerance = 1e-7
    /// Beyond so many columns no matrix of columns by columns is made.
    package var directColumnsMax = 1024

    package init() {}

    /// What a manifest states: how churnd's own optimiser has found the weights.
    package func settings(baseScore: Float) -> [XGBoostSetting] {
        [
            ("booster", "gblinear"),
            ("objective", "binary:logistic"),
            ("solver", "newton"),
            ("C", "\(inversePenalty)"),
            ("margin_tolerance", "\(marginTolerance)"),
            ("base_score", "\(baseScore)"),
        ]
    }

    /// The parameters of the library's document that the weights are written into.
    func documentSettings(baseScore: Float) -> [XGBoostSetting] {
        [
            ("booster", "gblinear"), ("objective", "binary:logistic"),
            ("updater", "coord_descent"), ("base_score", "\(baseScore)"),
        ] + Recipe.runSettings(seed: 0)
    }
}
