internal import POSIX

/// What an objective makes of a margin.
package enum Link: Equatable, Sendable {
    /// 1 / (1 + e^−margin): objectives that learn the logarithm of the odds.
    case logistic
    /// The margin itself, which a regression on 0 and 1 means as a probability; what lies outside
    /// is taken for the nearer end.
    case identity

    /// The probability in single precision, as XGBoost computes it.
    package func probability(fromMargin margin: Float) -> Float {
        switch self {
        case .logistic: Logistic.probability(fromMargin: margin)
        case .identity: min(max(margin, 0), 1)
        }
    }
}

/// The objectives of which the margin tells a probability, by XGBoost's names.
package enum Objective: String, CaseIterable, Sendable {
    case binaryLogistic = "binary:logistic"
    case regLogistic = "reg:logistic"
    case regSquaredError = "reg:squarederror"

    package var link: Link {
        switch self {
        case .binaryLogistic, .regLogistic: .logistic
        case .regSquaredError: .identity
        }
    }

    /// What `base_score` must be, in words.
    var baseScoreWanted: String {
        switch link {
        case .logistic: "one probability between 0 and 1"
        case .identity: "one finite number"
        }
    }

    /// The margin before any tree: a logistic model's base score is a probability, another's the
    /// margin itself. Nil for a score that has no finite margin.
    func baseMargin(ofScore score: Float) -> Float? {
        switch link {
        case .logistic:
            guard 0 < score, score < 1 else { return nil }
            let margin = Logistic.margin(fromProbability: score)
            return margin.isFinite ? margin : nil
        case .identity: return score.isFinite ? score : nil
        }
    }
}

/// The boosters that are scored, by XGBoost's names.
package enum BoosterKind: String, CaseIterable, Sendable {
    /// A sum of trees.
    case gbtree
    /// A sum of trees, each with a weight of its own.
    case dart
    /// A sum of weighted features.
    case gblinear
}

/// The logistic link in single precision, as XGBoost computes it.
package enum Logistic {
    /// The probability of a margin. With glibc equal to XGBoost's bit for bit.
    package static func probability(fromMargin margin: Float) -> Float {
        // The bound keeps the exponential finite, the last summand the quotient defined.
        1 / (Transcendental.exponential(min(-margin, 88.7)) + 1 + 1e-16)
    }

    /// The margin of a probability between 0 and 1, both excluded.
    package static func margin(fromProbability probability: Float) -> Float {
        -Transcendental.logarithm(1 / probability - 1)
    }
}

/// How a margin becomes a probability.
package enum Calibration: Equatable, Sendable {
    /// The link of the model's objective alone.
    case none
    /// The logistic link of `slope · margin + intercept` (Platt 1999), the slope above 0, whatever
    /// the model's objective.
    case platt(slope: Double, intercept: Double)

    /// The probability in single precision, as XGBoost computes it.
    ///
    /// - Parameter link: that of the model's objective.
    package func probability(fromMargin margin: Float, link: Link = .logistic) -> Float {
        switch self {
        case .none: link.probability(fromMargin: margin)
        case .platt(let slope, let intercept):
            Logistic.probability(fromMargin: Float(slope * Double(margin) + intercept))
        }
    }
}
