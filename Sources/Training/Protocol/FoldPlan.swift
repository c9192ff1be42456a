package import Measures

/// How the rows of a table are divided: some that are kept from all learning and selection, and the
/// others, again and again, into folds.
package struct FoldPlan: Equatable, Sendable {
    /// One fold of one repeat: what is learned from and what that is tested on.
    package struct Fold: Equatable, Sendable {
        package let round: Int
        package let number: Int
        package let learning: [Int]
        package let testing: [Int]
    }

    /// Ascending indices of the table's rows.
    package let holdOut: [Int]
    /// The others, ascending.
    package let learning: [Int]
    /// Repeat after repeat.
    package let folds: [Fold]
    package let foldCount: Int
    package let repeatCount: Int

    /// One row in so many is held out.
    package static let holdOutDivisor = 5

    /// The least number of rows of each outcome that such a plan can be made of.
    package static func outcomeRowsMin(foldCount: Int) -> Int {
        2 * max(foldCount, holdOutDivisor)
    }

    /// Divides rows of these labels by what the seed draws; the hold-out does not depend on the
    /// number of folds.
    ///
    /// - Parameter groups: of each row the group that is not divided; nil where there are none.
    package init(
        labels: [Bool], groups: [Int]? = nil, foldCount: Int, repeatCount: Int,
        seeds: RandomSeeds
    ) {
        let division = StratifiedFolds(
            labels: labels, groups: groups, count: FoldPlan.holdOutDivisor,
            seed: seeds.seed(of: .holdOut))
        let learning = division.rows(outside: 0)
        let learningLabels = learning.map { labels[$0] }
        let learningGroups = groups.map { groups in learning.map { groups[$0] } }
        var folds: [Fold] = []
        for round in 0..<repeatCount {
            let part = StratifiedFolds(
                labels: learningLabels, groups: learningGroups, count: foldCount,
                seed: seeds.seed(of: .folds, round))
            for number in 0..<foldCount {
                folds.append(
                    Fold(
                        round: round, number: number,
                        learning: part.rows(outside: number).map { learning[$0] },
                        testing: part.rows(in: number).map { learning[$0] }))
            }
        }
        holdOut = division.rows(in: 0)
        self.learning = learning
        self.folds = folds
        self.foldCount = foldCount
        self.repeatCount = repeatCount
    }
}
