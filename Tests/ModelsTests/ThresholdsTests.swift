import Models
import Testing

struct ThresholdsTests {
    private let thresholds = Thresholds.standard

    @Test func `a probability on a line lies below it`() {
        let high = Float(0.7)
        let medium = Float(0.4)
        #expect(thresholds.riskLevel(high) == .medium)
        #expect(thresholds.riskLevel(high.nextUp) == .high)
        #expect(thresholds.riskLevel(medium) == .low)
        #expect(thresholds.riskLevel(medium.nextUp) == .medium)
        #expect(!thresholds.isPositive(0.5))
        #expect(thresholds.isPositive(Float(0.5).nextUp))
        #expect(thresholds.riskLevel(0) == .low)
        #expect(thresholds.riskLevel(1) == .high)
    }

    @Test func `lines are numbers between 0 and 1 and in order`() {
        #expect(Thresholds(decision: 0.5, high: 0.7, medium: 0.4) == .standard)
        let refused: [(Double, Double, Double)] = [
            (0, 0.7, 0.4), (1, 0.7, 0.4), (0.5, 1, 0.4), (0.5, 0.7, 0), (0.5, 0.4, 0.4),
            (0.5, 0.3, 0.4), (.nan, 0.7, 0.4), (0.5, .nan, 0.4), (0.5, 0.7, .nan),
            (0.5, .infinity, 0.4),
        ]
        for (decision, high, medium) in refused {
            #expect(Thresholds(decision: decision, high: high, medium: medium) == nil)
        }
    }

    @Test func `the levels are called as callers see them`() {
        #expect(RiskLevel.allCases.map(\.rawValue) == ["High", "Medium", "Low"])
    }
}
