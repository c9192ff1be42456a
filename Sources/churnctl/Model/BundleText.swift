internal import Bundle
internal import Features
internal import JSON
internal import Models

/// What there is to say of a bundle, line by line.
struct BundleText {
    private static let labelWidth = 13
    let lines: [String]

    init(_ bundle: ModelBundle) {
        var parts: [(label: String, text: String)] = [
            ("model", bundle.fullName),
            ("sha256", bundle.sha256),
            ("booster", bundle.boosterText),
            ("objective", "\(bundle.ensemble.objective.rawValue), \(bundle.linkText)"),
            ("base margin", "\(bundle.ensemble.baseMargin)"),
            ("calibration", bundle.calibrationText),
            ("thresholds", "\(bundle.thresholds)"),
            ("golden rows", "\(bundle.goldenRowCount), all reproduced"),
            ("fields", bundle.schema.fields.map(\.name).joined(separator: ", ")),
        ]
        if let remark = bundle.manifest.remark { parts.append(("remark", remark)) }
        if !bundle.schema.derived.isEmpty {
            parts.append(("derived", bundle.schema.derived.map(\.name).joined(separator: ", ")))
        }
        let omissions = bundle.encoding.omissions
        if !omissions.isEmpty {
            parts.append(("not shown", omissions.joined(separator: ", ")))
        }
        if let proof = BundleText.proof(bundle.manifest.provenance) {
            parts.append(("proof", proof))
        }
        var lines = parts.map { label, text in BundleText.line(label, text) }
        lines.append(BundleText.line("columns", "\(bundle.encoding.columnCount)"))
        lines += ColumnTable(bundle).lines
        for (label, object) in [
            ("metrics", bundle.manifest.metrics), ("provenance", bundle.manifest.provenance),
        ] {
            lines += BundleText.lines(label, object)
        }
        self.lines = lines
    }

    /// How the import of a model was verified, and what was visible in it; nil of a model that was
    /// trained here or imported before proofs were.
    private static func proof(_ provenance: JSONObject) -> String? {
        guard let proofs = provenance["proof"]?.asArray else { return nil }
        let texts = proofs.compactMap { proof -> String? in
            guard let proof = proof.asObject, let rows = proof["rows"]?.asNumber,
                let count = Int(exactly: rows)
            else { return nil }
            return proof["kind"]?.asString == "expect"
                ? "\(count) rows as expected" : "\(count) outcomes"
        }
        let seen = (provenance["suspicions"]?.asArray ?? []).compactMap(\.asString)
        return (texts.isEmpty ? "none" : texts.joined(separator: ", "))
            + (seen.isEmpty ? "" : ": \(seen.joined(separator: ", "))")
    }

    private static func line(_ label: String, _ text: String) -> String {
        label + String(repeating: " ", count: max(labelWidth - label.count, 1)) + text
    }

    /// The object as indented JSON without its braces.
    private static func lines(_ label: String, _ object: JSONObject) -> [String] {
        guard !object.members.isEmpty else { return [line(label, "none")] }
        let text = String(decoding: IndentedJSON.bytes(.object(object)), as: UTF8.self)
        return [label] + text.split(separator: "\n").dropFirst().dropLast().map { String($0) }
    }
}

/// The columns of an encoding: their names, and what each shows of a record.
private struct ColumnTable {
    let lines: [String]

    init(_ bundle: ModelBundle) {
        let features = bundle.schema.features
        let columns = bundle.encoding.columns
        let width = columns.map(\.name.count).max() ?? 0
        lines = columns.map { column in
            let feature = features[column.feature]
            let content =
                switch column.content {
                case .number: feature.name
                case .presence(let place): "\(feature.name) is \(feature.values?[place] ?? "")"
                case .code(let order):
                    "code of \(feature.name): \(order.joined(separator: ", "))"
                }
            let isScaled = column.mean != 0 || column.scale != 1
            let scaled = isScaled ? ", less \(column.mean), divided by \(column.scale)" : ""
            let gap = String(repeating: " ", count: width - column.name.count + 2)
            return "  \(column.name)\(gap)\(content)\(scaled)"
        }
    }
}

extension ModelBundle {
    /// One line that says what was loaded.
    var summary: String {
        "\(fullName), \(boosterText), \(ensemble.featureCount) features, "
            + "\(goldenRowCount) golden rows reproduced"
    }

    var boosterText: String {
        switch ensemble.booster {
        case .gblinear: "\(ensemble.booster.rawValue), a weight for each feature"
        case .gbtree, .dart:
            "\(ensemble.booster.rawValue), \(ensemble.treeCount) trees of depth \(ensemble.depth), "
                + (ensemble.isPadded ? "padded" : "linked")
        }
    }

    var linkText: String {
        switch ensemble.link {
        case .logistic: "probability 1 / (1 + e^-margin)"
        case .identity: "probability the margin itself, held between 0 and 1"
        }
    }

    fileprivate var calibrationText: String {
        switch calibration {
        case .none: "none"
        case .platt(let slope, let intercept): "platt, slope \(slope), intercept \(intercept)"
        }
    }
}
