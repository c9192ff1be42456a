import Bytes
import Measures
import Testing

struct AreaIntervalTests {
    /// Positives at a mean of 0.6 and negatives at 0.4, each spread over a width of 0.8.
    private func predictions(_ count: Int, seed: UInt64) -> Predictions {
        var random = RandomSource(seed: seed)
        let labels = (0..<count).map { $0 % 4 == 0 }
        return Predictions(
            probabilities: labels.map { (($0 ? 0.2 : 0) + 0.8 * random.nextFraction()) },
            labels: labels)
    }

    @Test func `the same seed draws the same interval, around the area`() {
        let predictions = predictions(400, seed: 1)
        let interval = AreaInterval(predictions, seed: 5)
        #expect(interval == AreaInterval(predictions, seed: 5))
        #expect(interval != AreaInterval(predictions, seed: 6))
        #expect(interval.range.contains(Ranking(predictions).rocAUC))
    }

    @Test func `more rows make it narrower, as the root of their number`() {
        func width(_ count: Int) -> Double {
            let range = AreaInterval(predictions(count, seed: 2), seed: 1).range
            return range.upperBound - range.lowerBound
        }
        let ratio = width(200) / width(3200)
        #expect(ratio > 3 && ratio < 5.5)
    }

    @Test func `it holds the true area in about 95 of 100 tables`() {
        // The chance that 0.2 + 0.8 u exceeds 0.8 v: 1 − (3/4)² / 2.
        let area = 1 - 0.75 * 0.75 / 2
        var limits = AreaInterval.Limits()
        limits.samplesMax = 250
        let hits = (0..<200).count { table in
            AreaInterval(predictions(200, seed: UInt64(100 + table)), seed: 1, limits: limits)
                .range.contains(area)
        }
        #expect(hits >= 180 && hits <= 199)
    }

    @Test func `copies of rows tell nothing where they are drawn as one`() {
        let single = predictions(300, seed: 3)
        let labels = (0..<5).flatMap { _ in single.labels }
        let copies = Predictions(
            probabilities: (0..<5).flatMap { _ in single.probabilities }, labels: labels)
        let groups = (0..<5).flatMap { _ in Array(0..<300) }
        #expect(AreaInterval(copies, groups: groups, seed: 1) == AreaInterval(single, seed: 1))
        let naive = AreaInterval(copies, seed: 1).range
        let honest = AreaInterval(copies, groups: groups, seed: 1).range
        #expect(
            honest.upperBound - honest.lowerBound > 1.6 * (naive.upperBound - naive.lowerBound))
    }

    @Test(arguments: [(200_000, 1000), (200_001, 999), (1_000_000, 200), (4_000_000, 200)])
    func `large tables have fewer samples, but not fewer than 200`(rows: Int, samples: Int) {
        #expect(AreaInterval.Limits().samples(rows: rows) == samples)
    }
}
