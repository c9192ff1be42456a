import Bytes
import Features
import Measures
import Testing
import Training

struct ParameterSearchTests {
    @Test func `draws stay within the space and reach both halves of each range`() {
        var random = RandomSource(seed: 1)
        let draws = (0..<300).map { _ in SearchSpace.draw(&random) }
        #expect(Set(draws.map(\.depthMax)) == Set(SearchSpace.depths))
        let ranges: [(ClosedRange<Double>, (BoostingParameters) -> Double)] = [
            (SearchSpace.learningRates, \.learningRate), (SearchSpace.lambdas, \.lambda),
            (SearchSpace.childWeights, \.childWeightMin), (SearchSpace.rowShares, \.rowShare),
            (SearchSpace.columnShares, \.columnShare),
        ]
        for (range, value) in ranges {
            let values = draws.map(value)
            #expect(values.allSatisfy(range.contains))
            let middle = (range.lowerBound * range.upperBound).squareRoot()
            #expect(values.count { $0 < middle } > 100 && values.count { $0 > middle } > 100)
        }
    }

    private func search(
        _ search: ParameterSearch, _ data: TrainingData, seed: UInt64 = 1
    ) throws -> BoostingParameters {
        try search.best(
            learning: LearningSet(records: data.records, labels: data.labels),
            schema: data.schema, encoding: FeatureEncoding(oneHot: data.schema),
            balancing: Balancing(), seeds: RandomSeeds(seed))
    }

    @Test func `the same seed finds the same, and rounds are looked at every so often`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(200)).read()
        var settings = ParameterSearch()
        settings.trials = 4
        settings.roundsMax = 60
        let found = try search(settings, data)
        #expect(try search(settings, data) == found)
        #expect(found.rounds.isMultiple(of: 10) && 10...60 ~= found.rounds)
        #expect(try search(settings, data, seed: 2) != found)
    }

    @Test func `more trials find what is no worse`() throws {
        // A single trial is the first of several.
        let data = try TrainingTable(rows: TrainingTable.rows(300)).read()
        var settings = ParameterSearch()
        settings.roundsMax = 80
        settings.trials = 1
        let first = try search(settings, data)
        settings.trials = 6
        let best = try search(settings, data)
        func loss(_ parameters: BoostingParameters) throws -> Double {
            let rows = LearningSet(data, rows: Array(0..<200))
            let model = try FittedModel(
                .boosting(parameters), learning: rows,
                encoding: FeatureEncoding(oneHot: data.schema), seed: 1)
            let testing = LearningSet(data, rows: Array(200..<300))
            return Predictions(
                singlePrecision: try model.probabilities(of: testing.records),
                labels: testing.labels
            ).logLoss
        }
        #expect(try loss(best) <= loss(first) + 0.02)
    }

    @Test func `a trial that gets worse stops early`() throws {
        // Outcomes without a pattern: every tree makes it worse.
        var random = RandomSource(seed: 9)
        let rows = (0..<150).map { row in
            "c\(row),basic,\(random.next(below: 61)),\(random.next(below: 150)),"
                + (random.next(below: 2) == 0 ? "yes" : "no")
        }
        var settings = ParameterSearch()
        settings.trials = 3
        settings.roundsMax = 100_000
        #expect(try search(settings, try TrainingTable(rows: rows).read()).rounds <= 100)
    }
}
