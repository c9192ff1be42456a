import Testing
import Training

struct SpreadTests {
    @Test func `the spread is the sample's`() {
        let spread = Spread([2, 4, 4, 4, 5, 5, 7, 9])
        #expect(spread.mean == 5)
        #expect(isNear(spread.deviation, (32.0 / 7).squareRoot(), within: 1e-12))
    }
}
