internal import AuditLog
package import Behaviour
package import Bundle
internal import Bytes
internal import Features
package import Models
internal import RecordFormats
package import Telemetry

/// A loaded model with one worker's memory for reading records and scoring them.
package final class Scorer {
    /// The model's own name and version.
    package var model: (name: String, version: String) { (bundle.name, bundle.version) }
    /// The fields that it takes.
    /// Reads inference requests for it; made for the first of them.
    private(set) lazy var inferences = OpenInferenceReader(schema: bundle.schema)
    let bundle: ModelBundle
    var schema: Schema { bundle.schema }
    /// `name/version` in UTF-8, as answers carry it.
    package let modelName: [UInt8]
    /// The model as the audit log names it.
    let audited: AuditedModel
    /// Under which the worker counts its predictions; nil where none are counted.
    package let series: ModelSeries?
    private let featureText: FeatureText?
    /// For hashes of records; nil where subjects have no baselines.
    private let traitsKey: UInt64?
    private var scorer: ModelScorer
    private var explainer: Explainer?

    /// - Parameters:
    ///   - recordsFeatures: whether predictions carry the customer's values.
    ///   - traitsKey: under which predictions carry the traits of the record; nil: they do not.
    package init(
        bundle: ModelBundle, recordsFeatures: Bool = false, series: ModelSeries? = nil,
        traitsKey: UInt64? = nil
    ) {
        self.traitsKey = traitsKey
        self.bundle = bundle
        self.series = series
        modelName = Array(bundle.fullName.utf8)
        audited = AuditedModel(name: bundle.fullName, digest: bundle.sha256)
        featureText = recordsFeatures ? FeatureText(schema: bundle.schema) : nil
        scorer = bundle.scorer
        explainer = bundle.explainer
    }

    /// Whether it can say why a customer has a probability.
    var givesReasons: Bool { explainer != nil }

    /// Scores the customer in a body; `stages` gets how long reading and scoring took.
    ///
    /// - Parameter reasons: how many are wanted; only where it gives reasons. Nil: none.
    package func score(
        _ body: Span<UInt8>, _ stages: inout StageTimes, reasons: ReasonCount? = nil,
        into prediction: inout Prediction
    ) throws(ServiceFailure) {
        try Scorer.read(body, &scorer, &stages, &prediction)
        let probability = scorer.score().probability
        prediction.probability = probability
        prediction.isPositive = bundle.isPositive(probability)
        prediction.risk = bundle.riskLevel(probability)
        Scorer.complete(&prediction, of: &scorer, featureText, bundle)
        if let reasons { Scorer.explain(&prediction, by: &explainer, of: &scorer, reasons) }
        if let traitsKey { Scorer.addTraits(to: &prediction, of: &scorer, bundle, key: traitsKey) }
        stages.end(.score)
    }

    /// Reads a body, and throws as `score` would, but sets the customer's identifier only.
    package func validate(
        _ body: Span<UInt8>, _ stages: inout StageTimes, into prediction: inout Prediction
    ) throws(ServiceFailure) {
        try Scorer.read(body, &scorer, &stages, &prediction)
    }

    // These get the scorer as `inout`: to read a property of one that is a property of a class, all
    // of it is copied, which took 4 % of a prediction.

    private static func read(
        _ body: Span<UInt8>, _ scorer: inout ModelScorer, _ stages: inout StageTimes,
        _ prediction: inout Prediction
    ) throws(ServiceFailure) {
        let isValid: Bool
        do throws(BodyError) {
            isValid = try scorer.decode(body)
        } catch {
            throw .body(error)
        }
        stages.end(.decode)
        guard isValid else { throw .invalidRecord(scorer.violations) }
        prediction.customerID.removeAll(keepingCapacity: true)
        guard let identifier = scorer.identifier else { return }
        prediction.customerID.appendBytes(identifier.span)
    }

    private static func explain(
        _ prediction: inout Prediction, by explainer: inout Explainer?,
        of scorer: inout ModelScorer, _ count: ReasonCount
    ) {
        guard var explained = explainer.take() else { return }
        scorer.explain(by: &explained)
        prediction.explanation = explained.explanation(count)
        explainer = explained
    }

    private static func complete(
        _ prediction: inout Prediction, of scorer: inout ModelScorer, _ featureText: FeatureText?,
        _ bundle: ModelBundle
    ) {
        if let featureText {
            prediction.features.removeAll(keepingCapacity: true)
            featureText.append(scorer.record, to: &prediction.features)
        }
        if !scorer.outOfRange.isEmpty {
            prediction.outOfRange = scorer.outOfRange.map { bundle.schema.fields[$0].name }
        }
    }
}

extension Scorer {
    private static func addTraits(
        to prediction: inout Prediction, of scorer: inout ModelScorer, _ bundle: ModelBundle,
        key: UInt64
    ) {
        let record = scorer.record
        let sketch = RecordSketch(
            of: record.values.span, fieldCount: bundle.schema.fields.count, key: key)
        let (probability, thresholds) = (prediction.probability, bundle.thresholds)
        let distance = min(
            abs(probability - Float(thresholds.high)), abs(probability - Float(thresholds.medium)))
        let identifier = prediction.customerID
        prediction.traits = RecordTraits(
            identifier: identifier.span, sketch: sketch,
            isNearThreshold: distance <= RecordTraits.closeness, key: key)
    }
}

/// What is answered for one customer.
package struct Prediction: Equatable, Sendable {
    /// Empty when the body had none.
    package var customerID: [UInt8]
    /// Calibrated and not rounded.
    package var probability: Float
    package var isPositive: Bool
    package var risk: RiskLevel
    /// The customer's values as a JSON object, where they are recorded; else empty.
    package var features: [UInt8] = []
    /// Nil where subjects have no baselines.
    package var traits: RecordTraits?
    /// Fields with a number beyond their bounds, in the schema's order.
    package var outOfRange: [String]
    /// Nil where no reasons are asked for.
    package var explanation: Explanation?

    package init(
        customerID: [UInt8] = [], probability: Float = 0, isPositive: Bool = false,
        risk: RiskLevel = .low, outOfRange: [String] = []
    ) {
        self.customerID = customerID
        self.probability = probability
        self.isPositive = isPositive
        self.risk = risk
        self.outOfRange = outOfRange
    }

    /// Forgets the customer, but for the memory that it took.
    mutating func removeAll() {
        customerID.removeAll(keepingCapacity: true)
        features.removeAll(keepingCapacity: true)
        if !outOfRange.isEmpty { outOfRange = [] }
        traits = nil
        if explanation != nil { explanation = nil }
    }
}
