internal import Bytes
package import Features
package import JSON
package import Models

/// What `manifest.json` says of a bundle. Nothing in it differs from run to run: the same input
/// makes the same bytes.
package struct Manifest: Equatable, Sendable {
    /// The version of the bundle's format this program writes and reads.
    package static let format = 1
    /// The farthest a mean contribution lies from zero, so that all sums are finite.
    static let contributionMagnitudeMax = 1e30

    package let name: String
    package let version: String
    package let schema: Schema
    package let encoding: FeatureEncoding
    package let calibration: Calibration
    package let thresholds: Thresholds
    /// What each column added to the margin on average, over the rows that the model learned from,
    /// in the encoding's order; nil where that is not known, and no reasons can be given.
    package let meanContributions: [Double]?
    /// How good the model is and how that was found; shown, not interpreted.
    package let metrics: JSONObject
    /// What the model was made of; shown, not interpreted.
    package let provenance: JSONObject
    /// SHA-256 of `model.json` and of `golden.jsonl`, 64 lower-case hexadecimal digits each.
    package let modelSHA256: String
    package let goldenSHA256: String

    package init(
        name: String, version: String, schema: Schema, encoding: FeatureEncoding,
        calibration: Calibration, thresholds: Thresholds, meanContributions: [Double]? = nil,
        metrics: JSONObject, provenance: JSONObject, modelSHA256: String, goldenSHA256: String
    ) {
        self.name = name
        self.version = version
        self.schema = schema
        self.encoding = encoding
        self.calibration = calibration
        self.thresholds = thresholds
        self.meanContributions = meanContributions
        self.metrics = metrics
        self.provenance = provenance
        self.modelSHA256 = modelSHA256
        self.goldenSHA256 = goldenSHA256
    }

    /// The document, its members in a fixed order.
    package var document: JSONValue {
        let contributions = meanContributions.map { means in
            [("mean_contributions", JSONValue.array(means.map { .number($0) }))]
        }
        return .object(
            [
                ("format", .number(Double(Manifest.format))),
                ("name", .string(name)),
                ("version", .string(version)),
                (
                    "sha256",
                    .object([
                        (BundleFile.golden.rawValue, .string(goldenSHA256)),
                        (BundleFile.model.rawValue, .string(modelSHA256)),
                    ])
                ),
                ("calibration", calibrationDocument),
                (
                    "thresholds",
                    .object([
                        ("decision", .number(thresholds.decision)),
                        ("high", .number(thresholds.high)),
                        ("medium", .number(thresholds.medium)),
                    ])
                ),
                ("metrics", .object(metrics)),
                ("provenance", .object(provenance)),
                ("schema", schema.document),
                ("encoding", encoding.document),
            ] + (contributions ?? []))
    }

    private var calibrationDocument: JSONValue {
        switch calibration {
        case .none: .object([("method", .string("none"))])
        case .platt(let slope, let intercept):
            .object([
                ("method", .string("platt")), ("slope", .number(slope)),
                ("intercept", .number(intercept)),
            ])
        }
    }

    /// Whether `text` can name a model or a version, alone and in a path: at most
    /// `ModelLimits.nameBytesMax` of `[A-Za-z0-9._-]`, not beginning with a dot.
    package static func isName(_ text: String, limits: ModelLimits = ModelLimits()) -> Bool {
        guard 1...limits.nameBytesMax ~= text.utf8.count, !text.hasPrefix(".") else { return false }
        return text.utf8.allSatisfy(ASCII.isName)
    }
}

extension Manifest {
    /// Whether `text` is a SHA-256 as manifests, `active` and the operations listener spell it.
    package static func isSHA256(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy(ASCII.isLowercaseHexadecimal)
    }

    /// What does not agree in the manifest though the model can be served; nil where nothing is
    /// known. A decision threshold other than the one that the figures were computed at was changed
    /// after training, and precision and recall are not those that callers get.
    package var remark: String? {
        guard
            let stated = metrics["hold_out"]?.asObject?["threshold_at_decision"]?.asNumber,
            // Figures are rounded to six decimals.
            (stated - thresholds.decision).magnitude > 5.1e-7
        else { return nil }
        return "manifest.json: thresholds.decision is \(thresholds.decision), but the figures in "
            + "metrics.hold_out are those of \(stated)"
    }
}
