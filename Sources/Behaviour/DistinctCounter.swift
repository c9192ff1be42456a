internal import POSIX

/// Estimates how many distinct values it has seen, with a standard error of 9 % (HyperLogLog:
/// Flajolet, Fusy, Gandouet, Meunier 2007), in 128 bytes. Small counts are counted linearly, and
/// almost exactly.
struct DistinctCounter: Sendable {
    private static let registerBits = 7
    private static let registerCount = 128

    private var registers = InlineArray<128, UInt8>(repeating: 0)

    /// - Parameter hash: of the value; equal values have equal hashes.
    mutating func insert(_ hash: UInt64) {
        let place = Int(hash >> UInt64(64 - DistinctCounter.registerBits))
        let rank = UInt8((hash << UInt64(DistinctCounter.registerBits)).leadingZeroBitCount + 1)
        // A rest of zeros only, of 57 bits.
        registers[place] = max(registers[place], min(rank, 58))
    }

    var estimate: Double {
        let count = Double(DistinctCounter.registerCount)
        var sum = 0.0
        var empty = 0
        for index in 0..<DistinctCounter.registerCount {
            let rank = registers[index]
            sum += Double(sign: .plus, exponent: -Int(rank), significand: 1)
            if rank == 0 { empty += 1 }
        }
        let estimate = 0.7213 / (1 + 1.079 / count) * count * count / sum
        guard estimate <= 2.5 * count, empty > 0 else { return estimate }
        return count * Transcendental.logarithm(count / Double(empty))
    }
}
