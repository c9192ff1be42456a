internal import Bundle
internal import DataCheck
internal import JSON
internal import Measures
internal import Models
internal import Training

/// What `train --json` prints: what was found and what was written.
struct TrainingDocument {
    let outcome: TrainingOutcome
    let data: TrainingData
    let bundle: ModelBundle
    let directory: String
    let reportPath: String
    let foldsPath: String?

    var value: JSONValue {
        let plan = outcome.plan
        var members: [(name: String, value: JSONValue)] = [
            ("model", .string(bundle.fullName)),
            ("sha256", .string(bundle.sha256)),
            ("bundle", .string(directory)),
            ("report", .string(reportPath)),
            ("folds_table", foldsPath.map(JSONValue.string) ?? .null),
            ("rows", .number(Double(data.records.count))),
            ("positives", .number(Double(data.positiveCount))),
            ("hold_out_rows", .number(Double(plan.holdOut.count))),
            ("folds", .number(Double(plan.foldCount))),
            ("repeats", .number(Double(plan.repeatCount))),
            ("seed", .string("\(outcome.options.seed)")),
            ("grouped_by", outcome.groups.map { .string($0.column) } ?? .null),
            ("groups", outcome.groups.map { .number(Double($0.count)) } ?? .null),
        ]
        members += [
            ("chosen", .string(outcome.selected.candidate.rawValue)),
            ("settings", .string(outcome.model.recipe.summary)),
            ("calibration", outcome.model.calibration.json),
            ("candidates", .array(outcome.comparison.results.map(TrainingDocument.candidate))),
            ("hold_out", outcome.model.holdOut.json),
            ("warnings", .array(warnings)),
        ]
        return .object(members)
    }

    private var warnings: [JSONValue] {
        outcome.deciding.map { finding in
            .object([
                ("code", .string("deciding_column")), ("column", .string(finding.name)),
                ("roc_auc", .number(finding.area)),
            ])
        }
    }

    private static func candidate(_ result: CandidateResult) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = [
            ("name", .string(result.candidate.rawValue)),
            ("settings", .string(result.settings)),
            ("is_calibrated", .bool(result.isCalibrated)),
        ]
        if let trial = result.calibration {
            members += [
                ("calibration_gain", .number(trial.gain.mean)),
                ("calibration_gain_standard_error", .number(trial.standardError)),
            ]
        }
        for measure in [Measure.rocAUC, .prAUC, .logLoss, .brier, .calibrationError] {
            guard let spread = result.folds.spread(measure) else { continue }
            members.append(
                (
                    measure.key,
                    .object([
                        ("mean", .number(spread.mean)), ("sd", .number(spread.deviation)),
                    ])
                ))
        }
        return .object(members)
    }
}

extension HoldOutMeasures {
    /// The figures as a manifest names them, and the interval of the ROC-AUC.
    var json: JSONValue {
        let range = areaInterval.range
        let interval = JSONValue.array([.number(range.lowerBound), .number(range.upperBound)])
        return .object(
            JSONObject(
                members: HoldOutFigures(self).object.members
                    + [("roc_auc_95_percent_interval", interval)]))
    }
}

extension Calibration {
    /// As in a manifest.
    var json: JSONValue {
        switch self {
        case .none: .object([("method", .string("none"))])
        case .platt(let slope, let intercept):
            .object([
                ("method", .string("platt")), ("slope", .number(slope)),
                ("intercept", .number(intercept)),
            ])
        }
    }
}
