internal import Bytes

/// A division of rows into folds that keeps the rows of a group together, so that what a model
/// knows of a customer from one row predicts nothing about another row in the fold.
///
/// The shuffled groups are dealt, those with the rarer outcome first and the largest of these
/// first, each to the fold that is made the most even by it. With as many groups of each outcome
/// as there are folds every fold has both outcomes.
struct GroupedFolds {
    /// The fold of each row, from 0.
    let assignments: [Int]

    /// How many rows of either outcome a group or a fold has.
    private struct Content {
        var positives = 0
        var negatives = 0

        /// Which outcomes it would bring to `fold` that this lacks.
        func supplied(to fold: Content) -> Int {
            (positives > 0 && fold.positives == 0 ? 1 : 0)
                + (negatives > 0 && fold.negatives == 0 ? 1 : 0)
        }
    }

    init(labels: [Bool], groups: [Int], count: Int, seed: UInt64) {
        precondition(count > 1 && labels.count == groups.count)
        let contents = GroupedFolds.contents(labels, groups)
        let total = Content(
            positives: labels.count { $0 }, negatives: labels.count { !$0 })
        let withPositives = contents.values.count { $0.positives > 0 }
        let withNegatives = contents.values.count { $0.negatives > 0 }
        func isRarer(_ content: Content) -> Bool {
            withPositives <= withNegatives ? content.positives > 0 : content.negatives > 0
        }
        var random = RandomSource(seed: seed)
        var order = contents.keys.sorted()
        random.shuffle(&order)
        let ranked = order.enumerated().map { place, group in
            let content = contents[group] ?? Content()
            return (
                group: group, content: content, place: place, isRarer: isRarer(content),
                size: content.positives + content.negatives
            )
        }.sorted { left, right in
            if left.isRarer != right.isRarer { return left.isRarer }
            return left.size == right.size ? left.place < right.place : left.size > right.size
        }
        var folds = [Content](repeating: Content(), count: count)
        var places: [Int: Int] = [:]
        for (group, content, _, _, _) in ranked {
            let fold = GroupedFolds.fold(for: content, folds, total)
            folds[fold].positives += content.positives
            folds[fold].negatives += content.negatives
            places[group] = fold
        }
        assignments = groups.map { places[$0] ?? 0 }
    }

    /// How many groups have a row of each outcome.
    static func counts(_ labels: [Bool], _ groups: [Int]) -> (positive: Int, negative: Int) {
        let contents = contents(labels, groups)
        return (
            contents.values.count { $0.positives > 0 }, contents.values.count { $0.negatives > 0 }
        )
    }

    private static func contents(_ labels: [Bool], _ groups: [Int]) -> [Int: Content] {
        var contents: [Int: Content] = [:]
        for (label, group) in zip(labels, groups) {
            if label {
                contents[group, default: Content()].positives += 1
            } else {
                contents[group, default: Content()].negatives += 1
            }
        }
        return contents
    }

    /// A fold that lacks an outcome the group has; of these, or of all, the one that has the least
    /// of what the group brings, each outcome by its share; of equals the first.
    private static func fold(for group: Content, _ folds: [Content], _ total: Content) -> Int {
        func load(_ fold: Content) -> Double {
            func growth(_ has: Int, _ brings: Int, _ all: Int) -> Double {
                guard all > 0 else { return 0 }
                let before = Double(has) / Double(all)
                let after = Double(has + brings) / Double(all)
                return after * after - before * before
            }
            return growth(fold.positives, group.positives, total.positives)
                + growth(fold.negatives, group.negatives, total.negatives)
        }
        var best = 0
        for index in folds.indices.dropFirst() {
            let (this, other) = (group.supplied(to: folds[index]), group.supplied(to: folds[best]))
            if this > other || this == other && load(folds[index]) < load(folds[best]) {
                best = index
            }
        }
        return best
    }
}
