internal import Bundle
internal import Features
internal import JSON
internal import Models

/// What a bundle holds, as JSON.
struct BundleDocument {
    let value: JSONValue

    init(_ bundle: ModelBundle) {
        func texts(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
        let thresholds = bundle.thresholds
        value = .object([
            ("model", .string(bundle.fullName)),
            ("sha256", .string(bundle.sha256)),
            ("booster", .string(bundle.boosterText)),
            ("objective", .string(bundle.ensemble.objective.rawValue)),
            ("link", .string(bundle.linkText)),
            ("base_margin", .number(Double(bundle.ensemble.baseMargin))),
            ("calibration", bundle.calibration.json),
            (
                "thresholds",
                .object([
                    ("decision", .number(Double(thresholds.decision))),
                    ("high", .number(Double(thresholds.high))),
                    ("medium", .number(Double(thresholds.medium))),
                ])
            ),
            ("golden_rows", .number(Double(bundle.goldenRowCount))),
            ("fields", texts(bundle.schema.fields.map(\.name))),
            ("derived", texts(bundle.schema.derived.map(\.name))),
            ("not_shown", texts(bundle.encoding.omissions)),
            (
                "columns",
                .array(bundle.encoding.columns.map { BundleDocument.column($0, bundle.schema) })
            ),
            ("metrics", .object(bundle.manifest.metrics)),
            ("provenance", .object(bundle.manifest.provenance)),
        ])
    }

    private static func column(_ column: FeatureEncoding.Column, _ schema: Schema) -> JSONValue {
        let feature = schema.features[column.feature]
        var members: [(name: String, value: JSONValue)] = [
            ("name", .string(column.name)), ("feature", .string(feature.name)),
        ]
        switch column.content {
        case .number: members.append(("shows", .string("number")))
        case .presence(let place):
            members += [
                ("shows", .string("presence")), ("of", .string(feature.values?[place] ?? "")),
            ]
        case .code(let order):
            members += [
                ("shows", .string("code")), ("order", .array(order.map(JSONValue.string))),
            ]
        }
        members += [("mean", .number(column.mean)), ("scale", .number(column.scale))]
        return .object(members)
    }
}
