package import Bundle
internal import Features
internal import JSON
package import Measures
internal import Models

/// How the model of a bundle does on a table: on the rows its training held out, where the table is
/// the one it was trained on, and on all.
package struct Evaluation: Sendable {
    /// What can be said of rows that the model did not learn.
    package enum HoldOut: Equatable, Sendable {
        /// The figures, and whether they are those of the manifest.
        case measured(HoldOutMeasures, isAsStated: Bool)
        /// The file is another than the one that was trained on. Its rows may be the same:
        /// `isLikelyCopy` where there are as many of each outcome as were trained on.
        case otherFile(isLikelyCopy: Bool)
        /// The file is another and its rows were compared with those of the training. The figures
        /// are those of the rows that were not learned from; nil where these lack an outcome.
        case compared(TableOverlap, HoldOutMeasures?)
        /// The model learned from all rows.
        case learned
        /// The manifest does not say how a hold-out was drawn.
        case unknown
    }

    package let holdOut: HoldOut
    package let whole: HoldOutMeasures

    /// Scores `data`, which is of the bundle's schema and holds both outcomes, as the service does.
    ///
    /// - Parameter training: the table the model was trained on, and where it is, to compare the
    ///   rows of another table with.
    package init(
        _ bundle: ModelBundle, _ data: TrainingData, path: String,
        training: (data: TrainingData, path: String)? = nil
    ) throws(TrainingError) {
        let negatives = data.labels.count - data.positiveCount
        guard min(data.positiveCount, negatives) > 0 else {
            throw .tooFewRows(
                path: path, positives: data.positiveCount, negatives: negatives, least: 1)
        }
        var scorer = bundle.scorer
        let predictions = Predictions(
            singlePrecision: data.records.map { scorer.score($0).probability },
            labels: data.labels)
        let provenance = Provenance(bundle.manifest.provenance)
        let groups = try RowGroups(data, by: provenance?.groupedBy)
        let seeds = RandomSeeds(provenance?.seed ?? 0)
        func measures(_ rows: [Int]) -> HoldOutMeasures {
            HoldOutMeasures(
                predictions.rows(rows), thresholds: bundle.thresholds,
                groups: groups.map { groups in rows.map { groups.numbers[$0] } },
                seed: seeds.seed(of: .noiseFloor))
        }
        whole = measures(Array(data.labels.indices))
        guard let provenance else {
            holdOut = .unknown
            return
        }
        if provenance.dataSHA256 == data.sha256 {
            guard let rows = try provenance.holdOut(of: data) else {
                holdOut = .learned
                return
            }
            let found = measures(rows)
            let stated = bundle.manifest.metrics["hold_out"]?.asObject
            holdOut = .measured(found, isAsStated: HoldOutFigures(found).object == stated)
            return
        }
        guard let training else {
            holdOut = .otherFile(
                isLikelyCopy: provenance.rowCount == data.records.count
                    && provenance.positiveCount == data.positiveCount)
            return
        }
        guard training.data.sha256 == provenance.dataSHA256 else {
            throw .notTheTraining(path: training.path)
        }
        let overlap = TableOverlap(
            of: data, with: training.data, heldOut: try provenance.holdOut(of: training.data) ?? [])
        let hasBoth = Set(overlap.unlearned.map { data.labels[$0] }).count == 2
        holdOut = .compared(overlap, hasBoth ? measures(overlap.unlearned) : nil)
    }
}
