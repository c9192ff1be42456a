internal import Bundle
internal import Features
internal import JSON
internal import Models
internal import Tables

/// Writes predictions, a line each.
struct PredictionLines {
    private let form: RecordForm
    /// The model's name, between commas where it is a cell.
    private let modelName: [UInt8]
    /// Whether the schema takes numbers beyond its bounds, so that a table has a column for them.
    private let tellsOutOfRange: Bool
    private let reasons: ReasonCount?
    /// How many columns of a table have reasons.
    private let reasonColumns: Int

    init(form: RecordForm, model: ModelBundle, reasons: ReasonCount? = nil) {
        self.form = form
        self.reasons = reasons
        reasonColumns =
            switch reasons {
            case nil: 0
            case .strongest(let count): count
            case .all: model.explainer?.parts.count ?? 0
            }
        modelName = Array(model.fullName.utf8)
        tellsOutOfRange = model.schema.takesOutOfRange
    }

    /// What stands before the first line.
    var header: [UInt8] {
        switch form {
        case .csv: Array((names.joined(separator: ",") + "\n").utf8)
        case .ndjson: []
        }
    }

    private var names: [String] {
        let names = [
            "customer_id", "churn_probability", "churn_prediction", "risk_level", "model_version",
            "row",
        ]
        return names + (tellsOutOfRange ? ["out_of_range"] : [])
            + (reasons == nil ? [] : ["base_log_odds"])
            + (0..<reasonColumns).flatMap { ["reason_\($0 + 1)", "contribution_\($0 + 1)"] }
    }

    func append(_ prediction: ScoredRow, to bytes: inout [UInt8]) {
        switch form {
        case .csv: appendCells(prediction, to: &bytes)
        case .ndjson: appendObject(prediction, to: &bytes)
        }
    }

    private func appendObject(_ prediction: ScoredRow, to bytes: inout [UInt8]) {
        var writer = JSONWriter(appendingTo: bytes)
        bytes = []
        writer.beginObject()
        writer.name("customer_id")
        if let customerID = prediction.customerID {
            writer.string(customerID.span)
        } else {
            writer.null()
        }
        writer.name("churn_probability")
        writer.probability(prediction.probability)
        writer.name("churn_prediction")
        writer.bool(prediction.isPositive)
        writer.name("risk_level")
        writer.string(prediction.risk.rawValue)
        writer.name("model_version")
        writer.string(modelName.span)
        writer.name("row")
        writer.number(prediction.row)
        if !prediction.outOfRange.isEmpty {
            writer.name("out_of_range")
            writer.beginArray()
            for field in prediction.outOfRange { writer.string(field) }
            writer.endArray()
        }
        if let reasons, let explainer = prediction.explainer {
            writer.explanation(explainer.explanation(reasons))
        }
        writer.endObject()
        writer.newline()
        bytes = writer.finish()
    }

    private func appendCells(_ prediction: ScoredRow, to bytes: inout [UInt8]) {
        let comma = UInt8(ascii: ",")
        if let customerID = prediction.customerID { appendCell(customerID, to: &bytes) }
        bytes.append(comma)
        var writer = JSONWriter(appendingTo: bytes)
        bytes = []
        writer.probability(prediction.probability)
        bytes = writer.finish()
        bytes.append(comma)
        bytes += (prediction.isPositive ? "true" : "false").utf8
        bytes.append(comma)
        bytes += prediction.risk.rawValue.utf8
        bytes.append(comma)
        bytes += modelName
        bytes.append(comma)
        bytes += prediction.row.description.utf8
        if tellsOutOfRange {
            bytes.append(comma)
            appendCell(Array(prediction.outOfRange.joined(separator: ";").utf8), to: &bytes)
        }
        if let reasons, let explainer = prediction.explainer {
            appendReasons(explainer.reasons(reasons), base: explainer.base, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// A row with fewer reasons than columns has empty cells.
    private func appendReasons(_ reasons: [FieldReason], base: Double, to bytes: inout [UInt8]) {
        let comma = UInt8(ascii: ",")
        func append(_ contribution: Double, _ bytes: inout [UInt8]) {
            bytes.append(comma)
            var writer = JSONWriter(appendingTo: bytes)
            bytes = []
            writer.contribution(contribution)
            bytes = writer.finish()
        }
        append(base, &bytes)
        for place in 0..<reasonColumns {
            guard place < reasons.count else {
                bytes += [comma, comma]
                continue
            }
            bytes.append(comma)
            appendCell(Array(reasons[place].field.utf8), to: &bytes)
            append(reasons[place].contribution, &bytes)
        }
    }

    /// RFC 4180 §2.6 and §2.7: quoted where it must be. Neither an identifier nor a name has a
    /// control character.
    private func appendCell(_ text: [UInt8], to bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        guard text.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") }) else {
            bytes += text
            return
        }
        bytes.append(quote)
        for byte in text {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}

/// What is predicted for one row.
struct ScoredRow {
    let row: Int
    /// Nil where the row has none.
    let customerID: [UInt8]?
    /// Calibrated and not rounded.
    let probability: Float
    let isPositive: Bool
    let risk: RiskLevel
    /// Fields with a number beyond their bounds.
    let outOfRange: [String]
    /// What explained the row; nil where no reasons are asked for.
    let explainer: Explainer?
}
