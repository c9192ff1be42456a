import Testing
import Training

struct FoldTableTests {
    @Test func `each row has its fold and its probability of each repeat, or was held out`() throws
    {
        let data = try TrainingTable(rows: TrainingTable.rows(100)).read()
        let outcome = try TrainingRun(data, path: "", options: quickOptions([.stumps])).run()
        let text = String(decoding: FoldTable(outcome).csv(), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines[0] == "row,hold_out,fold_1,probability_1,fold_2,probability_2")
        #expect(lines.count == 101)
        let cells = lines.dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(cells.map { $0[0] } == (0..<100).map { "\($0)" })
        for row in outcome.plan.holdOut { #expect(cells[row][1...] == ["1", "", "", "", ""]) }
        for (index, fold) in outcome.plan.folds.enumerated() {
            for (place, row) in fold.testing.enumerated() {
                let column = 2 + 2 * fold.round
                #expect(cells[row][1] == "0")
                #expect(cells[row][column] == "\(fold.number)")
                let probability = outcome.selected.probabilities[index][place]
                #expect(Float(cells[row][column + 1]) == probability)
            }
        }
    }
}
