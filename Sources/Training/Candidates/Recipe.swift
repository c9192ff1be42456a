internal import Bytes
package import Models

/// A parameter as XGBoost spells it.
package typealias XGBoostSetting = (name: String, value: String)

/// One way of fitting with every parameter pinned.
package enum Recipe: Equatable, Sendable {
    case linear(LinearParameters)
    case boosting(BoostingParameters)
    case forest(ForestParameters)

    /// What the margins are.
    package var link: Link {
        switch self {
        case .linear, .boosting: .logistic
        case .forest: .identity
        }
    }

    /// The rounds of learning: as many where there are trees, at most where there are none.
    package var roundsMax: Int {
        switch self {
        case .linear(let parameters): parameters.iterationsMax
        case .boosting(let parameters): parameters.rounds
        case .forest: 1
        }
    }

    /// Whether columns are brought to mean 0 and deviation 1 before it.
    var isStandardized: Bool {
        switch self {
        case .linear: true
        case .boosting, .forest: false
        }
    }

    /// The parameters as XGBoost spells them, for what is learned from `rows` of so many columns.
    package func settings(
        learning rows: LearningSet, columnCount: Int, seed: UInt64
    ) -> [XGBoostSetting] {
        switch self {
        case .linear(let parameters): parameters.settings(baseScore: rows.positiveShare)
        case .boosting(let parameters):
            parameters.settings(baseScore: rows.positiveShare, seed: seed)
        case .forest(let parameters):
            parameters.settings(columnCount: columnCount, seed: seed)
        }
    }

    /// The parameters that tell it from others of its kind, in a few words.
    package var summary: String {
        switch self {
        case .linear(let parameters):
            "C \(FigureText.plain(parameters.inversePenalty)), standardised columns"
        case .boosting(let parameters): Recipe.summary(parameters)
        case .forest(let parameters):
            "\(parameters.trees) trees of depth \(parameters.depthMax) at most, "
                + "\(parameters.leafRowsMin) rows a leaf"
        }
    }

    private static func summary(_ parameters: BoostingParameters) -> String {
        var words = [
            "depth \(parameters.depthMax)", "eta \(FigureText.plain(parameters.learningRate))",
            "\(parameters.rounds) rounds",
        ]
        let others = [
            ("lambda", parameters.lambda), ("min child weight", parameters.childWeightMin),
            ("rows", parameters.rowShare), ("columns", parameters.columnShare),
        ]
        for (name, value) in others where value != 1 {
            words.append("\(name) \(FigureText.plain(value))")
        }
        return words.joined(separator: ", ")
    }

    /// What is the same in all: one thread, because several make sums of another order, and random
    /// numbers that depend on the seed and the round alone, not on what the thread did before.
    static func runSettings(seed: UInt64) -> [XGBoostSetting] {
        [
            ("seed", "\(seed & 0x7FFF_FFFF)"), ("seed_per_iteration", "1"), ("nthread", "1"),
            ("verbosity", "0"),
        ]
    }
}

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
