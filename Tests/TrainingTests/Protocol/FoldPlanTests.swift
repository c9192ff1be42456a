import Measures
import Testing
import Training

struct FoldPlanTests {
    private let labels = (0..<200).map { $0.isMultiple(of: 4) }

    private func plan(_ folds: Int = 5, _ repeats: Int = 3, seed: UInt64 = 1) -> FoldPlan {
        FoldPlan(
            labels: labels, foldCount: folds, repeatCount: repeats, seeds: RandomSeeds(seed))
    }

    @Test func `one row in five is held out, of each outcome alike, and in no fold`() {
        let plan = plan()
        #expect(plan.holdOut.count == 40)
        #expect(plan.holdOut.count { labels[$0] } == 10)
        #expect((plan.holdOut + plan.learning).sorted() == Array(0..<200))
        let held = Set(plan.holdOut)
        for fold in plan.folds {
            #expect(held.isDisjoint(with: fold.learning) && held.isDisjoint(with: fold.testing))
        }
    }

    @Test func `each repeat tests every other row once, on what did not learn it`() {
        let plan = plan()
        #expect(plan.folds.count == 15)
        for round in 0..<3 {
            let folds = plan.folds.filter { $0.round == round }
            #expect(folds.map(\.number) == [0, 1, 2, 3, 4])
            #expect(folds.flatMap(\.testing).sorted() == plan.learning)
            for fold in folds {
                #expect((fold.learning + fold.testing).sorted() == plan.learning)
                #expect(fold.testing.count == 32)
                #expect(fold.testing.count { labels[$0] } == 8)
            }
        }
        #expect(plan.folds[0].testing != plan.folds[5].testing)
    }

    @Test func `the hold-out depends on the seed and not on the folds`() {
        #expect(plan(5, 3).holdOut == plan(2, 0).holdOut)
        #expect(plan(seed: 1) == plan(seed: 1))
        #expect(plan(seed: 1).holdOut != plan(seed: 2).holdOut)
        #expect(plan(seed: 1).folds != plan(seed: 2).folds)
    }

    @Test(arguments: [2, 3, 5, 20])
    func `with the least rows that are asked for every part holds both outcomes`(folds: Int) {
        let least = FoldPlan.outcomeRowsMin(foldCount: folds)
        let labels = (0..<least + 37).map { $0 < least }
        let plan = FoldPlan(
            labels: labels, foldCount: folds, repeatCount: 1, seeds: RandomSeeds(1))
        func positives(_ rows: [Int]) -> Int { rows.count { labels[$0] } }
        #expect(0 < positives(plan.holdOut) && positives(plan.holdOut) < plan.holdOut.count)
        for fold in plan.folds {
            #expect(positives(fold.testing) > 0)
            #expect(positives(fold.learning) >= Trainer.calibrationFoldCount)
            #expect(positives(fold.learning) >= ParameterSearch().foldCount)
        }
    }
}
