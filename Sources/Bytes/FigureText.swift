/// Numbers as reports show them: the same text everywhere, whatever the locale.
package enum FigureText {
    /// What stands where there is no figure.
    package static let none = "\u{2013}"
    private static let minus = "\u{2212}"
    /// Magnitudes from here on are written with a power of ten: a Double has no units there.
    private static let plainEnd = 0x1p53

    /// With this many decimals, 0 to 9, thousands grouped: `1,234.50`, `−0.012`.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        precondition((0...9).contains(decimals))
        guard value.isFinite else { return none }
        guard value.magnitude < plainEnd else { return "\(value)" }
        // Nor has it so many decimals when it is large.
        let decimals = value.magnitude * power(decimals) < plainEnd ? decimals : 0
        let scaled = UInt64((value.magnitude * power(decimals)).rounded(.toNearestOrEven))
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: UInt64(power(decimals)))
        var text = value < 0 && scaled > 0 ? minus + grouped(whole) : grouped(whole)
        if decimals > 0 {
            let digits = "\(fraction)"
            text += "." + String(repeating: "0", count: decimals - digits.count) + digits
        }
        return text
    }

    /// The same with a plus before what is above 0.
    package static func signed(_ value: Double, _ decimals: Int) -> String {
        let text = fixed(value, decimals)
        let isZero = !text.contains { "123456789".contains($0) }
        return value > 0 && !isZero ? "+" + text : text
    }

    package static func count(_ value: Int) -> String {
        value < 0 ? minus + grouped(UInt64(value.magnitude)) : grouped(UInt64(value))
    }

    /// A share as per cent: `26.5 %`.
    package static func percent(_ share: Double?, _ decimals: Int = 1) -> String {
        guard let share, share.isFinite else { return none }
        return fixed(share * 100, decimals) + "\u{A0}%"
    }

    package static func figure(_ value: Double?, _ decimals: Int) -> String {
        value.map { fixed($0, decimals) } ?? none
    }

    /// Both ends: `0.828 to 0.870`.
    package static func range(_ range: ClosedRange<Double>, _ decimals: Int) -> String {
        "\(fixed(range.lowerBound, decimals)) to \(fixed(range.upperBound, decimals))"
    }

    /// A number with no more decimals than it needs, four at most; what is too small for them has a
    /// power of ten.
    package static func plain(_ value: Double) -> String {
        if value != 0 && value.magnitude < 0.001 { return "\(value)" }
        var text = fixed(value, 4)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// A place in a drawing, to a tenth of a pixel.
    package static func place(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }

    private static func power(_ decimals: Int) -> Double {
        (0..<decimals).reduce(1) { power, _ in power * 10 }
    }

    private static func grouped(_ value: UInt64) -> String {
        let digits = "\(value)"
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
