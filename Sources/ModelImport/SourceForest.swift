/// Trees of another library as its file has them, with thresholds and leaves in double precision.
///
/// What is scored is the document that `XGBoostWriter` makes of it; this is what that one is
/// compared with.
struct SourceForest: Sendable {
    /// What sends a value to the first child.
    enum Test: Equatable, Sendable {
        case atMost(Double)
        case below(Double)
        /// A code whose bit is set in these `words`.
        case isMember(words: Range<Int>)
    }

    struct Split: Equatable, Sendable {
        var feature: Int
        var test: Test
        /// The children, by their places in the tree.
        var first: Int
        var second: Int
        var sendsMissingToFirst: Bool
    }

    enum Node: Equatable, Sendable {
        case leaf(Double)
        case split(Split)
    }

    /// The nodes of each tree, its root first. Unchecked until an `Ensemble` was made of them.
    var trees: [[Node]] = []
    /// The sets of categories as bits, the code 0 in the lowest one of a set's first word.
    var words: [UInt32] = []
    /// What the trees are added to.
    var base = 0.0

    static let wordBits = UInt32.bitWidth

    /// Multiplies all leaves.
    mutating func multiplyLeaves(by factor: Double) {
        for tree in trees.indices {
            for node in trees[tree].indices {
                if case .leaf(let value) = trees[tree][node] {
                    trees[tree][node] = .leaf(value * factor)
                }
            }
        }
    }

    /// The sum for a row, in double precision. The trees must be well-formed.
    func margin(_ row: Span<Float>) -> Double {
        var margin = base
        for tree in trees {
            var node = tree[0]
            while case .split(let split) = node {
                let value = Double(row[split.feature])
                let goesFirst =
                    value.isNaN ? split.sendsMissingToFirst : sendsToFirst(split.test, value)
                node = tree[goesFirst ? split.first : split.second]
            }
            if case .leaf(let value) = node { margin += value }
        }
        return margin
    }

    /// The codes of a set, ascending.
    func members(of set: Range<Int>) -> [Int] {
        set.flatMap { word in
            (0..<SourceForest.wordBits).lazy.filter { words[word] >> UInt32($0) & 1 == 1 }
                .map { (word - set.lowerBound) * SourceForest.wordBits + $0 }
        }
    }

    private func sendsToFirst(_ test: Test, _ value: Double) -> Bool {
        switch test {
        case .atMost(let limit): return value <= limit
        case .below(let limit): return value < limit
        case .isMember(let set):
            guard 0 <= value, value < Double(set.count * SourceForest.wordBits) else {
                return false
            }
            let code = Int(value)
            let word = words[set.lowerBound + code / SourceForest.wordBits]
            return word >> UInt32(code % SourceForest.wordBits) & 1 == 1
        }
    }
}

extension SourceForest.Test {
    /// The threshold t for which a number x of single precision goes to the first child exactly if
    /// x < t; infinite if no such number is finite. Nil for a set.
    var singlePrecisionThreshold: Float? {
        switch self {
        case .atMost(let limit):
            let nearest = Float(limit)
            return Double(nearest) <= limit ? nearest.nextUp : nearest
        case .below(let limit):
            let nearest = Float(limit)
            return Double(nearest) < limit ? nearest.nextUp : nearest
        case .isMember: return nil
        }
    }
}
