import Measures
import TestSupport
import Testing

struct RankingTests {
    @Test(
        arguments: [
            ([0.1, 0.4, 0.35, 0.8], [false, false, true, true], 0.75),
            ([0.1, 0.2, 0.8, 0.9], [false, false, true, true], 1),
            ([0.9, 0.8, 0.2, 0.1], [false, false, true, true], 0),
            ([0.5, 0.5, 0.5], [false, true, true], 0.5),
            ([0.3, 0.3, 0.6], [true, false, false], 0.25),
        ] as [([Double], [Bool], Double)])
    func `the area is the share of pairs in the right order, ties counting half`(
        _ probabilities: [Double], _ labels: [Bool], _ area: Double
    ) {
        let ranking = Ranking(Predictions(probabilities: probabilities, labels: labels))
        #expect(ranking.rocAUC == area)
    }

    @Test func `curves go through the points of scikit-learn's`() throws {
        let fixture = try MeasuredPredictions()
        let ranking = Ranking(fixture.predictions)
        for (points, name) in [(ranking.rocPoints, "roc"), (ranking.prPoints, "pr")] {
            for (values, axis) in [(points.map(\.x), "x"), (points.map(\.y), "y")] {
                let wanted = try fixture.figures.numbers(name, axis)
                #expect(isNear(values, wanted, within: MeasuredPredictions.tolerance))
            }
        }
    }

    @Test func `the order of the rows does not matter`() throws {
        let predictions = try MeasuredPredictions().predictions
        let reversed = predictions.rows(predictions.probabilities.indices.reversed())
        #expect(Ranking(predictions).cuts == Ranking(reversed).cuts)
        #expect(reversed.probabilities != predictions.probabilities)
    }

    @Test func `of lines with the same F1 the highest is taken`() {
        // F1 is 2/3 at .9 (one of two found, nothing wrong) and at .3 (both found, two wrong).
        let ranking = Ranking(
            Predictions(
                probabilities: [0.9, 0.5, 0.4, 0.3], labels: [true, false, false, true]))
        #expect(ranking.bestF1.threshold == 0.9)
        #expect(ranking.bestF1.f1 == 2.0 / 3)
    }

    @Test(arguments: [(0.4, 0.9), (0.5, 0.9), (0.51, 0.3), (1, 0.3)])
    func `the line of a recall is the highest that reaches it`(
        _ share: Double, _ threshold: Double
    ) {
        let ranking = Ranking(
            Predictions(
                probabilities: [0.9, 0.5, 0.3, 0.1], labels: [true, false, true, false]))
        #expect(ranking.point(recallAtLeast: share).threshold == threshold)
    }
}
