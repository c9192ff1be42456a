import Measures
import Models
import Testing

struct PredictionsTests {
    @Test func `single precision is kept as it is`() {
        let predictions = Predictions(
            singlePrecision: [0.1, 0.9, 0.9], labels: [false, true, false])
        #expect(predictions.probabilities[0] == Double(Float(0.1)))
        #expect(predictions.count == 3)
        #expect(predictions.positiveCount == 1)
        #expect(predictions.negativeCount == 2)
    }

    @Test func `both classes are expected for a ranking`() {
        for (labels, hasBoth) in [([true, true], false), ([false, false], false)] {
            #expect(
                Predictions(probabilities: [0.1, 0.2], labels: labels).hasBothClasses == hasBoth)
        }
        #expect(Predictions(probabilities: [0.1, 0.2], labels: [true, false]).hasBothClasses)
    }

    @Test func `a distribution counts each class`() {
        let distribution = ProbabilityDistribution(
            Predictions(
                probabilities: [0, 0.05, 0.06, 1, 1], labels: [true, false, true, true, true]))
        #expect(distribution.positives.prefix(2) == [1, 1])
        #expect(distribution.negatives.prefix(2) == [1, 0])
        #expect(distribution.positives.last == 2)
        #expect(distribution.positives.reduce(0, +) == 4)
        #expect(distribution.negatives.reduce(0, +) == 1)
    }

    @Test func `everything told of a hold-out is of the same predictions`() throws {
        let predictions = try MeasuredPredictions().predictions
        let holdOut = HoldOutMeasures(predictions, seed: 5)
        #expect(holdOut.measures == BinaryMeasures(predictions))
        #expect(holdOut.reliability == Reliability(predictions))
        #expect(holdOut.noiseFloor == Reliability(predictions).noiseFloor(seed: 5))
        #expect(holdOut.costs.map(\.ratio) == HoldOutMeasures.costRatios)
        #expect(holdOut.rocPoints.last == CurvePoint(x: 1, y: 1))
        #expect(holdOut.prPoints.first == CurvePoint(x: 0, y: 1))
        #expect(holdOut.thresholds == .standard)
    }
}
