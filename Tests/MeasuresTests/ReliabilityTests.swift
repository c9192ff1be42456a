import Measures
import TestSupport
import Testing

struct ReliabilityTests {
    @Test func `bins are those of scikit-learn's calibration curve`() throws {
        let fixture = try MeasuredPredictions()
        let bins = Reliability(fixture.predictions).bins
        let tolerance = MeasuredPredictions.tolerance
        #expect(bins.map { Double($0.count) } == (try fixture.figures.numbers("bin_counts")))
        #expect(
            isNear(
                bins.compactMap(\.meanProbability), try fixture.figures.numbers("bin_means"),
                within: tolerance))
        #expect(
            isNear(
                bins.compactMap(\.rate), try fixture.figures.numbers("bin_rates"), within: tolerance
            ))
    }

    @Test func `a value on an inner edge lies in the bin below, the ends in the outer bins`() {
        for count in [1, 7, 10, 20, 100] {
            let bins = UnitBins(count: count)
            #expect(bins.bin(of: 0) == 0)
            #expect(bins.bin(of: 1) == count - 1)
            for bin in 1..<max(count, 1) {
                #expect(bins.bin(of: bins.edge(bin)) == bin - 1)
                #expect(bins.bin(of: bins.edge(bin).nextUp) == bin)
            }
        }
    }

    @Test func `the error weighs the distance of each bin by its rows`() {
        // Three rows at .2, one of them positive; one row at .9 that is not.
        let reliability = Reliability(
            Predictions(
                probabilities: [0.2, 0.2, 0.2, 0.9], labels: [true, false, false, false]))
        let wanted = 0.75 * (1.0 / 3 - 0.2) + 0.25 * 0.9
        #expect(isNear(reliability.calibrationError, wanted, within: 1e-15))
        #expect(reliability.bins[5].rate == nil)
        #expect(reliability.bins[5].meanProbability == nil)
        #expect(reliability.bins[5].interval == nil)
    }

    @Test func `the noise floor is what outcomes drawn from the probabilities show`() {
        // Of 100 rows at one half, the mean of |heads − 50| / 100 is C(100, 50) / 2¹⁰¹ = .0398.
        let reliability = Reliability(
            Predictions(
                probabilities: [Double](repeating: 0.5, count: 100),
                labels: [Bool](repeating: true, count: 100)))
        let floor = reliability.noiseFloor(repeats: 4000, seed: 1)
        #expect(isNear(floor.mean, 0.0398, within: 0.002))
        // The deviation of |heads − 50| / 100 is √(.05² − .0398²) = .0303.
        #expect(isNear(floor.deviation, 0.0303, within: 0.002))
        #expect(floor == reliability.noiseFloor(repeats: 4000, seed: 1))
        #expect(floor != reliability.noiseFloor(repeats: 4000, seed: 2))
    }

    @Test func `certain forecasts have no noise`() {
        let reliability = Reliability(
            Predictions(probabilities: [0, 0, 1], labels: [false, true, true]))
        #expect(reliability.noiseFloor(repeats: 2, seed: 3).mean == 0)
        #expect(isNear(reliability.calibrationError, 1.0 / 3, within: 1e-15))
    }

    @Test func `an interval is Wilson's`() throws {
        // 9 of 30: Brown, Cai, DasGupta (2001) give the formula; by hand .1666 to .4788.
        let labels = (0..<30).map { $0 < 9 }
        let bin = Reliability(
            Predictions(probabilities: [Double](repeating: 0.3, count: 30), labels: labels)
        ).bins[2]
        let interval = try #require(bin.interval)
        #expect(isNear(interval.lowerBound, 0.1666, within: 5e-5))
        #expect(isNear(interval.upperBound, 0.4788, within: 5e-5))
    }
}
