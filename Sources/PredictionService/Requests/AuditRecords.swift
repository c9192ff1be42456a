internal import AuditLog
internal import HTTP
internal import JWT
internal import Models
internal import POSIX
internal import Telemetry

extension AuditRecordEncoder {
    /// Appends the record of what a request is about to be answered with; nothing for what the log
    /// does not hold.
    func append(_ request: PredictionRequest, to batch: inout AuditBatch) {
        if let trace = request.reply.trace {
            append(request, traceID: trace.traceID, to: &batch)
        } else {
            let none: [UInt8] = []
            append(request, traceID: none.span, to: &batch)
        }
    }

    private func append(
        _ request: PredictionRequest, traceID: Span<UInt8>, to batch: inout AuditBatch
    ) {
        let requestID = request.reply.requestID
        let peer = request.reply.peer
        let subject = request.token.subject
        let tokenID = request.token.tokenID ?? []
        let customerID = request.customerID ?? []
        let caller = AuditedCaller(
            unixMilliseconds: request.unixMilliseconds, requestID: requestID.bytes,
            traceID: traceID, peer: peer.bytes, subject: subject.span,
            tokenID: tokenID.span, customerID: customerID.span)
        switch request.answer {
        case .undecided: break
        case .prediction(let prediction, left: _, resetSeconds: _):
            guard let digest = request.bodyDigest else {
                preconditionFailure("a prediction that is recorded has a body")
            }
            let features = prediction.features
            appendPrediction(
                AuditedPrediction(
                    caller: caller, model: request.scorer.audited, bodyDigest: digest,
                    features: features.span, probability: prediction.probability,
                    risk: prediction.risk.rawValue),
                to: &batch)
        case .refusal(let failure):
            guard let reason = failure.recordedReason else { break }
            appendRefusal(
                AuditedRefusal(caller: caller, bodyDigest: request.bodyDigest, reason: reason),
                to: &batch)
        }
    }
}

extension ServiceFailure {
    /// Why a caller who is known was refused, as the audit log words it; nil for what it does not
    /// hold.
    var recordedReason: AuditedRefusal.Reason? {
        switch self {
        case .revoked: .tokenRevoked
        case .insufficientScope: .insufficientScope
        case .rateLimited: .rateLimited
        case .rejected, .unknownPath, .methodNotAllowed, .unsupportedContentType,
            .unsupportedContentEncoding, .bodyTooLarge, .lengthRequired, .repeatedAuthorization,
            .missingToken, .malformedCredentials, .token, .body, .invalidRecord, .undecided,
            .unrecorded, .invalidCommand, .commandUnrecorded, .model, .revocationsElsewhere,
            .tooManyRevocations:
            nil
        }
    }

    /// The same for callers of whom nothing is known, who are only counted.
    var countedReason: AuditRefusalReason? {
        switch self {
        case .missingToken: .missingToken
        case .malformedCredentials: .invalidToken
        case .token(.expired): .tokenExpired
        case .token: .invalidToken
        case .rejected, .unknownPath, .methodNotAllowed, .unsupportedContentType,
            .unsupportedContentEncoding, .bodyTooLarge, .lengthRequired, .repeatedAuthorization,
            .insufficientScope, .body, .invalidRecord, .revoked, .rateLimited, .undecided,
            .unrecorded, .invalidCommand, .commandUnrecorded, .model, .revocationsElsewhere,
            .tooManyRevocations:
            nil
        }
    }
}
