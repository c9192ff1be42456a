import Bytes
import Testing

struct RandomSourceTests {
    @Test func `the numbers of seed 0 are those of SplitMix64's authors`() {
        var random = RandomSource(seed: 0)
        let found = (0..<3).map { _ in random.next() }
        #expect(found == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func `numbers below a bound reach each value and no other`(bound: Int) {
        var random = RandomSource(seed: 1)
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<bound * 500 { counts[random.next(below: bound)] += 1 }
        #expect(counts.allSatisfy { 350...650 ~= $0 || bound == 1 })
    }

    @Test func `a fraction is at least 0 and below 1, and one half on average`() {
        var random = RandomSource(seed: 2)
        let fractions = (0..<10_000).map { _ in random.nextFraction() }
        #expect(fractions.allSatisfy { 0 <= $0 && $0 < 1 })
        #expect(abs(fractions.reduce(0, +) / 10_000 - 0.5) < 0.02)
    }

    @Test func `shuffling keeps the values, changes their order, and repeats by its seed`() {
        func shuffled(_ seed: UInt64) -> [Int] {
            var random = RandomSource(seed: seed)
            var values = Array(0..<50)
            random.shuffle(&values)
            return values
        }
        #expect(shuffled(3).sorted() == Array(0..<50))
        #expect(shuffled(3) != Array(0..<50))
        #expect(shuffled(3) == shuffled(3))
        #expect(shuffled(3) != shuffled(4))
    }
}
