package import Bytes

/// A mean and the spread around it.
package struct Spread: Equatable, Sendable {
    package let mean: Double
    /// The sample standard deviation, by n − 1; of overlapping folds no standard error.
    package let deviation: Double

    /// Of two values at least.
    package init(_ values: [Double]) {
        precondition(values.count > 1)
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        deviation = (squares / Double(values.count - 1)).squareRoot()
    }
}

extension FigureText {
    private static let plusMinus = "\u{A0}±\u{A0}"

    /// Mean and deviation: `0.850 ± 0.012`.
    package static func spread(_ spread: Spread?, _ decimals: Int) -> String {
        guard let spread else { return none }
        return fixed(spread.mean, decimals) + plusMinus + fixed(spread.deviation, decimals)
    }

    /// The same of shares, as per cent.
    package static func percentSpread(_ spread: Spread?, _ decimals: Int = 1) -> String {
        guard let spread else { return none }
        return fixed(spread.mean * 100, decimals) + plusMinus
            + fixed(spread.deviation * 100, decimals) + "\u{A0}%"
    }

    /// The same of a difference, with its sign.
    package static func signedSpread(_ spread: Spread?, _ decimals: Int) -> String {
        guard let spread else { return none }
        return signed(spread.mean, decimals) + plusMinus + fixed(spread.deviation, decimals)
    }
}
