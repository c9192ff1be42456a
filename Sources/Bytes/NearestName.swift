/// Which known name a misspelt one may have meant.
package enum NearestName {
    /// Longer names are not compared: the work grows with the square of the length.
    private static let nameBytesMax = 64

    /// The candidate that ends in `name` after a separator, when there is one only (`port` for
    /// `http.port`); else the one with the fewest edits, at most a third of the name's length; else
    /// nil.
    package static func of(_ name: String, in candidates: [String]) -> String? {
        let bytes = Array(name.utf8)
        guard (1...nameBytesMax).contains(bytes.count) else { return nil }
        let endings = candidates.filter {
            $0.utf8.count > bytes.count && $0.utf8.suffix(bytes.count).elementsEqual(bytes)
                && separators.contains($0.utf8.dropLast(bytes.count).last ?? 0)
        }
        if endings.count == 1 { return endings[0] }
        let distances = candidates.map { ($0, edits(bytes, Array($0.utf8))) }
        let editsMax = max(1, bytes.count / 3)
        guard let best = distances.min(by: { $0.1 < $1.1 }), best.1 <= editsMax else {
            return nil
        }
        return best.0
    }

    private static let separators = [UInt8(ascii: "."), UInt8(ascii: "_")]

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    package static func edits(_ from: [UInt8], _ to: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...to.count)
        for (row, byte) in from.enumerated() {
            var current = [row + 1]
            for (column, other) in to.enumerated() {
                let substituted = last[column] + (byte == other ? 0 : 1)
                var cost = min(substituted, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, byte == to[column - 1], other == from[row - 1] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[to.count]
    }
}

/// Text from outside, fit for a message of one line.
package enum ShownText {
    /// Longer text is cut.
    package static let bytesMax = 64

    /// Quoted, control characters escaped, cut.
    package static func quoted(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: bytes.prefix(bytesMax), as: UTF8.self)
        return text.debugDescription + (bytes.count > bytesMax ? " (cut)" : "")
    }

    /// A name as it is, unless it would break the line that it is shown in.
    package static func name(_ name: String) -> String {
        name.utf8.count > bytesMax || name.utf8.contains(where: ASCII.isControl)
            ? quoted(name.utf8) : name
    }
}
