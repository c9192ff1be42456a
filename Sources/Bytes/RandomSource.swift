/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed on every machine and
/// in every release, which the standard library's shuffling does not promise.
package struct RandomSource {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// 64 random bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// A number from 0 to `bound` − 1, each as likely (Lemire 2019).
    package mutating func next(below bound: Int) -> Int {
        precondition(bound > 0)
        let bound = UInt64(bound)
        let rejected = (0 &- bound) % bound
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= rejected { return Int(product.high) }
        }
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    package mutating func nextFraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Puts `values` into an order of which each is as likely (Fisher and Yates).
    package mutating func shuffle<Value>(_ values: inout [Value]) {
        for last in stride(from: values.count - 1, to: 0, by: -1) {
            values.swapAt(last, next(below: last + 1))
        }
    }
}
