internal import Features
internal import JSON
package import Models

/// How the model of a bundle does on a table: on the rows its training held out, where the table is
/// the one it was trained on, and on all.
package struct Evaluation: Sendable {
    /// What can be said of rows that the model did not learn.
    package enum HoldOut: Equatable, Sendable {
        /// The figures, and whether they are those of the manifest.
        case measured(HoldOutMeasures, isAsStated: Bool)
        /// The table is another than the one that was trained on, so all of its rows are new.
        case otherTable
        /// The model learned from all rows.
        case learned
        /// The manifest does not say how a hold-out was drawn.
        case unknown
    }

    package let holdOut: HoldOut
    package let whole: HoldOutMeasures

    /// Scores `data`, which is of the bundle's schema and holds both outcomes, as the service does.
    package init(_ bundle: ModelBundle, _ data: TrainingData, path: String) throws(TrainingError) {
        let negatives = data.labels.count - data.positiveCount
        guard min(data.positiveCount, negatives) > 0 else {
            throw .tooFewRows(
                path: path, positives: data.positiveCount, negatives: negatives, least: 1)
        }
        let predictions = Predictions(
            singlePrecision: Evaluation.probabilities(bundle, data), labels: data.labels)
        let provenance = Provenance(bundle.manifest.provenance)
        let seeds = RandomSeeds(provenance?.seed ?? 0)
        func measures(_ predictions: Predictions) -> HoldOutMeasures {
            HoldOutMeasures(
                predictions, thresholds: bundle.thresholds, seed: seeds.seed(of: .noiseFloor))
        }
        whole = measures(predictions)
        guard let provenance else {
            holdOut = .unknown
            return
        }
        guard provenance.dataSHA256 == data.sha256 else {
            holdOut = .otherTable
            return
        }
        guard provenance.learnedRows + provenance.holdOutRows == data.records.count else {
            holdOut = .learned
            return
        }
        let plan = FoldPlan(labels: data.labels, foldCount: 2, repeatCount: 0, seeds: seeds)
        let found = measures(predictions.rows(plan.holdOut))
        let stated = bundle.manifest.metrics["hold_out"]?.asObject
        holdOut = .measured(found, isAsStated: HoldOutFigures(found).object == stated)
    }

    private static func probabilities(_ bundle: ModelBundle, _ data: TrainingData) -> [Float] {
        var row = [Float](repeating: 0, count: bundle.encoding.columnCount)
        return data.records.map { record in
            bundle.encoding.encode(record, into: &row)
            return bundle.probability(fromMargin: bundle.ensemble.margin(row.span))
        }
    }
}
