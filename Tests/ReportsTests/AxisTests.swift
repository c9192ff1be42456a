import Reports
import TestSupport
import Testing

struct AxisTests {
    @Test(
        arguments: [
            (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (0, 72, ["0", "20", "40", "60"]), (18.25, 118.75, ["20", "40", "60", "80", "100"]),
            (18.8, 8684.8, ["2,000", "4,000", "6,000", "8,000"]),
            (-1.5, 1.5, ["−1.5", "−1.0", "−0.5", "0.0", "0.5", "1.0", "1.5"]),
            (0, 0.004, ["0.000", "0.001", "0.002", "0.003", "0.004"]),
            (0, 3e6, ["0", "500,000", "1M", "1.5M", "2M", "2.5M", "3M"]),
            (5, 5, ["3", "4", "5", "6", "7"]),
        ] as [(Double, Double, [String])])
    func `ticks are round numbers inside the domain`(
        _ lower: Double, _ upper: Double, _ wanted: [String]
    ) {
        let axis = Axis(lower...upper, from: 0, to: 100)
        #expect(axis.ticks(intervalsMax: 6).map(\.text) == wanted)
    }

    @Test func `a value has its place, and one beyond the domain the end's`() {
        let axis = Axis(10...20, from: 100, to: 0)
        #expect(axis.place(10) == 100)
        #expect(axis.place(12.5) == 75)
        #expect(axis.place(9) == 100)
        #expect(axis.place(21) == 0)
    }

    @Test(arguments: [
        (0.38, 0.4), (1.39, 1.5), (0, 1), (-3, 1), (.infinity, 1), (6, 6), (7.1, 8),
    ])
    func `a measure's domain ends at a round number`(_ value: Double, _ wanted: Double) {
        let domain = Axis.domain(upTo: value)
        #expect(domain.lowerBound == 0)
        #expect(isNear(domain.upperBound, wanted, within: 1e-12))
    }

    @Test func `extreme domains have few ticks or none, and no crash`() {
        for domain in [
            0...Double.leastNonzeroMagnitude, -1e308...1e308, 1e15...(1e15 + 1), -1e-300...1e-300,
        ] {
            let axis = Axis(domain, from: 0, to: 100)
            #expect(axis.ticks(intervalsMax: 6).count <= 7)
            #expect(0...100 ~= axis.place(domain.lowerBound))
        }
    }
}
