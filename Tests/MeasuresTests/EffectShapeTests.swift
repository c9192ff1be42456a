import Measures
import Testing

struct EffectShapeTests {
    private func bins(_ values: [Double], _ contributions: [Double]) -> [EffectShape.Bin] {
        let shape = EffectShape(
            name: "n", categories: nil, values: values, contributions: contributions)
        guard case .bins(let bins) = shape.kind else { return [] }
        return bins
    }

    @Test func `a category's value has the mean of its rows, or none`() {
        let shape = EffectShape(
            name: "c", categories: ["a", "b", "none"], values: [0, 1, 0],
            contributions: [1, -3, 2])
        guard case .categories(let categories) = shape.kind else {
            Issue.record("not taken as a category")
            return
        }
        #expect(categories.map(\.name) == ["a", "b", "none"])
        #expect(categories.map(\.step.mean) == [1.5, -3, nil])
        #expect(categories.map(\.step.count) == [2, 1, 0])
        #expect(shape.magnitudeMax == 3)
    }

    @Test func `few whole numbers have a bin each`() {
        let bins = bins([3, 1, 3, 32], [1, 2, 2, 4])
        #expect(bins.map(\.range) == [1...1, 3...3, 32...32])
        #expect(bins.map(\.step.count) == [1, 2, 1])
        #expect(bins.map(\.step.mean) == [2, 1.5, 4])
    }

    @Test func `more whole numbers than bins share bins of whole width`() {
        let values = (0...72).map(Double.init)
        let bins = bins(values, values)
        #expect(bins.count == 25)
        #expect(bins[0].range == 0...2)
        #expect(bins[24].range == 72...72)
        #expect(bins[1].step.mean == 4)
    }

    @Test func `fractions are cut into bins of one width`() {
        let values = (0...1000).map { Double($0) / 1000 }
        let bins = bins(values, values)
        #expect(bins.count == EffectShape.binsMax)
        #expect(bins[0].range == 0...0.031)
        #expect(bins[31].range.upperBound == 1)
        #expect(bins.map(\.step.count).reduce(0, +) == 1001)
    }

    @Test func `one value makes one bin`() {
        #expect(bins([0.5, 0.5], [1, 3]).map(\.range) == [0.5...0.5])
        #expect(bins([0.5, 0.5], [1, 3]).first?.step.mean == 2)
    }
}
