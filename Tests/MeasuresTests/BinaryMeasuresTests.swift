import Measures
import Models
import TestSupport
import Testing

struct BinaryMeasuresTests {
    private let fixture: MeasuredPredictions
    private let measures: BinaryMeasures

    init() throws {
        fixture = try MeasuredPredictions()
        measures = BinaryMeasures(fixture.predictions)
    }

    @Test(arguments: [Measure.rocAUC, .prAUC, .logLoss, .brier, .calibrationError])
    func `a figure is that of scikit-learn`(_ measure: Measure) throws {
        let wanted = try fixture.figures.number(measure.key)
        #expect(isNear(measures.value(measure), wanted, within: MeasuredPredictions.tolerance))
    }

    @Test(arguments: [
        (OperatingRule.decision, "at_decision"), (.bestF1, "at_best_f1"),
        (.recall80, "at_recall_80"),
    ])
    func `a line and what it separates are those of scikit-learn`(
        _ rule: OperatingRule, _ name: String
    ) throws {
        let figures: [(Measure, String)] = [
            (.threshold(rule), "threshold"), (.precision(rule), "precision"),
            (.recall(rule), "recall"), (.f1(rule), "f1"),
        ]
        for (measure, key) in figures {
            let wanted = try fixture.figures.number(name, key)
            #expect(isNear(measures.value(measure), wanted, within: MeasuredPredictions.tolerance))
        }
    }

    @Test(arguments: [(RiskLevel.high, "high"), (.medium, "medium"), (.low, "low")])
    func `a band holds the rows the service puts there`(
        _ level: RiskLevel, _ name: String
    ) throws {
        for (measure, key) in [(Measure.bandShare(level), "share"), (.bandRate(level), "rate")] {
            let wanted = try fixture.figures.number("bands", name, key)
            #expect(isNear(measures.value(measure), wanted, within: MeasuredPredictions.tolerance))
        }
    }

    @Test func `every measure has its own key and a figure`() {
        #expect(Set(Measure.all.map(\.key)).count == Measure.all.count)
        #expect(Measure.all.count == 5 + 4 * 3 + 2 * 3)
        #expect(Measure.all.allSatisfy { measures.value($0) != nil })
    }

    @Test func `a band without rows has a share and no rate`() {
        let measures = BinaryMeasures(
            Predictions(probabilities: [0.1, 0.5], labels: [false, true]))
        #expect(measures.value(.bandShare(.high)) == 0)
        #expect(measures.value(.bandRate(.high)) == nil)
        #expect(measures.value(.bandRate(.medium)) == 1)
        #expect(measures.bands.map(\.level) == [.high, .medium, .low])
        #expect(measures.bands.map(\.count) == [0, 1, 1])
    }

    @Test func `probabilities of single precision on a line of the service lie below it`() throws {
        let thresholds = try #require(Thresholds(decision: 0.6, high: 0.7, medium: 0.4))
        let lines: [Float] = [0.7, 0.6, 0.4]
        let on = BinaryMeasures(
            Predictions(singlePrecision: lines, labels: [true, true, false]),
            thresholds: thresholds)
        #expect(on.bands.map(\.count) == [0, 2, 1])
        #expect(on.point(.decision).truePositives == 1)
        let above = BinaryMeasures(
            Predictions(singlePrecision: lines.map(\.nextUp), labels: [true, true, false]),
            thresholds: thresholds)
        #expect(above.bands.map(\.count) == [1, 2, 0])
        #expect(above.point(.decision).truePositives == 2)
        #expect(above.point(.decision).threshold == 0.6)
    }

    @Test func `a line that no row passes has a precision of 0`() {
        let point = BinaryMeasures(
            Predictions(probabilities: [0.1, 0.2], labels: [false, true])
        ).point(.decision)
        #expect(point.precision == 0)
        #expect(point.recall == 0)
        #expect(point.f1 == 0)
        #expect(point.falseNegatives == 1)
        #expect(point.trueNegatives == 1)
    }
}
