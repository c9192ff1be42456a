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
        #expect(evaluation.holdOut == .otherTable)
        #expect(evaluation.whole.measures.count == 200)
        #expect(evaluation.whole.measures.rocAUC > 0.8)
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
