/// What Feast calls a feature within a hash: 32 bits of MurmurHash3 with seed 0 of `view:feature`,
/// little-endian.
package enum FieldHash {
    /// The name of a hash's field.
    package static func name(view: String, feature: String) -> [UInt8] {
        var name: [UInt8] = []
        name.appendLittleEndian(murmur3(Array("\(view):\(feature)".utf8)))
        return name
    }

    /// The name of the field that says when a view was written.
    package static func time(view: String) -> [UInt8] { Array("_ts:\(view)".utf8) }

    private static func murmur3(_ bytes: [UInt8]) -> UInt32 {
        var hash: UInt32 = 0
        let whole = bytes.count & ~3
        for start in stride(from: 0, to: whole, by: 4) {
            hash ^= scramble(word(bytes[start..<start + 4]))
            hash = rotate(hash, by: 13) &* 5 &+ 0xE654_6B64
        }
        if whole < bytes.count { hash ^= scramble(word(bytes[whole...])) }
        hash ^= UInt32(truncatingIfNeeded: bytes.count)
        hash = (hash ^ hash >> 16) &* 0x85EB_CA6B
        hash = (hash ^ hash >> 13) &* 0xC2B2_AE35
        return hash ^ hash >> 16
    }

    private static func scramble(_ word: UInt32) -> UInt32 {
        rotate(word &* 0xCC9E_2D51, by: 15) &* 0x1B87_3593
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func rotate(_ word: UInt32, by bits: UInt32) -> UInt32 {
        word << bits | word >> (32 - bits)
    }
}
