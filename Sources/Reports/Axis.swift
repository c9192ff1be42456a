internal import Bytes

/// Maps numbers to places along one side of a drawing, and finds round numbers to mark.
package struct Axis: Equatable {
    package let domain: ClosedRange<Double>
    /// The place of the domain's lower end, and of its upper end.
    package let start: Double
    package let end: Double

    /// A domain of one number is widened, for it has no direction. So is one whose halves are one.
    package init(_ domain: ClosedRange<Double>, from start: Double, to end: Double) {
        if domain.lowerBound / 2 < domain.upperBound / 2 {
            self.domain = domain
        } else {
            let half = max(0.5, domain.lowerBound.magnitude / 2)
            self.domain = domain.lowerBound - half...domain.upperBound + half
        }
        self.start = start
        self.end = end
    }

    /// Values beyond the domain are placed at its end.
    package func place(_ value: Double) -> Double {
        let inside = min(max(value, domain.lowerBound), domain.upperBound)
        // Halves, so that the widest of domains has a width.
        let (lower, upper) = (domain.lowerBound / 2, domain.upperBound / 2)
        let share = (inside / 2 - lower) / (upper - lower)
        return start + share * (end - start)
    }

    /// A round number and how it is written.
    package struct Tick: Equatable {
        package let value: Double
        package let text: String
    }

    /// Multiples of 1, 2 or 5 times a power of ten inside the domain, with `intervalsMax` intervals
    /// between them or fewer.
    package func ticks(intervalsMax: Int) -> [Tick] {
        let step = Axis.step(domain, intervalsMax: intervalsMax)
        let first = (domain.lowerBound / step.size - 1e-9).rounded(.up)
        let last = (domain.upperBound / step.size + 1e-9).rounded(.down)
        guard first <= last, last - first <= Double(intervalsMax) else { return [] }
        return (0...Int(last - first)).map { index in
            let value = (first + Double(index)) * step.size
            return Tick(value: value, text: Axis.text(value, decimals: step.decimals))
        }
    }

    /// The domain of a measure that begins at 0 and whose largest value is `value`: its upper end
    /// is a round number.
    package static func domain(upTo value: Double) -> ClosedRange<Double> {
        guard value > 0, value.isFinite else { return 0...1 }
        let step = step(0...value, intervalsMax: 6)
        return 0...max(value, (value / step.size - 1e-9).rounded(.up) * step.size)
    }

    private static func step(
        _ domain: ClosedRange<Double>, intervalsMax: Int
    ) -> (size: Double, decimals: Int) {
        let least = (domain.upperBound - domain.lowerBound) / Double(intervalsMax)
        guard least > 0, least.isFinite else { return (1, 0) }
        var power = 1.0
        var decimals = 0
        while power > least { (power, decimals) = (power / 10, decimals + 1) }
        while power * 10 <= least { (power, decimals) = (power * 10, decimals - 1) }
        for factor in [1.0, 2, 5] where power * factor >= least * (1 - 1e-9) {
            return (power * factor, max(decimals, 0))
        }
        return (power * 10, max(decimals - 1, 0))
    }

    private static func text(_ value: Double, decimals: Int) -> String {
        if value.magnitude >= 1e6 && value.magnitude < 1e12 {
            let millions = value / 1e6
            return FigureText.fixed(millions, millions == millions.rounded() ? 0 : 1) + "M"
        }
        return FigureText.fixed(value, min(decimals, 9))
    }
}
