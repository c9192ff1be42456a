package import Features
package import Measures
internal import Models
internal import XGBoost

/// Fits candidates on rows of one table. Whatever a model needs — the scale of columns, made-up
/// rows, parameters that are searched, calibration — is learned from those rows alone.
package struct Trainer: Sendable {
    package let data: TrainingData
    /// One column a number and one a value of a category, not scaled.
    package let encoding: FeatureEncoding
    package var balancing = Balancing()
    package var search = ParameterSearch()
    /// The group of each row of the table, of which no rows are divided; nil where there are none.
    package var groups: [Int]?

    /// Into how many folds rows are divided to calibrate on what the model did not learn.
    package static let calibrationFoldCount = 3

    package init(_ data: TrainingData) {
        self.data = data
        encoding = FeatureEncoding(oneHot: data.schema)
    }

    /// A model that has learned from these rows of the table. They hold each outcome at least as
    /// often as there are folds to search and to calibrate on.
    package func fit(
        _ candidate: Candidate, rows: [Int], seeds: RandomSeeds
    ) throws(TrainingError) -> FittedModel {
        let rows = LearningSet(data, rows: rows, groups: groups)
        let recipe = try recipe(candidate, rows, seeds)
        var model = try fit(recipe, rows, seeds)
        guard balancing.isActive else { return model }
        guard let line = try calibration(recipe, rows, seeds) else {
            throw .ranksByChance(candidate)
        }
        model.calibration = line.calibration
        return model
    }

    /// The margins that a model gives to records.
    func margins(
        _ model: borrowing FittedModel, of records: [Record]
    ) throws(TrainingError) -> [Float] {
        do throws(XGBoostError) {
            return try model.margins(of: records)
        } catch { throw .library(error) }
    }

    /// The probabilities that a model gives to records.
    package func probabilities(
        _ model: borrowing FittedModel, of records: [Record]
    ) throws(TrainingError) -> [Float] {
        do throws(XGBoostError) {
            return try model.probabilities(of: records)
        } catch { throw .library(error) }
    }

    private func recipe(
        _ candidate: Candidate, _ rows: LearningSet, _ seeds: RandomSeeds
    ) throws(TrainingError) -> Recipe {
        if let recipe = candidate.recipe { return recipe }
        do throws(XGBoostError) {
            return .boosting(
                try search.best(
                    learning: rows, schema: data.schema, encoding: encoding, balancing: balancing,
                    seeds: RandomSeeds(seeds.seed(of: .search))))
        } catch { throw .library(error) }
    }

    private func fit(
        _ recipe: Recipe, _ rows: LearningSet, _ seeds: RandomSeeds
    ) throws(TrainingError) -> FittedModel {
        do throws(XGBoostError) {
            return try FittedModel(
                recipe,
                learning: balancing.applied(
                    to: rows, schema: data.schema, seed: seeds.seed(of: .resampling)),
                encoding: encoding, seed: seeds.seed(of: .fitting))
        } catch { throw .library(error) }
    }

    /// By the margins of rows, none of them made up, that the models they come from did not learn.
    private func calibration(
        _ recipe: Recipe, _ rows: LearningSet, _ seeds: RandomSeeds
    ) throws(TrainingError) -> PlattScaling? {
        let division = StratifiedFolds(
            labels: rows.labels, groups: rows.groups, count: Trainer.calibrationFoldCount,
            seed: seeds.seed(of: .calibration))
        var margins: [Float] = []
        var labels: [Bool] = []
        for fold in 0..<division.count {
            let model = try fit(
                recipe, rows.rows(division.rows(outside: fold)),
                RandomSeeds(seeds.seed(of: .calibration, fold + 1)))
            let testing = rows.rows(division.rows(in: fold))
            do throws(XGBoostError) {
                margins += try model.margins(of: testing.records)
            } catch { throw .library(error) }
            labels += testing.labels
        }
        return PlattScaling(margins: margins, labels: labels)
    }
}
