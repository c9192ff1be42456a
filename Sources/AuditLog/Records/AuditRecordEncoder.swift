internal import Bytes
internal import OpenSSL

/// Writes the bodies of one reactor's records: everything but the places in the chain, which only
/// the log knows.
///
/// Not Sendable, because its contexts may be used by one thread at a time. What is the same in all
/// records of a millisecond is rendered once.
package final class AuditRecordEncoder {
    private var subjectMAC: HMACSHA256
    private var customerMAC: HMACSHA256
    private let reactor: Int
    private var predictionStart: [UInt8] = []
    private var refusalStart: [UInt8] = []
    private var startMilliseconds = Int64.min

    /// - Parameter reactor: its number, which every record names.
    package init(keys: AuditKeys, reactor: Int) {
        subjectMAC = HMACSHA256(key: keys.subject.span)
        customerMAC = HMACSHA256(key: keys.customer.span)
        self.reactor = reactor
    }

    package func appendPrediction(
        _ prediction: borrowing AuditedPrediction, to batch: inout AuditBatch
    ) {
        renderStarts(prediction.caller.unixMilliseconds)
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: predictionStart)
        appendCaller(prediction.caller, to: &batch.bytes)
        batch.bytes.appendBytes(prediction.model.members.span)
        appendBodyDigest(prediction.bodyDigest, to: &batch.bytes)
        if let row = prediction.row { batch.bytes.appendMember(",\"row\":", row) }
        // No real schema has fields that take more; the record stays in bounds.
        if 1...AuditLimits.featuresBytesMax ~= prediction.features.count {
            batch.bytes.appendLiteral(",\"features\":")
            batch.bytes.appendBytes(prediction.features)
        }
        batch.bytes.appendLiteral(",\"probability\":")
        batch.bytes.appendProbability(prediction.probability)
        batch.bytes.appendLiteral(",\"probability_bits\":\"")
        batch.bytes.appendHexadecimal(prediction.probability.bitPattern)
        batch.bytes.appendLiteral("\",\"risk\":\"")
        batch.bytes.append(contentsOf: prediction.risk.utf8)
        batch.bytes.appendLiteral("\",\"status\":200")
        batch.endBody(from: start)
    }

    package func appendRefusal(
        _ refusal: borrowing AuditedRefusal, to batch: inout AuditBatch
    ) {
        renderStarts(refusal.caller.unixMilliseconds)
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: refusalStart)
        appendCaller(refusal.caller, to: &batch.bytes)
        if let digest = refusal.bodyDigest { appendBodyDigest(digest, to: &batch.bytes) }
        batch.bytes.appendMember(",\"status\":", refusal.reason.status)
        batch.bytes.appendMember(",\"reason\":\"", refusal.reason.rawValue.utf8.span)
        batch.endBody(from: start)
    }

    private func appendCaller(_ caller: borrowing AuditedCaller, to bytes: inout [UInt8]) {
        // A request id has only bytes that JSON takes as they are.
        bytes.appendBytes(caller.requestID)
        bytes.appendLiteral("\"")
        if !caller.traceID.isEmpty { bytes.appendMember(",\"trace_id\":\"", caller.traceID) }
        bytes.appendPeer(caller.peer, proxy: caller.proxy)
        bytes.appendClient(caller.clientName)
        bytes.appendMember(
            ",\"subject\":\"",
            pseudonym: subjectMAC.digest(of: caller.subject, kept: caller.subjectMAC))
        if !caller.tokenID.isEmpty {
            bytes.appendLiteral(",\"jti\":")
            bytes.appendQuoted(caller.tokenID)
        }
        if !caller.customerID.isEmpty {
            bytes.appendMember(
                ",\"customer\":\"", pseudonym: customerMAC.digest(of: caller.customerID))
        }
    }

    private func appendBodyDigest(_ digest: InlineArray<32, UInt8>, to bytes: inout [UInt8]) {
        bytes.appendLiteral(",\"body_sha256\":\"")
        bytes.appendHexadecimal(digest.span)
        bytes.appendLiteral("\"")
    }

    private func renderStarts(_ unixMilliseconds: Int64) {
        guard unixMilliseconds != startMilliseconds else { return }
        startMilliseconds = unixMilliseconds
        render(.prediction, into: &predictionStart)
        render(.refusal, into: &refusalStart)
    }

    private func render(_ event: AuditEvent, into start: inout [UInt8]) {
        start.removeAll(keepingCapacity: true)
        start.appendBodyStart(event, unixMilliseconds: startMilliseconds)
        start.appendMember(",\"reactor\":", reactor)
        start.appendLiteral(",\"request_id\":\"")
    }
}

extension AuditBatch {
    fileprivate mutating func endBody(from start: Int) {
        precondition(
            bytes.count - start <= AuditLimits.bodyBytesMax, "a record that is too long")
        ends.append(bytes.count)
    }
}
