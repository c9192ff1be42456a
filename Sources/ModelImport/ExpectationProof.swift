internal import Features
internal import Models
internal import POSIX

/// Compares what churnd predicts for rows with what another program has predicted, row by row.
struct ExpectationProof {
    /// One row of both.
    struct Pair {
        let row: ProofRows.Row
        let entry: Expectations.Entry
        let score: Score
        /// How far the probability may be off beside, because margins may.
        let allowance: Double

        /// Whether the prediction is the expected one: within half a unit of its last digit, and as
        /// much as exponentials differ. A regression is held between 0 and 1, as churnd holds it.
        func isMet(_ link: Link) -> Bool {
            guard link == .identity else {
                return isNear(Double(score.probability), to: entry.value)
            }
            let most = Double(ProofLimits.overshootMax)
            guard -most...1 + most ~= entry.value else { return false }
            let expected = min(max(entry.value, 0), 1)
            return isNear(Double(score.probability), to: expected)
        }

        /// Whether `found` is `expected` as far as digits and margins go.
        func isNear(_ found: Double, to expected: Double) -> Bool {
            entry.isNear(found, to: expected, allowance: allowance)
        }
    }

    private let pairs: [Pair]
    private let link: Link

    init(
        _ expectations: Expectations, _ rows: ProofRows, _ scorer: inout ModelScorer
    ) throws(ExpectationError) {
        link = scorer.ensemble.link
        var pairs: [Pair] = []
        func add(_ row: ProofRows.Row, _ entry: Expectations.Entry, _ scorer: inout ModelScorer) {
            let score = scorer.score(row.record)
            let allowance = ExpectationProof.allowance(score, scorer.ensemble)
            pairs.append(Pair(row: row, entry: entry, score: score, allowance: allowance))
        }
        if expectations.hasIdentifiers {
            for (index, entry) in try ExpectationProof.matches(expectations, rows) {
                add(rows.rows[index], entry, &scorer)
            }
        } else {
            guard expectations.entries.count == rows.rows.count else {
                throw .count(found: expectations.entries.count, wanted: rows.rows.count)
            }
            for (row, entry) in zip(rows.rows, expectations.entries) { add(row, entry, &scorer) }
        }
        self.pairs = pairs
    }

    var count: Int { pairs.count }

    /// The rows that differ; nil where none does.
    func differences(_ suspicions: [Suspicion], _ schema: Schema) -> PredictionDifferences? {
        let differing = pairs.filter { !$0.isMet(link) }
        guard !differing.isEmpty else { return nil }
        return PredictionDifferences(
            compared: pairs.count, count: differing.count,
            first: differing.prefix(ProofLimits.differencesToldMax).map { pair in
                PredictionDifferences.Row(
                    line: pair.row.line, identifier: pair.row.identifier,
                    found: pair.score.probability, expected: pair.entry.text)
            },
            cause: DifferenceSearch(
                pairs: pairs, differing: differing, link: link, suspicions: suspicions,
                schema: schema
            ).cause)
    }

    /// Whether the rows that were compared would have shown what a suspicion is about: a blank of a
    /// column with missing values, and each value without a column.
    func covers(_ suspicion: Suspicion, _ encoding: FeatureEncoding, _ schema: Schema) -> Bool {
        switch suspicion {
        case .missingValues(let columns):
            let fields = encoding.columns.filter { columns.contains($0.name) }.map(\.feature)
                .filter { $0 < schema.fields.count && schema.fields[$0].blank != nil }
            return fields.allSatisfy { field in
                pairs.contains { $0.row.blankFields.contains(field) }
            }
        case .lackingValues(let names):
            var seen: Set<String> = []
            for pair in pairs {
                for (feature, value) in zip(schema.features, pair.row.record.values) {
                    seen.insert("\(feature.name)=\(feature.text(of: value))")
                }
            }
            return names.allSatisfy { seen.contains($0) }
        case .scaledColumn, .idleSplits, .constantProbability, .extremeMargin, .beyondProbability:
            return true
        }
    }

    /// What a difference of margins makes of a probability. onnxruntime computes one below a half
    /// as 1 less the other in single precision, which leaves it no more digits than that has at 1.
    private static func allowance(_ score: Score, _ ensemble: Ensemble) -> Double {
        guard ensemble.sumPrecision == .double else { return 0 }
        let tolerance = max(SumPrecision.marginTolerance, 2 * Double(score.margin.ulp))
        guard ensemble.link == .logistic else { return tolerance }
        let probability = Double(score.probability)
        return tolerance * probability * (1 - probability) + Double(Float.ulpOfOne)
    }

    /// For each expectation the index of its row.
    private static func matches(
        _ expectations: Expectations, _ rows: ProofRows
    ) throws(ExpectationError) -> [(Int, Expectations.Entry)] {
        guard rows.hasIdentifiers else { throw .noIdentifiers }
        var places: [String: Int] = [:]
        for (index, row) in rows.rows.enumerated() {
            guard let identifier = row.identifier else { continue }
            if places.updateValue(index, forKey: identifier) != nil {
                throw .repeatedRow(line: row.line, identifier: identifier)
            }
        }
        var seen: Set<String> = []
        var matches: [(Int, Expectations.Entry)] = []
        for entry in expectations.entries {
            let identifier = entry.identifier ?? ""
            guard let place = places[identifier] else {
                throw .unknownRow(line: entry.line, identifier: identifier)
            }
            guard seen.insert(identifier).inserted else {
                throw .repeatedRow(line: entry.line, identifier: identifier)
            }
            matches.append((place, entry))
        }
        return matches
    }
}

extension Expectations.Entry {
    /// Whether `found` is `expected` as far as its digits go.
    func isNear(_ found: Double, to expected: Double, allowance: Double) -> Bool {
        let units = Double(ProofLimits.unitsMax * Float(found).ulp)
        // A decimal halfway between two numbers may have been rounded to either.
        return (found - expected).magnitude <= halfUnit * (1 + 1e-6) + units + allowance
    }
}

/// Rows of which the prediction is not the expected one.
package struct PredictionDifferences: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        /// The line of the row in its table.
        package let line: Int
        package let identifier: String?
        package let found: Float
        package let expected: String
    }

    package let compared: Int
    package let count: Int
    /// The first of them.
    package let first: [Row]
    /// Why they differ, if a cause is recognized.
    package let cause: DifferenceCause?
}

extension PredictionDifferences: CustomStringConvertible {
    package var description: String {
        var lines = [
            "\(count) of \(compared) predictions are not the expected ones"
                + (cause.map { ": \($0)" } ?? "")
        ]
        for row in first {
            let name = row.identifier.map { " (\($0))" } ?? ""
            lines.append("line \(row.line)\(name): \(row.found), expected \(row.expected)")
        }
        if count > first.count { lines.append("and \(count - first.count) more") }
        return lines.joined(separator: "\n")
    }
}
