package import AuditLog

/// A member of an event's record.
package struct AuditMember: Equatable, Sendable {
    package let name: String
    package let isOptional: Bool

    init(_ name: String, isOptional: Bool = false) {
        self.name = name
        self.isOptional = isOptional
    }
}

extension AuditEvent {
    /// The members between `event` and `prev`, in their order.
    package var members: [AuditMember] {
        switch self {
        case .prediction:
            AuditEvent.callerMembers + [
                .init("model"), .init("model_sha256"), .init("body_sha256"),
                .init("row", isOptional: true), .init("features", isOptional: true),
                .init("probability"), .init("probability_bits"), .init("risk"), .init("status"),
            ]
        case .refusal:
            AuditEvent.callerMembers + [
                .init("body_sha256", isOptional: true), .init("status"), .init("reason"),
            ]
        case .refusals:
            [
                .init("status"), .init("reason"), .init("subject", isOptional: true),
                .init("jti", isOptional: true), .init("count"),
                .init("first", isOptional: true), .init("last", isOptional: true),
            ]
        case .start:
            [
                .init("version"), .init("torn_bytes"), .init("missing"),
                .init("format", isOptional: true),
                .init("checkpoints_missing", isOptional: true),
                .init("unproven", isOptional: true),
            ]
        case .resumed: [.init("failed_for_ms")]
        case .stop: []
        case .model:
            AuditEvent.operatorMembers + [
                .init("action"), .init("model"), .init("model_sha256"),
                .init("result", isOptional: true),
            ]
        case .revocation:
            AuditEvent.operatorMembers + [
                .init("action"), .init("name"), .init("result", isOptional: true),
            ]
        case .roles:
            [.init("action"), .init("roles_sha256"), .init("result", isOptional: true)]
        case .behaviour:
            AuditEvent.operatorMembers + [
                .init("action"), .init("about"), .init("signals", isOptional: true),
                .init("result", isOptional: true),
            ]
        case .keys:
            AuditEvent.operatorMembers + [
                .init("action"), .init("kid", isOptional: true), .init("result", isOptional: true),
            ]
        }
    }

    private static let callerMembers: [AuditMember] = [
        .init("reactor"), .init("request_id"), .init("trace_id", isOptional: true),
        .init("peer", isOptional: true), .init("proxy", isOptional: true),
        .init("client", isOptional: true), .init("client_sha256", isOptional: true),
        .init("subject"),
        .init("jti", isOptional: true), .init("customer", isOptional: true),
    ]

    private static let operatorMembers: [AuditMember] = [
        .init("request_id", isOptional: true), .init("peer", isOptional: true),
        .init("proxy", isOptional: true), .init("client", isOptional: true),
        .init("client_sha256", isOptional: true), .init("subject", isOptional: true),
        .init("peer_uid", isOptional: true),
        .init("peer_pid", isOptional: true),
    ]
}

extension AuditFormat {
    /// The members of a link, which any record may have.
    package static let linkMembers = [
        AuditMember("log", isOptional: true), AuditMember("checkpoint", isOptional: true),
    ]
}
