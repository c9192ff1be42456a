internal import JSON
internal import Measures
internal import Training

/// An evaluation as `evaluate` prints it.
struct EvaluationText {
    private let evaluation: Evaluation
    private let model: String

    init(_ evaluation: Evaluation, model: String) {
        self.evaluation = evaluation
        self.model = model
    }

    var lines: [String] {
        let whole = MeasuresText(evaluation.whole).lines
        switch evaluation.holdOut {
        case .measured(let measures, let isAsStated):
            return ["\(model), hold-out, which neither training nor selection saw"]
                + MeasuresText(measures).lines
                + [
                    isAsStated
                        ? "  the figures are those of the manifest"
                        : "  the figures are not those of the manifest",
                    "", "\(model), whole table, most of which was learned from",
                ] + whole
        case .otherFile(let isLikelyCopy):
            return [
                "\(model), whole table, another file than the one it was trained on;",
                isLikelyCopy
                    ? "as many rows of each outcome as that: probably the same rows, most of them "
                        + "learned from"
                    : "the bundle does not show whether it has learned from rows of it",
                "(--training with the table it was trained on compares the rows)",
            ] + whole
        case .compared(let overlap, let measures):
            return [
                "\(model), another file than the one it was trained on; of its rows",
                "  \(overlap.learnedCount) have the values of rows that were learned from, "
                    + "\(overlap.heldOutCount) of rows that were held out, "
                    + "\(overlap.newCount) are new",
                "",
            ] + unlearned(overlap, measures)
                + ["", "\(model), whole table"] + whole
        case .learned:
            return ["\(model), whole table, all of which was learned from"] + whole
        case .unknown:
            return ["\(model), whole table; the manifest does not state what was held out"] + whole
        }
    }

    private func unlearned(_ overlap: TableOverlap, _ measures: HoldOutMeasures?) -> [String] {
        guard let measures else {
            return [
                "\(model), \(overlap.unlearned.count) rows that were not learned from: too few to "
                    + "measure, both outcomes are needed"
            ]
        }
        return ["\(model), rows that were not learned from"] + MeasuresText(measures).lines
    }

    var json: JSONValue {
        var members: [(name: String, value: JSONValue)] = [("model", .string(model))]
        switch evaluation.holdOut {
        case .measured(let measures, let isAsStated):
            members += [
                ("table", .string("training")), ("hold_out", measures.json),
                ("is_as_stated", .bool(isAsStated)),
            ]
        case .otherFile(let isLikelyCopy):
            members += [
                ("table", .string("other_file")), ("is_likely_copy", .bool(isLikelyCopy)),
            ]
        case .compared(let overlap, let measures):
            members += [
                ("table", .string("compared")),
                ("learned_rows", .number(Double(overlap.learnedCount))),
                ("held_out_rows", .number(Double(overlap.heldOutCount))),
                ("new_rows", .number(Double(overlap.newCount))),
                ("unlearned", measures?.json ?? .null),
            ]
        case .learned: members.append(("table", .string("learned")))
        case .unknown: members.append(("table", .string("unknown")))
        }
        members.append(("whole", evaluation.whole.json))
        return .object(members)
    }
}
