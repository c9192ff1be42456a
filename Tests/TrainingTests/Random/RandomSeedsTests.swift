import Measures
import Testing

struct RandomSeedsTests {
    @Test func `each part and each number of a part has a seed of its own`() {
        let parts: [RandomSeeds.Part] = [
            .holdOut, .folds, .fitting, .search, .resampling, .calibration, .goldenRequests,
            .importance, .noiseFloor,
        ]
        var seen: Set<UInt64> = []
        for seed in [0, 1, 2] as [UInt64] {
            for part in parts {
                for number in 0..<30 {
                    seen.insert(RandomSeeds(seed).seed(of: part, number))
                }
            }
        }
        #expect(seen.count == 3 * parts.count * 30)
    }

    @Test func `a seed is the same on every machine`() {
        #expect(RandomSeeds(1).seed(of: .folds, 3) == 15_020_427_595_393_229_491)
    }
}
