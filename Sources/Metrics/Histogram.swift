/// How often values fell between which bounds, and their sum. A copy shares its memory until one of
/// the two counts on.
package struct Histogram: Equatable, Sendable {
    /// The largest value of each bucket, ascending; after the last there is one without a bound.
    package let bounds: [Double]
    /// The values of each bucket alone, one more than there are bounds.
    package private(set) var counts: [UInt64]
    /// Of all values.
    package private(set) var sum = 0.0

    /// - Parameter bounds: finite and ascending, at least one.
    package init(bounds: [Double]) {
        precondition(!bounds.isEmpty && bounds.allSatisfy(\.isFinite), "bounds are finite")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds ascend")
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    /// Counts a value; one on a bound belongs below it. What is not a number is ignored: it
    /// would make the sum useless for good.
    package mutating func observe(_ value: Double) {
        guard !value.isNaN else { return }
        // Buckets are few and most values small, so a search from below ends after some
        // comparisons.
        var bucket = bounds.count
        for index in bounds.indices where value <= bounds[index] {
            bucket = index
            break
        }
        counts[bucket] &+= 1
        sum += value
    }

    /// Counts what `other`, which has the same bounds, has counted.
    package mutating func add(_ other: Histogram) {
        precondition(bounds == other.bounds, "histograms of other bounds cannot be added")
        for index in counts.indices { counts[index] &+= other.counts[index] }
        sum += other.sum
    }

    /// How many values were counted.
    package var count: UInt64 { counts.reduce(0, &+) }
}
