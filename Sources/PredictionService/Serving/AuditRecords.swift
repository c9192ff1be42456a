internal import AuditLog
internal import HTTP
internal import JWT
internal import Models
internal import POSIX
internal import Telemetry

extension AuditRecordEncoder {
    /// Appends the record of what a call is about to be answered with; nothing for what the log
    /// does not hold.
    func append(_ call: Call, to batch: inout AuditBatch) {
        if let trace = call.trace {
            append(call, traceID: trace.traceID, to: &batch)
        } else {
            let none: [UInt8] = []
            append(call, traceID: none.span, to: &batch)
        }
    }

    private func append(_ call: Call, traceID: Span<UInt8>, to batch: inout AuditBatch) {
        let requestID = call.requestID
        let peer = call.peer
        let subject = call.subject
        let tokenID = call.tokenID
        let customerID = call.prediction.customerID
        let caller = AuditedCaller(
            unixMilliseconds: call.unixMilliseconds, requestID: requestID.bytes, traceID: traceID,
            peer: peer.bytes, subject: subject.span, tokenID: tokenID.span,
            customerID: customerID.span)
        if let refusal = call.refusal {
            guard let reason = refusal.row.recorded else { return }
            return appendRefusal(
                AuditedRefusal(caller: caller, bodyDigest: call.bodyDigest, reason: reason),
                to: &batch)
        }
        guard let digest = call.bodyDigest else {
            preconditionFailure("a prediction that is recorded has a body")
        }
        let features = call.prediction.features
        appendPrediction(
            AuditedPrediction(
                caller: caller, model: call.scorer.audited, bodyDigest: digest,
                features: features.span, probability: call.prediction.probability,
                risk: call.prediction.risk.rawValue),
            to: &batch)
    }
}
