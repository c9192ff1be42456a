internal import Features

/// A part of a table's rows: those with one value of a feature, or with its numbers in a range.
package struct ProofSlice: Equatable, Sendable {
    package let feature: String
    /// For example `tenure is 9 to 29`.
    package let text: String
    package let count: Int
    package let meanProbability: Double
    package let rate: Double
}

/// Looks at the rows of a table part by part: a column that is read wrongly leaves the figures of
/// all rows passable where its model has others, but not those of its own low or high values.
struct ProofSlices {
    let rows: ProofRows
    let labels: [Bool]
    let probabilities: [Double]
    let schema: Schema

    /// The slice whose gap is farthest beyond its limit, of the features that columns show.
    func worst(
        shownBy encoding: FeatureEncoding, isDoubtful: Bool
    ) -> (slice: ProofSlice, limit: Double)? {
        let shown = Set(encoding.columns.map(\.feature))
        var worst: (slice: ProofSlice, limit: Double)?
        var worstExcess = 0.0
        for feature in schema.features.indices where shown.contains(feature) {
            for (text, members) in parts(of: feature)
            where members.count >= ProofLimits.sliceRowsMin {
                let slice = slice(schema.features[feature].name, text, members)
                let spread = max(slice.rate * (1 - slice.rate), 0.05)
                let limit =
                    (isDoubtful ? ProofLimits.doubtfulSliceGapMax : ProofLimits.sliceGapMax)
                    + ProofLimits.sliceGapErrors
                    * (spread / Double(members.count)).squareRoot()
                let excess = (slice.meanProbability - slice.rate).magnitude - limit
                if excess > worstExcess {
                    worstExcess = excess
                    worst = (slice, limit)
                }
            }
        }
        return worst
    }

    private func slice(_ feature: String, _ text: String, _ members: [Int]) -> ProofSlice {
        let count = Double(members.count)
        return ProofSlice(
            feature: feature, text: text, count: members.count,
            meanProbability: members.reduce(0) { $0 + probabilities[$1] } / count,
            rate: Double(members.count { labels[$0] }) / count)
    }

    private func parts(of feature: Int) -> [(text: String, members: [Int])] {
        let name = schema.features[feature].name
        let values = rows.rows.map { $0.record.values[feature] }
        if let categories = schema.features[feature].categories {
            var members = categories.map { _ in [Int]() }
            for (index, value) in values.enumerated() { members[Int(value)].append(index) }
            return zip(categories, members).map { ("\(name) is \($0)", $1) }
        }
        let sorted = values.sorted()
        let edges = (1..<ProofLimits.numberSlices).map {
            sorted[$0 * sorted.count / ProofLimits.numberSlices]
        }
        var members = (0..<ProofLimits.numberSlices).map { _ in [Int]() }
        for (index, value) in values.enumerated() {
            members[edges.count { value >= $0 }].append(index)
        }
        return members.compactMap { part in
            guard let low = part.map({ values[$0] }).min(),
                let high = part.map({ values[$0] }).max()
            else { return nil }
            return ("\(name) is \(figure(low)) to \(figure(high))", part)
        }
    }
}
