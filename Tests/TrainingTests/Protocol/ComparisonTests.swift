import Measures
import Synchronization
import TestSupport
import Testing
import Training

struct ComparisonTests {
    private func plan(_ data: TrainingData) -> FoldPlan {
        FoldPlan(labels: data.labels, foldCount: 3, repeatCount: 2, seeds: RandomSeeds(5))
    }

    private func comparison(
        _ data: TrainingData, _ candidates: [Candidate], threads: Int = 1,
        report: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) throws -> Comparison {
        var trainer = Trainer(data)
        trainer.search.trials = 4
        trainer.search.roundsMax = 300
        return try Comparison(
            candidates, plan: plan(data), trainer: trainer, seeds: RandomSeeds(5),
            threads: threads, report: report)
    }

    @Test func `what comes out does not depend on the number of threads`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(200)).read()
        let one = try comparison(data, Candidate.allCases, threads: 1)
        #expect(try comparison(data, Candidate.allCases, threads: 4) == one)
        #expect(one.results.map(\.candidate) == Candidate.allCases)
        #expect(one.results.allSatisfy { $0.folds.folds.count == 6 && $0.recipes.count == 6 })
    }

    @Test func `every candidate foretells the same rows, each by a model that did not learn it`()
        throws
    {
        let data = try TrainingTable(rows: TrainingTable.rows(200)).read()
        let plan = plan(data)
        for result in try comparison(data, [.stumps, .forest]).results {
            #expect(result.probabilities.map(\.count) == plan.folds.map(\.testing.count))
            for (index, fold) in plan.folds.enumerated() {
                let predictions = Predictions(
                    singlePrecision: result.probabilities[index],
                    labels: fold.testing.map { data.labels[$0] })
                #expect(result.folds.folds[index] == BinaryMeasures(predictions))
            }
        }
    }

    @Test func `a fold's search does not see the rows the fold is tested on`() throws {
        let rows = TrainingTable.rows(240)
        let data = try TrainingTable(rows: rows).read()
        let tested = Set(plan(data).folds[0].testing)
        // The outcomes stay, or the folds would be others.
        let changed = rows.enumerated().map { index, row in
            tested.contains(index)
                ? "c\(index),all,\(index % 60),0,\(data.labels[index] ? "yes" : "no")" : row
        }
        let first = try comparison(data, [.tuned, .stumps]).results
        let second = try comparison(try TrainingTable(rows: changed).read(), [.tuned, .stumps])
            .results
        #expect(first[0].recipes[0] == second[0].recipes[0])
        #expect(first[0].probabilities[0] != second[0].probabilities[0])
        // The other folds of the same repeat learn from the changed rows and search on them.
        #expect(first[1].probabilities[1] != second[1].probabilities[1])
        #expect(first[0].recipes[1..<3] != second[0].recipes[1..<3])
    }

    @Test func `progress counts the folds of each candidate and ends with all`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(120)).read()
        let seen = Mutex<[TrainingProgress]>([])
        _ = try comparison(data, [.stumps, .forest], threads: 2) { progress in
            seen.withLock { $0.append(progress) }
        }
        let all = seen.withLock { $0 }
        #expect(all.count == 12)
        for candidate in [Candidate.stumps, .forest] {
            let own = all.map(\.stage).filter { stage in
                if case .folds(candidate, _, _) = stage { true } else { false }
            }
            #expect(own == (1...6).map { .folds(candidate, done: $0, count: 6) })
        }
        #expect(all.map(\.shareDone) == all.map(\.shareDone).sorted())
        #expect(isNear(all.last?.shareDone, 1, within: 1e-12))
    }
}
