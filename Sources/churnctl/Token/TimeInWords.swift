/// Spans of time as people say them.
enum TimeInWords {
    /// `in 59 minutes`, `3 days ago`, `now`: the span rounded to the largest unit of which it has
    /// at least two. `seconds` may be any finite number.
    static func relative(seconds: Double) -> String {
        let size = seconds.magnitude
        if size < 1 { return "now" }
        let words = size > longest ? "more than \(count(longest))" : count(size)
        return seconds > 0 ? "in \(words)" : "\(words) ago"
    }

    private static let units: [(name: String, seconds: Double)] = [
        ("year", 31_557_600), ("day", 86_400), ("hour", 3600), ("minute", 60),
    ]

    /// A thousand years; longer spans are all shown as more than that.
    private static let longest = 31_557_600_000.0

    private static func count(_ seconds: Double) -> String {
        for unit in units where seconds >= 2 * unit.seconds {
            return "\(Int((seconds / unit.seconds).rounded())) \(unit.name)s"
        }
        let rounded = Int(seconds.rounded())
        return rounded == 1 ? "1 second" : "\(rounded) seconds"
    }
}
