import Glibc
import JSON
import TestSupport
import Testing

@Suite struct NumberTokenTests {
    private static let bits: [(String, UInt64)] = [
        ("0", 0), ("-0", 1 << 63), ("-0.0", 1 << 63), ("-0e5", 1 << 63),
        ("0e99999999999999999999", 0),
        ("0.000e-9999999999", 0), ("1", 0x3FF0_0000_0000_0000), ("-1.5", 0xBFF8_0000_0000_0000),
        ("0.1", 0x3FB9_9999_9999_999A), ("1E2", 0x4059_0000_0000_0000),
        ("1e+2", 0x4059_0000_0000_0000),
        ("1e-2", 0x3F84_7AE1_47AE_147B), ("1e00000000000000000002", 0x4059_0000_0000_0000),
        ("10e-00000000000000000001", 0x3FF0_0000_0000_0000),
        // Both sides of the integers that a Double holds exactly, and ties between two Doubles.
        ("9007199254740991", 0x433F_FFFF_FFFF_FFFF), ("9007199254740992", 0x4340_0000_0000_0000),
        ("9007199254740993", 0x4340_0000_0000_0000), ("9007199254740994", 0x4340_0000_0000_0001),
        ("9007199254740995", 0x4340_0000_0000_0002), ("9007199254740993.0", 0x4340_0000_0000_0000),
        ("9007199254740993.000000000000000000000001", 0x4340_0000_0000_0001),
        ("9223372036854775807", 0x43E0_0000_0000_0000),
        ("18446744073709551615", 0x43F0_0000_0000_0000),
        ("18446744073709551616", 0x43F0_0000_0000_0000),
        ("99999999999999999999", 0x4415_AF1D_78B5_8C40),
        ("1.00000000000000011102230246251565404236316680908203124", 0x3FF0_0000_0000_0000),
        ("1.00000000000000011102230246251565404236316680908203125", 0x3FF0_0000_0000_0000),
        ("1.00000000000000011102230246251565404236316680908203126", 0x3FF0_0000_0000_0001),
        ("0.500000000000000166533453693773481063544750213623046875", 0x3FE0_0000_0000_0002),
        // The powers of ten at which one multiplication no longer rounds once.
        ("9007199254740991e22", 0x47D0_F0CF_064D_D591),
        ("9007199254740993e22", 0x47D0_F0CF_064D_D593),
        ("8.5e22", 0x44B1_FFDB_F6B2_B2EB), ("6.0221409e23", 0x44DF_E185_D6C7_0058),
        ("1e22", 0x4480_F0CF_064D_D592), ("1e23", 0x44B5_2D02_C7E1_4AF6),
        ("1e-22", 0x3B5E_3920_10175EE6),
        ("123456789012345678e-22", 0x3EE9_E409_3026_78BA),
        // The smallest subnormal, half of it, and the two decimals around the half.
        ("4.9e-324", 1), ("5e-324", 1), ("2.48e-324", 1), ("2.47e-324", 0), ("1e-400", 0),
        ("2.4703282292062327e-324", 0), ("2.4703282292062328e-324", 1),
        ("-1e-999999999999", 1 << 63),
        ("2.2250738585072011e-308", 0x000F_FFFF_FFFF_FFFF), ("2.2250738585072014e-308", 1 << 52),
        // The largest Double, and decimals beyond it that still round to it.
        ("1.7976931348623157e308", 0x7FEF_FFFF_FFFF_FFFF),
        ("1.7976931348623158e308", 0x7FEF_FFFF_FFFF_FFFF),
        ("1.797693134862315807e308", 0x7FEF_FFFF_FFFF_FFFF),
        ("-1.7976931348623157e308", 0xFFEF_FFFF_FFFF_FFFF),
        // Digits beyond any that a machine integer counts.
        ("0.1" + String(repeating: "0", count: 1000), 0x3FB9_9999_9999_999A),
        ("1" + String(repeating: "0", count: 1000) + "e-1000", 0x3FF0_0000_0000_0000),
        ("0." + String(repeating: "0", count: 1000) + "1e1001", 0x3FF0_0000_0000_0000),
        ("9007199254740993." + String(repeating: "0", count: 1000), 0x4340_0000_0000_0000),
        ("9007199254740993." + String(repeating: "0", count: 1000) + "1", 0x4340_0000_0000_0001),
        (String(repeating: "9", count: 1000) + "e-1000", 0x3FF0_0000_0000_0000),
    ]

    @Test(arguments: bits)
    func `a number is the nearest Double, ties to even`(text: String, bits: UInt64) throws {
        let number = try number(text)
        #expect(number.value.bitPattern == bits)
        #expect(number.range == 0..<text.utf8.count)
    }

