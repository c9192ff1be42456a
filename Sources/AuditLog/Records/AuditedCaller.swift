internal import Bytes
package import OpenSSL

/// Who asked, when, and under which names the request is known elsewhere. Where something is
/// optional, empty stands for nothing.
package struct AuditedCaller: ~Escapable {
    /// By the machine's clock; nothing depends on its order.
    package let unixMilliseconds: Int64
    /// Letters, digits, dots, dashes and underscores.
    package let requestID: Span<UInt8>
    /// The 32 lower-case hexadecimal digits of `traceparent`; optional.
    package let traceID: Span<UInt8>
    /// The IP address that the request came from, in digits, letters, dots and colons; optional.
    package let peer: Span<UInt8>
    /// The address of the trusted proxy that it came through last; optional.
    package let proxy: Span<UInt8>
    /// In the client's certificate; optional.
    package let clientName: TLSPeerName?
    /// The token's `sub`, of which the record has only an HMAC.
    package let subject: Span<UInt8>
    /// Where that HMAC is kept, if it is.
    package let subjectMAC: KeptMAC?
    /// The token's `jti`; optional.
    package let tokenID: Span<UInt8>
    /// The customer's identifier, of which the record has only an HMAC; optional.
    package let customerID: Span<UInt8>

    @_lifetime(
        copy requestID, copy traceID, copy peer, copy proxy, copy subject, copy tokenID,
        copy customerID)
    package init(
        unixMilliseconds: Int64, requestID: Span<UInt8>, traceID: Span<UInt8>,
        peer: Span<UInt8>, proxy: Span<UInt8>, clientName: TLSPeerName? = nil, subject: Span<UInt8>,
        subjectMAC: KeptMAC? = nil,
        tokenID: Span<UInt8>, customerID: Span<UInt8>
    ) {
        self.unixMilliseconds = unixMilliseconds
        self.requestID = requestID
        self.traceID = traceID
        self.peer = peer
        self.proxy = proxy
        self.clientName = clientName
        self.subject = subject
        self.subjectMAC = subjectMAC
        self.tokenID = tokenID
        self.customerID = customerID
    }
}

/// A prediction that is about to be answered with 200.
package struct AuditedPrediction: ~Escapable {
    package let caller: AuditedCaller
    package let model: AuditedModel
    /// The SHA-256 of the request's body.
    package let bodyDigest: InlineArray<32, UInt8>
    /// The place of the record that it is about among those of the request, from 0; nil for a
    /// request that is one record by itself.
    package let row: Int?
    /// The object of the model's fields, rendered as JSON; empty where features are not recorded.
    package let features: Span<UInt8>
    package let probability: Float
    /// As the answer words it; letters only.
    package let risk: String

    @_lifetime(copy caller, copy features)
    package init(
        caller: AuditedCaller, model: AuditedModel, bodyDigest: InlineArray<32, UInt8>,
        row: Int? = nil, features: Span<UInt8>, probability: Float, risk: String
    ) {
        precondition(row ?? 0 >= 0)
        self.caller = caller
        self.model = model
        self.bodyDigest = bodyDigest
        self.row = row
        self.features = features
        self.probability = probability
        self.risk = risk
    }
}

/// The refusal of a caller whose token is genuine.
package struct AuditedRefusal: ~Escapable {
    /// The type of the problem that the caller was answered.
    package enum Reason: String, CaseIterable, Sendable {
        case tokenRevoked = "token-revoked"
        case staleAuthentication = "stale-authentication"
        case insufficientScope = "insufficient-scope"
        case customerNotReadable = "customer-not-readable"
        case rateLimited = "rate-limited"
        // Of administrators' commands.
        case conflict
        case invalidCommand = "invalid-command"
        case modelRefused = "model-refused"

        package var status: Int {
            switch self {
            case .tokenRevoked, .staleAuthentication: 401
            case .insufficientScope, .customerNotReadable: 403
            case .conflict: 409
            case .invalidCommand, .modelRefused: 422
            case .rateLimited: 429
            }
        }
    }

    package let caller: AuditedCaller
    /// The same; nil where the request was refused before its body was looked at.
    package let bodyDigest: InlineArray<32, UInt8>?
    package let reason: Reason

    @_lifetime(copy caller)
    package init(
        caller: AuditedCaller, bodyDigest: InlineArray<32, UInt8>?, reason: Reason
    ) {
        self.caller = caller
        self.bodyDigest = bodyDigest
        self.reason = reason
    }
}

/// A model as records name it, rendered once.
package struct AuditedModel: Sendable {
    /// `,"model":"…","model_sha256":"…"`.
    let members: [UInt8]

    /// - Parameters:
    ///   - name: for example `telco-churn/2`.
    ///   - digest: the SHA-256 of the model's file, 64 lower-case hexadecimal digits.
    package init(name: String, digest: String) {
        precondition(digest.utf8.count == AuditFormat.digestDigits, "no SHA-256")
        var members: [UInt8] = []
        members.appendLiteral(",\"model\":")
        members.appendQuoted(name.utf8.span)
        members.appendLiteral(",\"model_sha256\":\"")
        members.append(contentsOf: digest.utf8)
        members.appendLiteral("\"")
        self.members = members
    }
}
