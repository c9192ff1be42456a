/// What a feature's values do to the log-odds: the mean of its contribution over the rows that have
/// them.
package struct EffectShape: Equatable, Sendable {
    /// The rows with one value of a category.
    package struct Category: Equatable, Sendable {
        package let name: String
        package let step: Step
    }

    /// The rows with a number from the least to the greatest of this range, both of which occur.
    package struct Bin: Equatable, Sendable {
        package let range: ClosedRange<Double>
        package let step: Step
    }

    /// The mean contribution of some rows, and how many they are.
    package struct Step: Equatable, Sendable {
        /// In log-odds; nil where there is no row.
        package let mean: Double?
        package let count: Int
    }

    package enum Kind: Equatable, Sendable {
        /// One for each value, in the schema's order.
        case categories([Category])
        /// Ascending, without those that no row lies in.
        case bins([Bin])
    }

    package let name: String
    package let kind: Kind

    /// How many bins a number is cut into at most.
    package static let binsMax = 32

    /// Of the values that rows have at one place of a `Record`, and of the contributions of that
    /// place; one row at least. The values are indices of `categories`, or numbers where there are
    /// none.
    package init(
        name: String, categories: [String]?, values: [Double], contributions: [Double]
    ) {
        precondition(values.count == contributions.count && !values.isEmpty)
        precondition(values.allSatisfy(\.isFinite) && contributions.allSatisfy(\.isFinite))
        self.name = name
        guard let categories else {
            kind = .bins(EffectShape.bins(values, contributions))
            return
        }
        let steps = EffectShape.steps(values.map { Int($0) }, contributions, categories.count)
        kind = .categories(zip(categories, steps).map { Category(name: $0, step: $1) })
    }

    /// The steps of either kind, in their order.
    package var steps: [Step] {
        switch kind {
        case .categories(let values): values.map(\.step)
        case .bins(let bins): bins.map(\.step)
        }
    }

    /// The largest magnitude of a mean.
    package var magnitudeMax: Double {
        steps.map { ($0.mean ?? 0).magnitude }.max() ?? 0
    }

    /// Bins of one width over the values, whole numbers wide where all values are whole.
    private static func bins(_ values: [Double], _ contributions: [Double]) -> [Bin] {
        guard let least = values.min(), let greatest = values.max() else {
            preconditionFailure("a shape needs a row")
        }
        let isWhole = values.allSatisfy { $0 == $0.rounded() }
        var width = (greatest - least) / Double(binsMax)
        if isWhole { width = ((greatest - least + 1) / Double(binsMax)).rounded(.up) }
        let places = values.map { value in
            width > 0 ? min(Int((value - least) / width), binsMax - 1) : 0
        }
        var ranges = [ClosedRange<Double>?](repeating: nil, count: binsMax)
        for (place, value) in zip(places, values) {
            let range = ranges[place] ?? value...value
            ranges[place] = min(range.lowerBound, value)...max(range.upperBound, value)
        }
        return zip(ranges, steps(places, contributions, binsMax)).compactMap { range, step in
            range.map { Bin(range: $0, step: step) }
        }
    }

    private static func steps(
        _ places: [Int], _ contributions: [Double], _ count: Int
    ) -> [Step] {
        var counts = [Int](repeating: 0, count: count)
        var sums = [Double](repeating: 0, count: count)
        for (place, contribution) in zip(places, contributions) {
            counts[place] += 1
            sums[place] += contribution
        }
        return zip(counts, sums).map { count, sum in
            Step(mean: count == 0 ? nil : sum / Double(count), count: count)
        }
    }
}
