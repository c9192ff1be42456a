/// Draws some rows by a seed where all would take too long.
enum RowSample {
    /// Ascending places of `labels`: all where they are no more than `countMax`, else as many, of
    /// each outcome its share and one at least where there is one.
    static func rows(_ labels: [Bool], countMax: Int, seed: UInt64) -> [Int] {
        guard labels.count > countMax else { return Array(labels.indices) }
        var random = RandomSource(seed: seed)
        let share = Double(countMax) / Double(labels.count)
        var drawn: [Int] = []
        for label in [true, false] {
            var rows = labels.indices.filter { labels[$0] == label }
            random.shuffle(&rows)
            let wanted = max(1, Int((Double(rows.count) * share).rounded()))
            drawn += rows.prefix(wanted)
        }
        return drawn.sorted()
    }
}
