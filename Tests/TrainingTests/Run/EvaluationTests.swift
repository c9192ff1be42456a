import Bundle
import Measures
import Models
import TestSupport
import Testing
import Training

struct EvaluationTests {
    private func bundle(
        _ table: TrainingTable, _ change: (inout TrainingOptions) -> Void = { _ in }
    ) throws -> (TrainingOutcome, ModelBundle) {
        var options = quickOptions([.boosting])
        options.seed = 77
        change(&options)
        let outcome = try TrainingRun(try table.read(), path: "", options: options).run()
        return (outcome, try outcome.contents.write(to: table.directory.path(of: "bundle")))
    }

    @Test(arguments: Candidate.allCases)
    func `the figures of the hold-out are found again, exactly`(candidate: Candidate) throws {
        let table = try TrainingTable(rows: TrainingTable.rows(300))
        let (outcome, bundle) = try bundle(table) { options in
            options.candidates = [candidate]
            options.balancing.resampling = candidate == .stumps ? .smote : .none
        }
        let evaluation = try Evaluation(bundle, try table.read(), path: "")
        #expect(
            evaluation.holdOut == .measured(outcome.model.holdOut, isAsStated: true))
        #expect(evaluation.whole.measures.count == 300)
        #expect(evaluation.whole != outcome.model.holdOut)
    }

    @Test func `another table has no hold-out`() throws {
        let (_, bundle) = try bundle(try TrainingTable(rows: TrainingTable.rows(300)))
        let other = try TrainingTable(rows: TrainingTable.rows(200, seed: 2))
        let evaluation = try Evaluation(bundle, try other.read(), path: "")
        #expect(evaluation.holdOut == .otherFile(isLikelyCopy: false))
        #expect(evaluation.whole.measures.count == 200)
        #expect(evaluation.whole.measures.rocAUC > 0.8)
    }

    @Test func `a copy in another order or with fewer rows is not called new`() throws {
        let rows = TrainingTable.rows(300)
        let table = try TrainingTable(rows: rows)
        let (outcome, bundle) = try bundle(table)
        let training = (data: try table.read(), path: "t.csv")
        let sorted = try TrainingTable(rows: rows.reversed()).read()
        #expect(
            try Evaluation(bundle, sorted, path: "").holdOut == .otherFile(isLikelyCopy: true))
        let cut = try TrainingTable(rows: Array(rows.prefix(200))).read()
        #expect(try Evaluation(bundle, cut, path: "").holdOut == .otherFile(isLikelyCopy: false))

        let held = outcome.plan.holdOut
        for (data, learned, heldOut, new) in [
            (sorted, 300 - held.count, held.count, 0),
            (cut, 200 - held.count { $0 < 200 }, held.count { $0 < 200 }, 0),
            (
                try TrainingTable(rows: rows + TrainingTable.rows(50, seed: 77)).read(),
                300 - held.count, held.count, 50
            ),
        ] {
            let found = try Evaluation(bundle, data, path: "", training: training).holdOut
            guard case .compared(let overlap, let measures) = found else {
                Issue.record("\(found)")
                continue
            }
            // A row that was made twice may count as learned.
            #expect(isNear(Double(overlap.learnedCount), Double(learned), within: 3))
            #expect(isNear(Double(overlap.heldOutCount), Double(heldOut), within: 3))
            #expect(isNear(Double(overlap.newCount), Double(new), within: 3))
            #expect(measures?.measures.count == overlap.unlearned.count)
        }
        #expect(throws: TrainingError.notTheTraining(path: "cut.csv")) {
            try Evaluation(bundle, sorted, path: "", training: (data: cut, path: "cut.csv"))
        }
    }

    @Test func `a model that has learned from all rows has none either`() throws {
        let table = try TrainingTable(rows: TrainingTable.rows(300))
        let (_, bundle) = try bundle(table) { $0.refits = true }
        #expect(try Evaluation(bundle, try table.read(), path: "").holdOut == .learned)
    }

    @Test func `a table of one outcome cannot be measured`() throws {
        let (_, bundle) = try bundle(try TrainingTable(rows: TrainingTable.rows(300)))
        let rows = (0..<30).map { "c\($0),basic,1,1,no" }
        let data = try TrainingTable(rows: rows).read()
        #expect(
            throws: TrainingError.tooFewRows(
                path: "t.csv", positives: 0, negatives: 30, least: 1)
        ) { try Evaluation(bundle, data, path: "t.csv") }
    }
}
