internal import AuditLog
package import Bundle
internal import Features
package import Models
package import Telemetry

/// A loaded model with one reactor's memory for reading records and scoring them.
package final class Scorer {
    /// The model's own name and version.
    package var model: (name: String, version: String) { (bundle.name, bundle.version) }
    private let bundle: ModelBundle
    /// `name/version` in UTF-8, as answers carry it.
    package let modelName: [UInt8]
    /// The model as the audit log names it.
    let audited: AuditedModel
    /// Under which the reactor counts its predictions; nil where none are counted.
    package let series: ModelSeries?
    private let featureText: FeatureText?
    private var scorer: ModelScorer

    /// - Parameter recordsFeatures: whether predictions carry the customer's values.
    package init(
        bundle: ModelBundle, recordsFeatures: Bool = false, series: ModelSeries? = nil
    ) {
        self.bundle = bundle
        self.series = series
        modelName = Array(bundle.fullName.utf8)
        audited = AuditedModel(name: bundle.fullName, digest: bundle.sha256)
        featureText = recordsFeatures ? FeatureText(schema: bundle.schema) : nil
        scorer = bundle.scorer
    }

    /// The prediction for the customer in a body, and in `stages` how long reading and scoring
    /// took.
    package func score(
        _ body: Span<UInt8>, _ stages: inout StageTimes
    ) throws(ServiceFailure) -> Prediction {
        try read(body, &stages)
        let probability = scorer.score().probability
        defer { stages.end(.score) }
        return Prediction(
            customerID: scorer.identifier, probability: probability,
            isPositive: bundle.isPositive(probability), risk: bundle.riskLevel(probability),
            features: featureText?.json(of: scorer.record) ?? [],
            outOfRange: scorer.outOfRange.isEmpty
                ? [] : scorer.outOfRange.map { bundle.schema.fields[$0].name })
    }

    /// The customer's identifier in a body that `score` would have a prediction for; nil when it
    /// has none. Throws as `score` would.
    package func customerID(
        in body: Span<UInt8>, _ stages: inout StageTimes
    ) throws(ServiceFailure) -> [UInt8]? {
        try read(body, &stages)
        return scorer.identifier
    }

    private func read(
        _ body: Span<UInt8>, _ stages: inout StageTimes
    ) throws(ServiceFailure) {
        let isValid: Bool
        do throws(BodyError) {
            isValid = try scorer.decode(body)
        } catch {
            throw .body(error)
        }
        stages.end(.decode)
        guard isValid else { throw .invalidRecord(scorer.violations) }
    }
}

/// What is answered for one customer.
package struct Prediction: Equatable, Sendable {
    /// Nil when the body had none.
    package let customerID: [UInt8]?
    /// Calibrated and not rounded.
    package let probability: Float
    package let isPositive: Bool
    package let risk: RiskLevel
    /// The customer's values as a JSON object, where they are recorded; else empty.
    package let features: [UInt8]
    /// Fields with a number beyond their bounds, in the schema's order.
    package let outOfRange: [String]

    package init(
        customerID: [UInt8]?, probability: Float, isPositive: Bool, risk: RiskLevel,
        features: [UInt8] = [], outOfRange: [String] = []
    ) {
        self.customerID = customerID
        self.probability = probability
        self.isPositive = isPositive
        self.risk = risk
        self.features = features
        self.outOfRange = outOfRange
    }
}
