/// Bins of one width from 0 to 1. A value on an inner edge lies in the bin below it, as in
/// scikit-learn's `calibration_curve` and as a probability on a line of `Thresholds` does.
package struct UnitBins: Equatable, Sendable {
    package let count: Int

    package init(count: Int) {
        precondition(count > 0)
        self.count = count
    }

    /// The lower edge of a bin, and with `count` the upper edge of the last.
    package func edge(_ bin: Int) -> Double {
        bin == count ? 1 : Double(bin) * (1 / Double(count))
    }

    /// The bin of a value from 0 to 1.
    package func bin(of value: Double) -> Int {
        // The guess may be one off, because edges are rounded; the edges themselves decide.
        var bin = min(Int(value * Double(count)), count - 1)
        while bin > 0 && value <= edge(bin) { bin -= 1 }
        while bin + 1 < count && value > edge(bin + 1) { bin += 1 }
        return bin
    }
}
