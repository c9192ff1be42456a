/// The seeds of the parts of a training, all from one: what one part draws does not depend on how
/// much another has drawn, nor on the order they run in.
package struct RandomSeeds: Equatable, Sendable {
    /// What is drawn from a seed of its own.
    package enum Part: UInt64, Sendable {
        case holdOut = 1
        case folds, fitting, search, resampling, calibration, goldenRequests, importance, noiseFloor
        case effects, importanceRows, interval
    }

    package let seed: UInt64

    package init(_ seed: UInt64) { self.seed = seed }

    /// The seed of a part; `number` tells parts of one kind apart.
    package func seed(of part: Part, _ number: Int = 0) -> UInt64 {
        var random = RandomSource(seed: seed)
        var kind = RandomSource(seed: random.next() ^ part.rawValue)
        var one = RandomSource(seed: kind.next() ^ UInt64(bitPattern: Int64(number)))
        return one.next()
    }
}
