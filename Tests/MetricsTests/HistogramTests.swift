import Metrics
import Testing

@Suite struct HistogramTests {
    @Test(arguments: [
        (-1.0, 0), (0.0, 0), (0.5, 0), (0.5.nextUp, 1), (1.0, 1), (1.0.nextUp, 2), (2.0, 2),
        (2.0.nextUp, 3), (1e300, 3), (Double.infinity, 3), (-Double.infinity, 0),
    ]) func `a value is counted in the first bucket whose bound is not below it`(
        value: Double, bucket: Int
    ) {
        var histogram = Histogram(bounds: [0.5, 1, 2])
        histogram.observe(value)
        #expect(histogram.counts.indices.filter { histogram.counts[$0] == 1 } == [bucket])
        #expect(histogram.count == 1)
        #expect(histogram.sum == value)
    }

    @Test func `values add up`() {
        var histogram = Histogram(bounds: [1, 10])
        for value in [0.5, 0.25, 5, 50, 500] { histogram.observe(value) }
        #expect(histogram.counts == [2, 1, 2])
        #expect(histogram.count == 5)
        #expect(histogram.sum == 555.75)
    }

    @Test func `what is not a number is not counted`() {
        var histogram = Histogram(bounds: [1])
        histogram.observe(.nan)
        histogram.observe(-.nan)
        #expect(histogram == Histogram(bounds: [1]))
    }

    @Test func `a copy keeps what it had`() {
        var histogram = Histogram(bounds: [1])
        histogram.observe(0.5)
        let copy = histogram
        histogram.observe(3)
        #expect(copy.counts == [1, 0])
        #expect(copy.sum == 0.5)
        #expect(histogram.counts == [1, 1])
    }

    @Test func `the sum of two has counted what both have`() {
        var first = Histogram(bounds: [1, 2])
        var second = Histogram(bounds: [1, 2])
        for value in [0.5, 1.5] { first.observe(value) }
        for value in [1.5, 9] { second.observe(value) }
        first.add(second)
        #expect(first.counts == [1, 2, 1])
        #expect(first.sum == 12.5)
        #expect(second.counts == [0, 1, 1])
    }

    @Test func `bounds that do not ascend are refused`() async {
        await #expect(processExitsWith: .failure) { _ = Histogram(bounds: [1, 3, 2]) }
        await #expect(processExitsWith: .failure) { _ = Histogram(bounds: [1, 1]) }
    }

    @Test func `no bounds and infinite ones are refused`() async {
        await #expect(processExitsWith: .failure) { _ = Histogram(bounds: []) }
        await #expect(processExitsWith: .failure) { _ = Histogram(bounds: [1, .infinity]) }
        await #expect(processExitsWith: .failure) { _ = Histogram(bounds: [.nan]) }
    }

    @Test func `histograms of other bounds are not added`() async {
        await #expect(processExitsWith: .failure) {
            var histogram = Histogram(bounds: [1, 2])
            histogram.add(Histogram(bounds: [1, 3]))
        }
    }
}
