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
