import Measures
import Models
import TestSupport
import Testing

struct FoldMeasuresTests {
    private func fold(_ probabilities: [Double]) -> BinaryMeasures {
        BinaryMeasures(
            Predictions(probabilities: probabilities, labels: [true, false, true, false]))
    }

    @Test func `a spread is the mean and the sample deviation over folds`() throws {
        // AUC 1 and .5.
        let folds = FoldMeasures([fold([0.9, 0.1, 0.8, 0.2]), fold([0.9, 0.5, 0.1, 0.2])])
        let spread = try #require(folds.spread(.rocAUC))
        #expect(spread.mean == 0.75)
        #expect(isNear(spread.deviation, 0.125.squareRoot(), within: 1e-15))
    }

    @Test func `folds with an empty band do not count for its rate`() throws {
        let full = fold([0.9, 0.1, 0.8, 0.2])
        let half = fold([0.9, 0.8, 0.1, 0.2])
        let empty = fold([0.6, 0.1, 0.6, 0.2])
        #expect(FoldMeasures([full, half, empty]).spread(.bandRate(.high))?.mean == 0.75)
        #expect(FoldMeasures([full, empty]).spread(.bandRate(.high)) == nil)
        #expect(FoldMeasures([full, empty]).spread(.bandShare(.high))?.mean == 0.25)
    }

    @Test func `differences are taken fold by fold`() throws {
        let best = fold([0.9, 0.1, 0.8, 0.2])
        let worse = fold([0.9, 0.5, 0.1, 0.2])
        let one = FoldMeasures([best, best, worse, best])
        let other = FoldMeasures([worse, best, best, worse])
        let difference = try #require(one.difference(from: other, .rocAUC))
        #expect(difference.above == 2)
        #expect(difference.below == 1)
        #expect(difference.count == 4)
        #expect(difference.spread == Spread([0.5, 0, -0.5, 0.5]))
    }

    @Test func `there is no difference where a fold lacks the figure`() {
        let full = fold([0.9, 0.1, 0.8, 0.2])
        let empty = fold([0.6, 0.1, 0.6, 0.2])
        let one = FoldMeasures([full, full, full])
        #expect(one.difference(from: FoldMeasures([full, full, empty]), .bandRate(.high)) == nil)
        #expect(one.difference(from: one, .bandRate(.high))?.spread.mean == 0)
    }
}
