import Measures
import TestSupport
import Testing

struct CostCurveTests {
    private let predictions = Predictions(
        probabilities: [0.9, 0.3, 0.3, 0.005, 0], labels: [true, true, false, false, false])

    @Test(
        arguments: [
            // Of five rows: offers to four of them waste two.
            (0, 2), (1, 1), (29, 1), (30, 4), (89, 4), (90, 8), (100, 8),
        ] as [(Int, Int)])
    func `a point costs the missed above the wasted`(_ step: Int, _ costOfAll: Int) {
        let curve = CostCurve(predictions, ratio: 4)
        #expect(curve.points.count == 101)
        #expect(isNear(curve.points[step].threshold, Double(step) / 100, within: 1e-15))
        #expect(isNear(curve.points[step].cost * 5, Double(costOfAll), within: 1e-15))
    }

    @Test func `without offers every positive is missed`() throws {
        let curve = CostCurve(predictions, ratio: 4)
        #expect(isNear(curve.costWithoutOffers, 4 * 0.4, within: 1e-15))
        #expect(curve.points.last?.cost == curve.costWithoutOffers)
    }

    @Test func `of equally cheap lines the one with the fewest offers is the cheapest`() {
        let curve = CostCurve(predictions, ratio: 4)
        #expect(isNear(curve.cheapest.threshold, 0.29, within: 1e-15))
        #expect(curve.calibratedThreshold == 0.2)
    }
}
