import Glibc
import JSON
import TestSupport
import Testing

@Suite struct FixedDecimalTests {
    private func written(_ value: Double, _ decimals: Int) -> String {
        var writer = JSONWriter()
        writer.number(value, decimals: decimals)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    private static let table: [(Double, Int, String)] = [
        (0.0, 4, "0"), (-0.0, 4, "0"), (1, 4, "1"), (-1, 0, "-1"), (0.5, 4, "0.5"),
        (0.8123, 4, "0.8123"),
        (10, 4, "10"), (100.25, 1, "100.2"), (0.05, 4, "0.05"), (0.0001, 4, "0.0001"),
        (20.5, 4, "20.5"),
        // Ties go to the even neighbour.
        (0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (3.5, 0, "4"), (-0.5, 0, "0"), (-1.5, 0, "-2"),
        (-2.5, 0, "-2"),
        (0.25, 1, "0.2"), (0.75, 1, "0.8"), (0.125, 2, "0.12"), (0.375, 2, "0.38"),
        (0.03125, 4, "0.0312"),
        (0.09375, 4, "0.0938"), (0.84375, 4, "0.8438"), (0.71875, 4, "0.7188"),
        (0.78125, 4, "0.7812"),
        (0.001953125, 8, "0.00195312"), (0.005859375, 8, "0.00585938"),
        (999_999_999.5, 0, "1000000000"),
        (999_999_998.5, 0, "999999998"),
        // Decimals whose nearest Double is a little more or less than the tie they look like.
        (0.00005, 4, "0.0001"), (0.00015, 4, "0.0001"), (0.00025, 4, "0.0003"), (2.5e-5, 4, "0"),
        (2.5e-5, 5, "0.00003"),
        (0.15, 1, "0.1"), (0.35, 1, "0.3"), (0.45, 1, "0.5"), (1.005, 2, "1"), (2.675, 2, "2.67"),
        (1.115, 2, "1.11"),
        (0.5.nextUp, 0, "1"), (0.5.nextDown, 0, "0"), (2.5.nextDown, 0, "2"), (2.5.nextUp, 0, "3"),
        (0.125.nextUp, 2, "0.13"), (0.125.nextDown, 2, "0.12"),
        // Carries.
        (0.99995, 4, "1"), (0.99994, 4, "0.9999"), (0.99996, 4, "1"), (9.99999, 4, "10"),
        (-0.99996, 4, "-1"), (1.0.nextDown, 9, "1"),
        // Both ends.
        (.leastNonzeroMagnitude, 9, "0"), (-.leastNonzeroMagnitude, 9, "0"),
        (.leastNormalMagnitude, 9, "0"), (1e-10, 9, "0"), (5e-10, 9, "0.000000001"),
        (4.999e-10, 9, "0"), (-4e-10, 9, "0"), (0.123456789, 9, "0.123456789"),
        (999_999_999.123456789, 9, "999999999.123456836"),
        (1e9.nextDown, 9, "999999999.999999881"), (1e9.nextDown, 6, "1000000000"),
        (-1e9.nextDown, 9, "-999999999.999999881"),
    ]

    @Test(arguments: table)
    func `the exact value is rounded half to even`(value: Double, decimals: Int, json: String) {
        #expect(written(value, decimals) == json)
    }

    /// glibc's printf rounds the exact value half to even too.
    @Test func `random numbers agree with printf`() {
        var generator = SplitMix64(seed: 0x5EED_0005)
        for round in 0..<100_000 {
            let decimals = Int.random(in: 0...9, using: &generator)
            let value: Double =
                switch round % 4 {
                case 0: Double.random(in: -1...1, using: &generator)
                case 1: Double.random(in: -999_999_999...999_999_999, using: &generator)
                case 2: Double(Int.random(in: -100_000...100_000, using: &generator)) / 1024
                default: Double(Int.random(in: -99_999...99_999, using: &generator)) / 100_000
                }
            let expected = printed(value, decimals)
            guard written(value, decimals) == expected else {
                Issue.record("\(value), \(decimals): \(written(value, decimals)), not \(expected)")
                return
            }
        }
    }

    private func printed(_ value: Double, _ decimals: Int) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = withVaList([Int32(decimals), value]) {
            vsnprintf(&buffer, buffer.count, "%.*f", $0)
        }
        var text = buffer[..<Int(count)].map(UInt8.init(bitPattern:))
        if text.contains(UInt8(ascii: ".")) {
            while text.last == UInt8(ascii: "0") { text.removeLast() }
            if text.last == UInt8(ascii: ".") { text.removeLast() }
        }
        let result = String(decoding: text, as: UTF8.self)
        return result == "-0" ? "0" : result
    }
}
