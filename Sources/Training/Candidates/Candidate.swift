internal import Models

/// The ways of training that are compared.
package enum Candidate: String, CaseIterable, Sendable {
    case logistic, stumps, boosting, tuned, forest

    /// What readers call it.
    package var title: String {
        switch self {
        case .logistic: "Logistic regression"
        case .stumps: "Boosted stumps"
        case .boosting: "Gradient boosting"
        case .tuned: "XGBoost, tuned"
        case .forest: "Random forest"
        }
    }

    /// How hard it is to see what a model of this kind does, from 0: a weight a column, a step
    /// function a column, interactions in shallow trees, hundreds of deep trees.
    package var complexity: Int {
        switch self {
        case .logistic: 0
        case .stumps: 1
        case .boosting, .tuned: 2
        case .forest: 3
        }
    }

    /// The recipe; nil where it is searched for.
    package var recipe: Recipe? {
        switch self {
        case .logistic: .linear(LinearParameters())
        case .stumps: .boosting(.stumps)
        case .boosting: .boosting(.shallowTrees)
        case .tuned: nil
        case .forest: .forest(ForestParameters())
        }
    }
}
