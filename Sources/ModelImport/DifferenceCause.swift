internal import Features
internal import Models
internal import POSIX

/// Why predictions differ from the expected ones.
package enum DifferenceCause: Equatable, Sendable, CustomStringConvertible {
    /// What is expected is the probability of the other outcome.
    case otherOutcome
    case margins
    /// The logistic function of a regression's margins is expected.
    case customObjective
    /// The same predictions in another order.
    case order
    /// All margins differ by the same.
    case baseScore(difference: Double)
    /// The rows that differ have values that the model has no column for, of these features.
    case lackingValues(features: [String])
    /// Numbers are expected that no probability is near.
    case noProbabilities
    /// The rows that differ are those with a blank cell.
    case blanks(column: String)
    /// The rows that differ are those with one value of a column.
    case value(column: String)
    case visible([Suspicion])

    package var description: String {
        switch self {
        case .otherOutcome:
            "the file has the probability of the other outcome, expected predict_proba(X)[:, 1]"
        case .margins: "the file has margins (output_margin=True), expected probabilities"
        case .customObjective:
            "1 / (1 + e^-margin) is expected, but the model states reg:squarederror: a custom "
                + "objective, which XGBoost does not save; train with binary:logistic"
        case .order: "the file has the same numbers in another order of the rows"
        case .baseScore(let difference):
            "all margins differ by \(difference): another base_score, or base_margin in Python"
        case .lackingValues(let features):
            "the rows that differ have values for which the model has no column, in "
                + "\(features.joined(separator: ", ")): did training take them for other values?"
        case .noProbabilities:
            "the file has numbers far from 0 to 1, expected probabilities: a regression of another "
                + "target?"
        case .blanks(let column):
            "the rows that differ have a blank in \(column): training took it for a missing value, "
                + "and churnd for the value of the schema's x-blank"
        case .value(let column):
            "the rows that differ, and no others, have one value in \(column): did training "
                + "change it?"
        case .visible(let suspicions):
            "visible in the model: " + suspicions.map { "\($0)" }.joined(separator: "; ")
        }
    }
}

/// Looks for the cause of differences: first for a simple relation of all rows, then for what the
/// rows that differ have in common.
struct DifferenceSearch {
    let pairs: [ExpectationProof.Pair]
    let differing: [ExpectationProof.Pair]
    let link: Link
    let suspicions: [Suspicion]
    let schema: Schema

    /// How far margins that are computed from probabilities may differ.
    private static let marginSpreadMax = 0.02

    var cause: DifferenceCause? {
        relation ?? common ?? (suspicions.isEmpty ? nil : .visible(suspicions))
    }

    private var relation: DifferenceCause? {
        func all(_ expected: (ExpectationProof.Pair) -> Double) -> Bool {
            pairs.allSatisfy { $0.isNear(expected($0), to: $0.entry.value) }
        }
        let most = Double(ProofLimits.overshootMax)
        if link == .identity, pairs.contains(where: { !(-most...1 + most ~= $0.entry.value) }) {
            return .noProbabilities
        }
        if all({ 1 - Double($0.score.probability) }) { return .otherOutcome }
        if all({ Double($0.score.margin) }) { return link == .identity ? nil : .margins }
        if link == .identity, all({ Double(Logistic.probability(fromMargin: $0.score.margin)) }) {
            return .customObjective
        }
        let found = pairs.map { Double($0.score.probability) }.sorted()
        let expected = pairs.map(\.entry).sorted { $0.value < $1.value }
        if pairs.count > 1,
            zip(found, expected).allSatisfy({ found, entry in
                entry.isNear(found, to: entry.value, allowance: pairs[0].allowance)
            })
        {
            return .order
        }
        return shift
    }

    private var shift: DifferenceCause? {
        guard link == .logistic, pairs.count > 1 else { return nil }
        let shifts = pairs.compactMap { pair -> Double? in
            let expected = pair.entry.value
            guard 0 < expected, expected < 1 else { return nil }
            return Transcendental.logarithm(expected / (1 - expected)) - Double(pair.score.margin)
        }
        guard shifts.count == pairs.count, let low = shifts.min(), let high = shifts.max(),
            high - low <= DifferenceSearch.marginSpreadMax
        else { return nil }
        return .baseScore(difference: ((low + high) * 500).rounded() / 1000)
    }

    private var common: DifferenceCause? {
        let features = lackingFeatures
        if !features.isEmpty { return .lackingValues(features: features) }
        for field in schema.fields.indices
        where differing.allSatisfy({ $0.row.blankFields.contains(field) }) {
            return .blanks(column: schema.fields[field].name)
        }
        guard differing.count < pairs.count else { return nil }
        for field in schema.fields.indices {
            let value = differing[0].row.record.values[field]
            let holders = pairs.count { $0.row.record.values[field] == value }
            if holders == differing.count,
                differing.allSatisfy({ $0.row.record.values[field] == value })
            {
                return .value(column: schema.fields[field].name)
            }
        }
        return nil
    }

    /// Where each row that differs has a value without a column, the features of such values.
    private var lackingFeatures: [String] {
        for case .lackingValues(let names) in suspicions {
            func lacks(_ pair: ExpectationProof.Pair, _ feature: Int) -> Bool {
                let value = schema.features[feature].text(of: pair.row.record.values[feature])
                return names.contains("\(schema.features[feature].name)=\(value)")
            }
            let concerned = schema.features.indices.filter { feature in
                differing.contains { lacks($0, feature) }
            }
            guard
                differing.allSatisfy({ pair in concerned.contains { lacks(pair, $0) } })
            else { continue }
            return concerned.map { schema.features[$0].name }
        }
        return []
    }
}

extension Feature {
    /// The value that a record's number encodes.
    func text(of number: Double) -> String {
        categories.map { $0[Int(number)] } ?? Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
