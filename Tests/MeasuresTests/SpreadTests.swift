import Bytes
import Measures
import TestSupport
import Testing

struct SpreadTests {
    @Test func `the spread is the sample's`() {
        let spread = Spread([2, 4, 4, 4, 5, 5, 7, 9])
        #expect(spread.mean == 5)
        #expect(isNear(spread.deviation, (32.0 / 7).squareRoot(), within: 1e-12))
    }

    @Test func `spreads are written alike everywhere`() {
        #expect(FigureText.spread(Spread([1, 2]), 2) == "1.50\u{A0}±\u{A0}0.71")
        #expect(FigureText.signedSpread(Spread([1, 2]), 1) == "+1.5\u{A0}±\u{A0}0.7")
        #expect(FigureText.percentSpread(Spread([0.1, 0.2]), 0) == "15\u{A0}±\u{A0}7\u{A0}%")
        #expect(FigureText.spread(nil, 2) == "–")
    }
}
