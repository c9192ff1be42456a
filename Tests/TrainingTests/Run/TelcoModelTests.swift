import Bundle
import Features
import Measures
import POSIX
import TestSupport
import Testing
import Training

/// The bundles of the project against the table they learned from, which is not part of it.
@Suite(.enabled(if: ProjectPlaces.telcoTable != nil, "CHURN_TELCO_CSV names no file"))
struct TelcoModelTests {
    private let data: TrainingData

    init() throws {
        data = try TrainingData(
            table: try #require(ProjectPlaces.telcoTable),
            schema: "\(ProjectPlaces.root)/Config/telco.schema.json")
    }

    private func contents(_ version: Int, _ file: String) throws -> [UInt8] {
        try Files.read(
            "\(ProjectPlaces.root)/Models/telco-churn/\(version)/\(file)", bytesMax: 1 << 24)
    }

    @Test func `version 1 is boosted stumps of all rows`() throws {
        let model = try FittedModel(
            .boosting(.stumps), learning: LearningSet(data, rows: Array(data.labels.indices)),
            encoding: FeatureEncoding(oneHot: data.schema), seed: 1)
        #expect(try model.document() == contents(1, "model.json"))
    }

    @Test func `version 3 is what training makes of the chosen candidate`() throws {
        var options = TrainingOptions(name: "telco-churn", version: "3", seed: 1)
        options.candidates = [.stumps]
        options.repeatCount = 1
        let outcome = try TrainingRun(data, path: "", options: options).run()
        #expect(try outcome.contents.model == contents(3, "model.json"))
        #expect(try outcome.contents.golden == contents(3, "golden.jsonl"))
        // Their scores are those of version 2, which has no contributions.
        for file in ["model.json", "golden.jsonl"] {
            #expect(try contents(2, file) == contents(3, file))
        }
        let shipped = try contents(3, "manifest.json")
        let stated = try Manifest(parsing: shipped.span).meanContributions
        let made = outcome.contents.manifest
        #expect(try Manifest(parsing: made.span).meanContributions == stated)
        let measures = outcome.model.holdOut.measures
        #expect(measures.rocAUC > 0.845 && measures.logLoss < 0.415)
    }

    @Test func `the table has as many rows, positives and blank cells as are told of it`() throws {
        #expect(data.records.count == 7043 && data.positiveCount == 1869)
        #expect(data.blankCounts.reduce(0, +) == 11)
    }
}
