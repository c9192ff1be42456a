/// A Double rounded half to even to a fixed number of decimal places, by exact arithmetic.
struct FixedDecimal {
    /// Magnitudes from here on are refused: a billion times a billion still fits a UInt64.
    static let magnitudeEnd = 1e9
    static let decimalsMax = 9

    private let isNegative: Bool
    /// The magnitude in units of the last place.
    private let units: UInt64
    private let decimals: Int

    init(_ value: Double, decimals: Int) {
        precondition(value.magnitude < Self.magnitudeEnd, "beyond fixed decimals")
        precondition((0...Self.decimalsMax).contains(decimals))
        self.decimals = decimals
        // The value is significand / 2^shift, and below 2^30, so that shift is at least 23 for all
        // but 0; times 10^decimals it stays below 2^83.
        let bits = value.magnitude.bitPattern
        let field = Int(bits >> 52)
        let significand = bits & (1 << 52 - 1) | (field == 0 ? 0 : 1 << 52)
        let shift = 1075 - max(field, 1)
        let scaled = UInt128(significand) * UInt128(Self.power(decimals))
        // A smart shift of 128 or more gives 0, and what is below 2^83 is then less than half.
        let quotient = scaled >> shift
        let remainder = scaled - quotient << shift
        let half = UInt128(1) << (shift - 1)
        let roundsUp =
            shift <= 84 && (remainder > half || remainder == half && quotient & 1 == 1)
        units = UInt64(quotient) + (roundsUp ? 1 : 0)
        isNegative = value.sign == .minus && units > 0
    }

    /// Appends the shortest spelling: no trailing zeros, no point without places, no minus before
    /// 0.
    func append(to bytes: inout [UInt8]) {
        if isNegative { bytes.append(UInt8(ascii: "-")) }
        let (whole, fraction) = units.quotientAndRemainder(dividingBy: Self.power(decimals))
        bytes.append(contentsOf: whole.description.utf8)
        var rest = fraction
        var place = Self.power(decimals)
        if rest > 0 { bytes.append(UInt8(ascii: ".")) }
        while rest > 0 {
            place /= 10
            bytes.append(UInt8(ascii: "0") + UInt8(rest / place))
            rest %= place
        }
    }

    private static func power(_ exponent: Int) -> UInt64 {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
