package import JSON
package import Measures
internal import XGBoost

/// What the manifest says of how good a model is, how that was found, and what it was made of.
/// There is no time, host or path in it.
struct ManifestFigures {
    let options: TrainingOptions
    let plan: FoldPlan
    let comparison: Comparison
    let selection: Selection
    /// The column whose rows of one value were kept together.
    let groupedBy: String?

    func metrics(_ holdOut: HoldOutMeasures) -> JSONObject {
        let selected = comparison.results[selection.chosen]
        var folds: [(name: String, value: JSONValue)] = [
            ("folds", .number(Double(options.foldCount))),
            ("repeats", .number(Double(options.repeatCount))),
        ]
        for measure in Measure.all {
            guard let spread = selected.folds.spread(measure) else { continue }
            folds.append((measure.key, ManifestFigures.value(spread)))
        }
        return JSONObject(members: [
            (
                "method",
                .string(
                    "hold_out: rows that neither training nor selection saw; cross_validation: "
                        + "repeated stratified folds of the others, one model without each fold")
            ),
            ("hold_out", .object(HoldOutFigures(holdOut).object)),
            ("cross_validation", .object(folds)),
            ("candidates", .array(comparison.results.map { candidate($0, selected) })),
        ])
    }

    func provenance(
        _ data: TrainingData, recipe: Recipe, settings: [XGBoostSetting]
    ) -> JSONObject {
        let learnedCount = options.refits ? data.records.count : plan.learning.count
        let parameters = settings.map { (name: $0.name, value: JSONValue.string($0.value)) }
        let grouping = groupedBy.map { [(Provenance.groupedBy, JSONValue.string($0))] } ?? []
        return JSONObject(
            members: [
                (Provenance.dataSHA256, .string(data.sha256)),
                (Provenance.rows, .number(Double(data.records.count))),
                (Provenance.positives, .number(Double(data.positiveCount))),
                (Provenance.seed, .string("\(options.seed)")),
                (Provenance.holdOutRows, .number(Double(plan.holdOut.count))),
                (Provenance.learnedRows, .number(Double(learnedCount))),
                ("candidate", .string(options.candidates[selection.chosen].rawValue)),
                ("resample", .string(options.balancing.resampling.rawValue)),
                ("class_weight", .string(options.balancing.classWeight.rawValue)),
                ("search_trials", .number(Double(options.search.trials))),
                ("library", .string("XGBoost \(XGBoostLibrary.version)")),
                ("rounds", .number(Double(recipe.roundsMax))),
                ("parameters", .object(parameters)),
            ] + grouping)
    }

    private func candidate(_ result: CandidateResult, _ selected: CandidateResult) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = [
            ("name", .string(result.candidate.rawValue)),
            ("settings", .string(result.settings)),
        ]
        for measure in [Measure.rocAUC, .logLoss] {
            guard let spread = result.folds.spread(measure) else { continue }
            members.append((measure.key, ManifestFigures.value(spread)))
        }
        for measure in [Measure.rocAUC, .logLoss] where result != selected {
            guard let difference = result.folds.difference(from: selected.folds, measure) else {
                continue
            }
            members.append(
                (
                    "\(measure.key)_less_selected",
                    .object([
                        ("mean", .rounded(difference.spread.mean)),
                        ("sd", .rounded(difference.spread.deviation)),
                        ("folds_above", .number(Double(difference.above))),
                        ("folds_below", .number(Double(difference.below))),
                    ])
                ))
        }
        return .object(members)
    }

    private static func value(_ spread: Spread) -> JSONValue {
        .object([
            ("mean", .rounded(spread.mean)), ("sd", .rounded(spread.deviation)),
        ])
    }
}

/// The figures of a model on rows it did not learn, as a manifest has them.
package struct HoldOutFigures: Equatable, Sendable {
    package let object: JSONObject

    package init(_ holdOut: HoldOutMeasures) {
        var members: [(name: String, value: JSONValue)] = [
            ("rows", .number(Double(holdOut.measures.count))),
            ("positives", .number(Double(holdOut.measures.positiveCount))),
        ]
        for measure in Measure.all {
            guard let value = holdOut.measures.value(measure) else { continue }
            members.append((measure.key, .rounded(value)))
        }
        members.append(("ece_of_a_perfect_model", .rounded(holdOut.noiseFloor.mean)))
        object = JSONObject(members: members)
    }
}

extension JSONValue {
    /// To six decimals: what lies after differs between math libraries and means nothing.
    fileprivate static func rounded(_ value: Double) -> JSONValue {
        .number((value * 1e6).rounded(.toNearestOrEven) / 1e6)
    }
}
