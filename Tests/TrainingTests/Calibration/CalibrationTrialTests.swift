import Bundle
import Bytes
import Measures
import Models
import Testing
import Training

struct CalibrationTrialTests {
    private func outcome(_ candidates: [Candidate], rows: Int = 900) throws -> TrainingOutcome {
        try TrainingRun(
            try TrainingTable(rows: TrainingTable.rows(rows)).read(), path: "",
            options: quickOptions(candidates)
        ).run()
    }

    @Test func `a forest that is too cautious is calibrated, and states so`() throws {
        let outcome = try outcome([.forest])
        let result = outcome.selected
        let trial = try #require(result.calibration)
        #expect(trial.helps && result.isCalibrated)
        #expect(trial.gain.mean > trial.standardError && trial.standardError > 0)
        #expect(outcome.model.calibration == trial.line.calibration)
        #expect(result.settings.hasSuffix(", calibrated after Platt"))
        let manifest = String(decoding: outcome.contents.manifest, as: UTF8.self)
        #expect(manifest.contains("\"method\": \"platt\""))
        // The hold-out's figures are those of the calibrated model: near what a perfect one shows.
        let holdOut = outcome.model.holdOut
        #expect(holdOut.measures.calibrationError < holdOut.noiseFloor.mean + 0.05)
    }

    @Test func `the measures over folds are those of calibrated probabilities`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(900)).read()
        let options = quickOptions([.forest])
        let outcome = try TrainingRun(data, path: "", options: options).run()
        for (index, fold) in outcome.plan.folds.enumerated() {
            let predictions = Predictions(
                singlePrecision: outcome.selected.probabilities[index],
                labels: fold.testing.map { data.labels[$0] })
            #expect(outcome.selected.folds.folds[index] == BinaryMeasures(predictions))
        }
    }

    @Test func `a logistic regression of its own data is left as it is`() throws {
        var random = RandomSource(seed: 9)
        let rows = (0..<2000).map { row in
            let price = random.next(below: 150)
            let leaves = random.nextFraction() < 1 / (1 + pow(price))
            return "c\(row),plus,\(random.next(below: 60)),\(price),\(leaves ? "yes" : "no")"
        }
        let data = try TrainingTable(rows: rows).read()
        let outcome = try TrainingRun(data, path: "", options: quickOptions([.logistic])).run()
        #expect(outcome.selected.calibration?.helps == false)
        #expect(outcome.model.calibration == .none)
        #expect(outcome.selected.settings == outcome.model.recipe.summary)
    }

    /// exp(2 − price / 40), by its series' limit.
    private func pow(_ price: Int) -> Double {
        let step = 1 + (2 - Double(price) / 40) / 65_536
        return (0..<16).reduce(step) { power, _ in power * power }
    }
}
