internal import Bytes
internal import HTTP
package import JSON
internal import Models

/// The fields of an answer that report the quota (draft-ietf-httpapi-ratelimit-headers).
package struct QuotaFields {
    private let quotaLimit: Int
    /// What follows the limit.
    private let rest: [UInt8]

    /// - Parameter quotaLimit: of callers that have no other.
    package init(quotaLimit: Int, windowSeconds: Int) {
        self.quotaLimit = quotaLimit
        rest = Array(";w=\(windowSeconds)\r\nRateLimit: \"hourly\";r=".utf8)
    }

    /// - Parameter limit: of the caller; nil: the usual one.
    package func append(
        limit: Int?, left: Int, resetSeconds: Int, to fields: inout [UInt8]
    ) {
        fields.appendLiteral("RateLimit-Policy: \"hourly\";q=")
        fields.appendDecimal(limit ?? quotaLimit)
        fields.appendBytes(rest.span)
        fields.appendDecimal(left)
        fields.appendLiteral(";t=")
        fields.appendDecimal(resetSeconds)
        fields.appendLiteral("\r\n")
    }
}

/// Writes the content of an answer with a prediction.
package struct PredictionWriter {
    private var timestamp = TimestampText()

    package init() {}

    /// Writes the content; without an identifier in the body, `customer_id` is the token's subject.
    package mutating func append(
        _ prediction: Prediction, subject: Span<UInt8>, modelName: Span<UInt8>,
        requestID: Span<UInt8>, unixMilliseconds: Int64, showsProbability: Bool = true,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.name("customer_id")
        if prediction.customerID.isEmpty {
            writer.string(subject)
        } else {
            writer.string(prediction.customerID.span)
        }
        writer.name("churn_prediction")
        writer.bool(prediction.isPositive)
        if showsProbability {
            writer.name("churn_probability")
            writer.probability(prediction.probability)
        }
        writer.name("risk_level")
        writer.string(prediction.risk.rawValue)
        // Reasons add up to the probability.
        if showsProbability, let explanation = prediction.explanation {
            writer.explanation(explanation)
        }
        if !prediction.outOfRange.isEmpty {
            writer.name("out_of_range")
            writer.beginArray()
            for field in prediction.outOfRange { writer.string(field) }
            writer.endArray()
        }
        writer.name("timestamp")
        let time = timestamp.bytes(unixMilliseconds: unixMilliseconds)
        writer.string(time.span)
        writer.name("model_version")
        writer.string(modelName)
        writer.name("request_id")
        writer.string(requestID)
        writer.endObject()
    }
}
