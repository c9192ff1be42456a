import Features
import Models
import TestSupport
import Testing
import Training

struct LogisticRegressionTests {
    private func fixtureTable() throws -> TrainingTable {
        let rows = try JSONFixture("TrainingTests/Fixtures/learners.json").texts("logistic", "rows")
        return try TrainingTable(rows: rows.enumerated().map { "c\($0),\($1)" })
    }

    @Test func `probabilities are scikit-learn's to 1e-5`() throws {
        let data = try fixtureTable().read()
        let rows = LearningSet(records: data.records, labels: data.labels)
        let model = try FittedModel(
            .linear(LinearParameters()), learning: rows,
            encoding: FeatureEncoding(oneHot: data.schema), seed: 1)
        let wanted = try JSONFixture("TrainingTests/Fixtures/learners.json").numbers(
            "logistic", "probabilities")
        let found = try model.probabilities(of: data.records).map(Double.init)
        #expect(isNear(found, wanted, within: 1e-5))
    }

    @Test func `the document is one of gblinear that names its columns and is scored the same`()
        throws
    {
        let data = try fixtureTable().read()
        let model = try FittedModel(
            .linear(LinearParameters()),
            learning: LearningSet(records: data.records, labels: data.labels),
            encoding: FeatureEncoding(oneHot: data.schema), seed: 1)
        let document = try model.document()
        let ensemble = try Ensemble(
            xgboostJSON: document.span, featureNames: model.encoding.columnNames)
        #expect(ensemble.booster == .gblinear)
        let margins = try model.margins(of: data.records)
        var row = [Float](repeating: 0, count: model.encoding.columnCount)
        for (record, margin) in zip(data.records, margins) {
            model.encoding.encode(record, into: &row)
            #expect(ensemble.margin(row.span) == margin)
        }
    }

    @Test func `rows that count twice are the same as rows that stand twice`() throws {
        let data = try fixtureTable().read()
        let encoding = FeatureEncoding(oneHot: data.schema)
        let doubled = LearningSet(
            records: data.records + data.records, labels: data.labels + data.labels)
        let weighted = LearningSet(
            records: data.records, labels: data.labels,
            weights: data.labels.map { _ in 2 })
        let parameters = Recipe.linear(LinearParameters())
        let first = try FittedModel(parameters, learning: doubled, encoding: encoding, seed: 1)
            .probabilities(of: data.records).map(Double.init)
        let second = try FittedModel(parameters, learning: weighted, encoding: encoding, seed: 1)
            .probabilities(of: data.records).map(Double.init)
        #expect(isNear(first, second, within: 1e-5))
    }

    @Test func `a column that never changes does no harm`() throws {
        let rows = (0..<60).map { "c\($0),basic,12,\($0),\($0 % 5 < 2 + $0 / 30 ? "yes" : "no")" }
        let data = try TrainingTable(rows: rows).read()
        let model = try FittedModel(
            .linear(LinearParameters()),
            learning: LearningSet(records: data.records, labels: data.labels),
            encoding: FeatureEncoding(oneHot: data.schema), seed: 1)
        let probabilities = try model.probabilities(of: data.records)
        #expect(probabilities.allSatisfy { 0 < $0 && $0 < 1 })
        #expect(probabilities[0] < probabilities[59])
    }
}
