/// Sets of category codes, one for each split that asks for a category, as bits.
struct CategorySets: Sendable {
    private static let wordBits = 64
    private var words: [UInt64] = []
    /// Where each set's words begin; the last entry is their end.
    private var bounds = [0]

    /// Bits that all sets take.
    var bitCount: Int { words.count * CategorySets.wordBits }

    /// Bits that a set takes whose largest member is `code`.
    static func bits(upTo code: Int) -> Int { (code / wordBits + 1) * wordBits }

    /// Adds a set, which has a member, and returns its index.
    mutating func append(_ members: ArraySlice<Int>) -> Int {
        let start = words.count
        let bits = CategorySets.bits(upTo: members.max() ?? 0)
        words += repeatElement(0, count: bits / CategorySets.wordBits)
        for code in members {
            words[start + code / CategorySets.wordBits] |= 1 << UInt64(code % CategorySets.wordBits)
        }
        bounds.append(words.count)
        return bounds.count - 2
    }

    /// Whether a cell, which is not NaN, holds the code of a member. XGBoost drops a fraction, and
    /// takes what is below zero or 2²⁴ and above for no member.
    func contains(_ cell: Float, in set: Int) -> Bool {
        guard 0 <= cell, cell < TreeColumns.codesEnd else { return false }
        let code = Int(cell)
        let word = bounds[set] + code / CategorySets.wordBits
        guard word < bounds[set + 1] else { return false }
        return words[word] >> UInt64(code % CategorySets.wordBits) & 1 == 1
    }
}
