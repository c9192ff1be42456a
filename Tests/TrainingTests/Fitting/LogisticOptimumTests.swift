import Features
import Models
import TestSupport
import Testing
import Training

/// The optimum by its definition: no weight can be moved to less loss.
struct LogisticOptimumTests {
    private func fitted(
        _ data: TrainingData, weights: [Float]? = nil,
        change: (inout LinearParameters) -> Void = { _ in }
    ) throws -> [Double] {
        var parameters = LinearParameters()
        change(&parameters)
        let model = try FittedModel(
            .linear(parameters),
            learning: LearningSet(records: data.records, labels: data.labels, weights: weights),
            encoding: FeatureEncoding(oneHot: data.schema), seed: 1)
        return try model.probabilities(of: data.records).map(Double.init)
    }

    @Test func `as many positives are stated as there are, since the bias is not penalised`() throws
    {
        let data = try TrainingTable(rows: TrainingTable.rows(400)).read()
        let sum = try fitted(data).reduce(0, +)
        #expect(isNear(sum, Double(data.positiveCount), within: 1e-3))
        let weights = data.labels.map { $0 ? Float(3) : 1 }
        let weighted = zip(try fitted(data, weights: weights), weights).reduce(0) {
            $0 + $1.0 * Double($1.1)
        }
        #expect(isNear(weighted, 3 * Double(data.positiveCount), within: 2e-3))
    }

    @Test(arguments: [4, 5])
    func `either way of solving a step comes to the same optimum`(columnsMax: Int) throws {
        // Five columns: beyond four no matrix of columns by columns is made.
        let data = try TrainingTable(rows: TrainingTable.rows(400)).read()
        let direct = try fitted(data)
        let other = try fitted(data) { $0.directColumnsMax = columnsMax }
        #expect(isNear(other, direct, within: 1e-7))
    }

    @Test func `outcomes that a column parts, and columns that repeat, have an optimum`() throws {
        let rows = (0..<80).map { row in
            let (plan, leaves) = row < 40 ? ("basic", "yes") : ("plus", "no")
            return "c\(row),\(plan),\(row % 60),\(row),\(leaves)"
        }
        let data = try TrainingTable(rows: rows).read()
        let found = try fitted(data)
        #expect(found[0] > 0.95 && found[79] < 0.05)
        #expect(found.allSatisfy { 0 < $0 && $0 < 1 })
    }
}
