import Bytes
import Models
import TestSupport
import Testing
import Training

struct PlattScalingTests {
    @Test func `the line is scikit-learn's`() throws {
        let fixture = try JSONFixture("TrainingTests/Fixtures/learners.json")
        let margins = try fixture.numbers("platt", "margins").map { Float($0) }
        let labels = try fixture.numbers("platt", "labels").map { $0 == 1 }
        let line = try #require(PlattScaling(margins: margins, labels: labels))
        #expect(isNear(line.slope, try fixture.number("platt", "slope"), within: 1e-4))
        #expect(isNear(line.intercept, try fixture.number("platt", "intercept"), within: 1e-4))
        let found = margins.map { Double(line.calibration.probability(fromMargin: $0)) }
        #expect(isNear(found, try fixture.numbers("platt", "probabilities"), within: 1e-4))
    }

    @Test func `calibrated probabilities have the rate of the rows as their mean`() throws {
        var random = RandomSource(seed: 4)
        let margins = (0..<2000).map { _ in Float(random.nextFraction() * 6 - 1) }
        let labels = margins.map { random.nextFraction() * 4 < Double($0) }
        let line = try #require(PlattScaling(margins: margins, labels: labels))
        let mean = margins.reduce(0) { $0 + Double(line.calibration.probability(fromMargin: $1)) }
        let rate = Double(labels.count { $0 }) / 2000
        #expect(isNear(mean / 2000, rate, within: 1e-3))
    }

    @Test func `margins that part the outcomes have a line with a finite slope`() throws {
        let line = try #require(
            PlattScaling(margins: [-2, -1, 1, 2], labels: [false, false, true, true]))
        #expect(line.slope > 0.5 && line.slope < 10)
        #expect(isNear(line.intercept, 0, within: 1e-6))
    }

    @Test(arguments: [
        [Float](arrayLiteral: 2, 1, -1, -2), [1, 1, 1, 1], [.greatestFiniteMagnitude, 1, 1, 1],
    ])
    func `margins that rank no better than chance have none`(margins: [Float]) {
        #expect(PlattScaling(margins: margins, labels: [false, false, true, true]) == nil)
    }
}
