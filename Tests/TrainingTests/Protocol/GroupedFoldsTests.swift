import Bytes
import TestSupport
import Testing
import Training

struct GroupedFoldsTests {
    /// Groups of 1 to 6 rows, of which about a third are positive throughout.
    private func groups(_ count: Int, seed: UInt64) -> (labels: [Bool], groups: [Int]) {
        var random = RandomSource(seed: seed)
        var (labels, groups): ([Bool], [Int]) = ([], [])
        for group in 0..<count {
            let isPositive = random.next(below: 3) == 0
            for _ in 0...random.next(below: 6) {
                labels.append(random.next(below: 10) == 0 ? !isPositive : isPositive)
                groups.append(group)
            }
        }
        return (labels, groups)
    }

    @Test(arguments: [2, 3, 5, 20])
    func `no group is divided, and folds have nearly the same rows and positives`(count: Int) {
        let (labels, groups) = groups(600, seed: 4)
        let folds = StratifiedFolds(labels: labels, groups: groups, count: count, seed: 1)
        for group in 0..<600 {
            let own = groups.indices.filter { groups[$0] == group }.map { folds.assignments[$0] }
            #expect(Set(own).count == 1)
        }
        for fold in 0..<count {
            let rows = folds.rows(in: fold)
            let (all, positives) = (rows.count * count, rows.count { labels[$0] } * count)
            #expect(isNear(Double(all) / Double(labels.count), 1, within: 0.05))
            #expect(isNear(Double(positives) / Double(labels.count { $0 }), 1, within: 0.1))
        }
        #expect(folds != StratifiedFolds(labels: labels, groups: groups, count: count, seed: 2))
        #expect(folds == StratifiedFolds(labels: labels, groups: groups, count: count, seed: 1))
    }

    @Test func `without groups the folds are those of the rows`() {
        let labels = groups(50, seed: 1).labels
        #expect(
            StratifiedFolds(labels: labels, groups: nil, count: 5, seed: 3)
                == StratifiedFolds(labels: labels, count: 5, seed: 3))
    }

    @Test(arguments: 1...20)
    func `as many groups of each outcome as folds give each fold both`(seed: UInt64) {
        // Two large groups of one outcome each, three small mixed ones, and one of negatives.
        var labels = [Bool](repeating: true, count: 100) + [Bool](repeating: true, count: 90)
        var groups = [Int](repeating: 0, count: 100) + [Int](repeating: 1, count: 90)
        for group in 2..<5 {
            labels += [true, false]
            groups += [group, group]
        }
        labels += [false]
        groups += [5]
        for count in 2...4 {
            let folds = StratifiedFolds(labels: labels, groups: groups, count: count, seed: seed)
            for fold in 0..<count {
                #expect(Set(folds.rows(in: fold).map { labels[$0] }) == [true, false])
            }
        }
    }
}
