import Features
import Measures
import Models
import TestSupport
import Testing
import Training

struct TrainerTests {
    private static let count = 240
    private static let learned = Array(40..<count)

    /// The same rows where something is learned from, all others changed, outcomes too.
    private func tables() throws -> [TrainingData] {
        let rows = TrainingTable.rows(TrainerTests.count)
        let changed = rows.enumerated().map { index, row in
            TrainerTests.learned.contains(index)
                ? row : "c\(index),all,\(index),149,\(index.isMultiple(of: 2) ? "yes" : "no")"
        }
        return [try TrainingTable(rows: rows).read(), try TrainingTable(rows: changed).read()]
    }

    private func trainer(_ data: TrainingData, _ balancing: Balancing = Balancing()) -> Trainer {
        var trainer = Trainer(data)
        trainer.search.trials = 3
        trainer.search.roundsMax = 30
        trainer.balancing = balancing
        return trainer
    }

    private static let smote: Balancing = {
        var balancing = Balancing()
        balancing.resampling = .smote
        return balancing
    }()

    @Test(arguments: Candidate.allCases, [Balancing(), smote])
    func `nothing is learned from other rows than those given`(
        candidate: Candidate, balancing: Balancing
    ) throws {
        var documents: [[UInt8]] = []
        var calibrations: [Calibration] = []
        var columns: [[Double]] = []
        for data in try tables() {
            let model = try trainer(data, balancing)
                .fit(candidate, rows: TrainerTests.learned, seeds: RandomSeeds(1))
            documents.append(try model.document())
            calibrations.append(model.calibration)
            columns.append(model.encoding.columns.flatMap { [$0.mean, $0.scale] })
        }
        #expect(documents[0] == documents[1])
        #expect(calibrations[0] == calibrations[1])
        #expect(columns[0] == columns[1])
    }

    @Test func `other rows make another model, or the last test would prove nothing`() throws {
        let data = try tables()[0]
        let trainer = trainer(data)
        for candidate in Candidate.allCases {
            let first = try trainer.fit(
                candidate, rows: TrainerTests.learned, seeds: RandomSeeds(1))
            let second = try trainer.fit(
                candidate, rows: Array(0..<200), seeds: RandomSeeds(1))
            #expect(try first.document() != second.document(), "\(candidate)")
        }
    }

    @Test(arguments: [
        (Balancing.Resampling.none, Balancing.ClassWeight.none), (.smote, .none),
        (.none, .balanced),
    ])
    func `balanced models are calibrated, others are left alone`(
        resampling: Balancing.Resampling, classWeight: Balancing.ClassWeight
    ) throws {
        // Two fifths of the rows of the rarer outcome are left out.
        let all = TrainingTable.rows(800).enumerated()
        let rows = all.filter { !$1.hasSuffix("yes") || $0 % 5 < 2 }.map(\.element)
        let data = try TrainingTable(rows: rows).read()
        var balancing = Balancing()
        balancing.resampling = resampling
        balancing.classWeight = classWeight
        let learned = Array(data.labels.indices.prefix(300))
        let model = try trainer(data, balancing)
            .fit(.boosting, rows: learned, seeds: RandomSeeds(1))
        #expect((model.calibration == .none) == !balancing.isActive)
        let testing = LearningSet(data, rows: Array(data.labels.indices.dropFirst(300)))
        let predictions = Predictions(
            singlePrecision: try model.probabilities(of: testing.records),
            labels: testing.labels)
        #expect(
            isNear(predictions.meanProbability, predictions.positiveShare, within: 0.06))
    }

    @Test func `a model that ranks no better than chance is not calibrated but refused`() throws {
        // Outcomes that depend on nothing but their place, and a price that predicts the opposite
        // in every third row.
        let rows = (0..<60).map { "c\($0),basic,\($0 % 7),\($0 % 5),\($0 % 2 == 0 ? "yes" : "no")" }
        let data = try TrainingTable(rows: rows).read()
        var balancing = Balancing()
        balancing.classWeight = .balanced
        #expect(throws: TrainingError.ranksByChance(.boosting)) {
            _ = try trainer(data, balancing)
                .fit(.boosting, rows: Array(0..<60), seeds: RandomSeeds(1)).recipe
        }
    }
}
