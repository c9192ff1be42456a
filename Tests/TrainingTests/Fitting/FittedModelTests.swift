import Features
import Measures
import Models
import TestSupport
import Testing
import Training

struct FittedModelTests {
    private let recipes: [Recipe] = [
        .linear(LinearParameters()), .boosting(.shallowTrees), .forest(small),
    ]

    private static let small: ForestParameters = {
        var parameters = ForestParameters()
        parameters.trees = 20
        return parameters
    }()

    @Test func `each kind of model ranks rows it did not learn well`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(600)).read()
        let encoding = FeatureEncoding(oneHot: data.schema)
        for recipe in recipes {
            let model = try FittedModel(
                recipe, learning: LearningSet(data, rows: Array(0..<400)), encoding: encoding,
                seed: 1)
            let testing = LearningSet(data, rows: Array(400..<600))
            let probabilities = try model.probabilities(of: testing.records)
            let measures = BinaryMeasures(
                Predictions(singlePrecision: probabilities, labels: testing.labels))
            #expect(measures.rocAUC > 0.9, "\(recipe)")
            #expect(isNear(measures.meanProbability, 0.5, within: 0.15), "\(recipe)")
        }
    }

    @Test func `contributions and what rows share add up to the margin`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(200)).read()
        let rows = LearningSet(data, rows: Array(0..<200))
        for recipe in recipes {
            let model = try FittedModel(
                recipe, learning: rows, encoding: FeatureEncoding(oneHot: data.schema), seed: 1)
            let margins = try model.margins(of: rows.records).map(Double.init)
            let contributions = try model.contributions(of: rows.records)
            #expect(contributions.allSatisfy { $0.count == 3 })
            let rests = zip(margins, contributions).map { $0 - $1.reduce(0, +) }
            #expect(rests.allSatisfy { isNear($0, rests[0], within: 1e-4) }, "\(recipe)")
            #expect(contributions.contains { $0[2].magnitude > 0.01 }, "\(recipe)")
        }
    }

    @Test func `a forest states the mean of its leaves as the probability`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(300)).read()
        let rows = LearningSet(data, rows: Array(0..<300))
        let model = try FittedModel(
            .forest(FittedModelTests.small), learning: rows,
            encoding: FeatureEncoding(oneHot: data.schema), seed: 1)
        let margins = try model.margins(of: rows.records)
        #expect(try model.probabilities(of: rows.records) == margins.map { min(max($0, 0), 1) })
        #expect(margins.allSatisfy { -1e-6 <= $0 && $0 <= 1.000001 })
    }
}
