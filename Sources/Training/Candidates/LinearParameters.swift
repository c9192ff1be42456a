/// How a logistic regression is fitted, on columns of mean 0 and deviation 1.
package struct LinearParameters: Equatable, Sendable {
    /// The inverse strength of the penalty, as scikit-learn's `C`.
    package var inversePenalty = 1.0
    package var roundsMax = 2000
    /// After so many rounds the fit is looked at.
    package var roundsBetweenChecks = 10
    /// A fit whose margins have changed by no more than this since the last look has converged.
    package var marginTolerance: Float = 1e-5

    package init() {}

    /// The parameters as XGBoost spells them. The library multiplies its penalty by the sum of the
    /// rows' weights; scikit-learn does not.
    package func settings(weightSum: Double, baseScore: Float, seed: UInt64) -> [XGBoostSetting] {
        [
            ("booster", "gblinear"),
            ("objective", "binary:logistic"),
            ("updater", "coord_descent"),
            ("feature_selector", "cyclic"),
            ("eta", "1"),
            ("lambda", "\(1 / (inversePenalty * weightSum))"),
            ("alpha", "0"),
            ("tolerance", "0"),
            ("scale_pos_weight", "1"),
            ("base_score", "\(baseScore)"),
        ] + Recipe.runSettings(seed: seed)
    }
}
