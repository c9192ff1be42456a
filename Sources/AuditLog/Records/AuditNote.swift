/// What an operator, or the process by itself, has done.
package enum AuditNote: Sendable {
    case model(ModelAction, AuditedModel, by: AuditedOperator)
    /// - Parameter token: its `jti`, or the token; the record has only an HMAC of it.
    case revocation(RevocationAction, token: [UInt8], by: AuditedOperator)

    package enum ModelAction: String, CaseIterable, Sendable {
        case activate, rollback, reload
        /// A changed `active` was noticed.
        case watch
    }

    package enum RevocationAction: String, CaseIterable, Sendable { case revoke, unrevoke }
}

/// On whose request something was done; without either it was the process's own doing.
package struct AuditedOperator: Sendable {
    package static let process = AuditedOperator(requestID: nil, peer: [], subject: nil)

    package let requestID: [UInt8]?
    /// The IP address that the request came from; empty over a Unix socket.
    package let peer: [UInt8]
    /// The `sub` of the token, of which the record has only an HMAC.
    package let subject: [UInt8]?

    package init(requestID: [UInt8]?, peer: [UInt8] = [], subject: [UInt8]?) {
        self.requestID = requestID
        self.peer = peer
        self.subject = subject
    }
}
