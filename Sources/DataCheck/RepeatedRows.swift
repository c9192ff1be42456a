/// Finds repeated rows, by a hash of 64 bits that nobody can choose collisions of: Swift seeds
/// its `Hasher` again in each process. Among four million rows two that differ are taken for equal
/// with a probability of 4e-7.
struct RepeatedRows {
    private let countMax: Int
    /// The line each hash was first seen on; of lines beyond four billion that number.
    private var lines: [Int: UInt32] = [:]

    init(countMax: Int) { self.countMax = countMax }

    /// Whether something was not remembered, so that what repeats it goes unnoticed.
    private(set) var hasForgotten = false

    /// The line on which the same was seen first, nil if that is this one.
    mutating func firstLine(of hash: Int, line: Int) -> Int? {
        if let first = lines[hash] { return Int(first) }
        if lines.count < countMax {
            lines[hash] = UInt32(clamping: line)
        } else {
            hasForgotten = true
        }
        return nil
    }
}
