internal import Bytes

/// A number as RFC 8259 §6 spells it: where it stands, and what is needed to value it fast.
struct NumberToken {
    let range: Range<Int>
    let isInteger: Bool
    private let isNegative: Bool
    /// The digits without the point as an integer; nil when they are more than 19, which a UInt64
    /// always holds.
    private let mantissa: UInt64?
    /// The power of ten that `mantissa` is to be multiplied by; nil when it is beyond all use.
    private let exponent: Int?

    /// Reads the number that begins at `start`, up to the first byte that is no part of it.
    init(in bytes: Span<UInt8>, at start: Int) throws(JSONError) {
        var index = start
        isNegative = bytes[start] == UInt8(ascii: "-")
        if isNegative { index += 1 }

        var value: UInt64 = 0
        let integerStart = index
        index = try Self.digits(in: bytes, from: index, into: &value)
        var digitCount = index - integerStart
        guard digitCount == 1 || bytes[integerStart] != UInt8(ascii: "0") else {
            throw .invalidNumber(offset: integerStart + 1)
        }

        var isInteger = true
        var fractionCount = 0
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            let fractionStart = index + 1
            index = try Self.digits(in: bytes, from: fractionStart, into: &value)
            fractionCount = index - fractionStart
            digitCount += fractionCount
        }

        var written: Int? = 0
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            let sign = index < bytes.count ? bytes[index] : 0
            if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { index += 1 }
            let digitsStart = index
            var magnitude: UInt64 = 0
            index = try Self.digits(in: bytes, from: index, into: &magnitude)
            written =
                index - digitsStart > Self.exponentDigitsMax
                ? nil : Int(magnitude) * (sign == UInt8(ascii: "-") ? -1 : 1)
        }
        range = start..<index
        self.isInteger = isInteger
        mantissa = digitCount > Self.mantissaDigitsMax ? nil : value
        exponent = written.map { $0 - fractionCount }
    }

    /// The nearest Double, ties to even; infinite when the number is beyond all of them.
    func value(in bytes: Span<UInt8>) -> Double {
        // Clinger 1990: both factors are exact Doubles, so that the one operation rounds once.
        if let mantissa, mantissa <= 1 << 53, let exponent, let power = Self.powersOfTen(exponent) {
            let magnitude =
                exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
            return isNegative ? -magnitude : magnitude
        }
        guard let value = Double(bytes.extracting(range).text) else {
            preconditionFailure("the standard library reads every number of RFC 8259")
        }
        return value
    }

    private static let mantissaDigitsMax = 19
    /// Exponents of more digits go to the standard library, whatever their value, for they may have
    /// leading zeros.
    private static let exponentDigitsMax = 9

    /// Reads one digit or more, and adds them to `value`, which wraps when they are too many.
    private static func digits(
        in bytes: Span<UInt8>, from start: Int, into value: inout UInt64
    ) throws(JSONError) -> Int {
        var end = bytes.count
        for index in start..<max(start, bytes.count) {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else {
                end = index
                break
            }
            value = value &* 10 &+ UInt64(digit)
        }
        guard end > start else {
            if start >= bytes.count { throw .unexpectedEnd(offset: bytes.count) }
            throw .invalidNumber(offset: start)
        }
        return end
    }

    /// Ten to the magnitude of `exponent`, where a Double holds it exactly.
    private static func powersOfTen(_ exponent: Int) -> Double? {
        let magnitude = exponent.magnitude
        guard magnitude <= 22 else { return nil }
        return powers[Int(magnitude)]
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
