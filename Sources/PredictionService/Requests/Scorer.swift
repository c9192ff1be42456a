internal import Features
package import Models

/// A loaded model with one reactor's memory for reading records and scoring them.
package final class Scorer {
    private let bundle: ModelBundle
    /// `name/version` in UTF-8, as answers carry it.
    package let modelName: [UInt8]
    private var decoder: RecordDecoder
    private var row: [Float]

    package init(bundle: ModelBundle) {
        self.bundle = bundle
        modelName = Array(bundle.fullName.utf8)
        decoder = RecordDecoder(schema: bundle.schema)
        row = [Float](repeating: 0, count: bundle.encoding.columnCount)
    }

    /// The prediction for the customer in a body.
    package func score(_ body: Span<UInt8>) throws(ServiceFailure) -> Prediction {
        let isValid: Bool
        do throws(BodyError) {
            isValid = try decoder.decode(body)
        } catch {
            throw .body(error)
        }
        guard isValid else { throw .invalidRecord(decoder.violations) }
        bundle.encoding.encode(decoder.record, into: &row)
        let margin = bundle.ensemble.margin(row.span)
        let probability = bundle.probability(fromMargin: margin)
        return Prediction(
            customerID: decoder.identifier, probability: probability,
            isPositive: bundle.isPositive(probability), risk: bundle.riskLevel(probability))
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

    package init(customerID: [UInt8]?, probability: Float, isPositive: Bool, risk: RiskLevel) {
        self.customerID = customerID
        self.probability = probability
        self.isPositive = isPositive
        self.risk = risk
    }
}