    @Test(arguments: [
        "1e309", "1e400", "-1e400", "1.7976931348623159e308", "-1.7976931348623159e308",
        "1e99999999999999999999", "1e999999999", "1e9223372036854775808", "0.0001e9999999999",
        String(repeating: "9", count: 310), "1" + String(repeating: "0", count: 16_000),
    ])
    func `a number beyond the Doubles is refused, and can be skipped`(text: String) throws {
        let bytes = Array((text + " ,").utf8)
        var scanner = JSONScanner(bytes.span)
        var refusal: JSONError?
        do throws(JSONError) { _ = try scanner.number() } catch { refusal = error }
        #expect(refusal == .numberOutOfRange(offset: 0))
        try scanner.skipValue()
        let offset = scanner.offset
        #expect(offset == text.utf8.count)
    }

    @Test(arguments: [
        ("0", true), ("-12", true), ("12.0", false), ("1e2", false), ("1E-2", false),
        ("99999999999999999999", true),
    ])
    func `an integer is told by its spelling`(text: String, isInteger: Bool) throws {
        let number = try number(text)
        #expect(number.isInteger == isInteger)
    }

    @Test(arguments: [
        ("01", JSONError.invalidNumber(offset: 1)), ("-01", .invalidNumber(offset: 2)),
        ("00", .invalidNumber(offset: 1)), ("+1", .invalidNumber(offset: 0)),
        (".5", .invalidNumber(offset: 0)), ("1.", .unexpectedEnd(offset: 2)),
        ("1. ", .invalidNumber(offset: 2)), ("1.e1", .invalidNumber(offset: 2)),
        ("-", .unexpectedEnd(offset: 1)), ("-.5", .invalidNumber(offset: 1)),
        ("--1", .invalidNumber(offset: 1)), ("-a", .invalidNumber(offset: 1)),
        ("1e", .unexpectedEnd(offset: 2)), ("1e+", .unexpectedEnd(offset: 3)),
        ("1e+-1", .invalidNumber(offset: 3)), ("1ee1", .invalidNumber(offset: 2)),
        ("1e1.5", .trailingBytes(offset: 3)), ("1.2.3", .trailingBytes(offset: 3)),
        ("0x10", .trailingBytes(offset: 1)), ("1_000", .trailingBytes(offset: 1)),
        ("1d", .trailingBytes(offset: 1)), ("12\u{0}", .trailingBytes(offset: 2)),
        ("1 2", .trailingBytes(offset: 2)), ("-Infinity", .invalidNumber(offset: 1)),
        ("NaN", .unexpectedByte(offset: 0)), ("Infinity", .unexpectedByte(offset: 0)),
    ])
    func `another spelling than RFC 8259's is refused`(text: String, expected: JSONError) {
        #expect(throws: expected) { try number(text) }
        #expect(refusal(of: text) == expected)
    }

    @Test func `random decimals agree with strtod bit for bit`() throws {
        var generator = SplitMix64(seed: 0x5EED_0001)
        for _ in 0..<100_000 {
            let text = randomDecimal(using: &generator)
            let reference = strtod(text, nil)
            let found = Result { () throws(JSONError) in try number(text).value.bitPattern }
            let expected: Result<UInt64, JSONError> =
                reference.isFinite
                ? .success(reference.bitPattern) : .failure(.numberOutOfRange(offset: 0))
            guard found == expected else {
                Issue.record("\(text): \(found) instead of \(expected)")
                return
            }
        }
    }

    @Test func `random Doubles come back from their shortest and from their 17 digits`() throws {
        var generator = SplitMix64(seed: 0x5EED_0002)
        for _ in 0..<100_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            for text in [value.description, seventeenDigits(value)] {
                let found = try number(text).value
                guard found.bitPattern == value.bitPattern else {
                    Issue.record("\(text): \(found) instead of \(value)")
                    return
                }
            }
        }
    }

    /// Digits and exponents of many lengths, more often near the limits of the exact path.
    private func randomDecimal(using generator: inout SplitMix64) -> String {
        var text = Bool.random(using: &generator) ? "-" : ""
        let whole = digits(Int.random(in: 1...22, using: &generator), using: &generator)
        let significant = whole.drop { $0 == "0" }
        text += significant.isEmpty ? "0" : significant
        if Bool.random(using: &generator) {
            text += "." + digits(Int.random(in: 1...24, using: &generator), using: &generator)
        }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: break
        case 1: text += "e\(Int.random(in: -400...400, using: &generator))"
        default: text += "E\(Int.random(in: -30...30, using: &generator))"
        }
        return text
    }

    private func digits(_ count: Int, using generator: inout SplitMix64) -> String {
        var text = ""
        for _ in 0..<count { text += String(Int.random(in: 0...9, using: &generator)) }
        return text
    }

    private func seventeenDigits(_ value: Double) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.16e", $0) }
        return String(decoding: buffer[..<Int(count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
