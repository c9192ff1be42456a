internal import Features
internal import Models

/// Runs golden rows through all that a request goes through.
enum GoldenCheck {
    /// How far contributions and their base may come to another sum than the margin.
    private static let sumTolerance = 1e-5

    /// How many rows there are, all of them reproduced. Throws the first that is not.
    static func run(
        _ lines: Span<UInt8>, _ scorer: inout ModelScorer, _ explainer: inout Explainer?,
        limits: ModelLimits
    ) throws(BundleError) -> Int {
        guard lines.count <= limits.goldenBytesMax else {
            throw .tooMany(.golden, "bytes", found: lines.count, most: limits.goldenBytesMax)
        }
        var rowCount = 0
        var start = 0
        for end in 0..<lines.count where lines[end] == UInt8(ascii: "\n") || end == lines.count - 1
        {
            rowCount += 1
            guard rowCount <= limits.goldenRowsMax else {
                throw .tooMany(.golden, "rows", found: rowCount, most: limits.goldenRowsMax)
            }
            do throws(GoldenFault) {
                try check(
                    try GoldenRow(parsing: lines.extracting(start..<end + 1)), &scorer, &explainer)
            } catch { throw .goldenRow(rowCount, error) }
            start = end + 1
        }
        guard rowCount >= limits.goldenRowsMin else {
            throw .goldenRowCount(found: rowCount, least: limits.goldenRowsMin)
        }
        return rowCount
    }

    private static func check(
        _ row: GoldenRow, _ scorer: inout ModelScorer, _ explainer: inout Explainer?
    ) throws(GoldenFault) {
        let isValid: Bool
        do throws(BodyError) {
            isValid = try scorer.decode(row.request.span)
        } catch { throw .request }
        guard isValid else { throw .request }
        let score = scorer.score()
        try row.check(margin: score.margin, probability: score.probability)
        guard let sum = explainer?.sum(of: &scorer) else { return }
        // The margin is a sum in single precision, rounded once for each tree, or for each column
        // of a linear model.
        let trees = scorer.ensemble.treeCount
        let terms = trees > 0 ? trees : scorer.ensemble.featureCount
        let roundings = Double(terms) * Double(max(1, score.margin.magnitude))
        let tolerance = sumTolerance + roundings * Double(Float.ulpOfOne) / 2
        guard (sum - Double(score.margin)).magnitude <= tolerance else {
            throw .contributions(sum: sum, margin: score.margin)
        }
    }
}

extension Explainer {
    /// What the base and the contributions of the record that was scored last come to.
    fileprivate mutating func sum(of scorer: inout ModelScorer) -> Double {
        scorer.explain(by: &self)
        return contributions.reduce(base, +)
    }
}
