package import OpenSSL

/// What an operator, or the process by itself, has done.
package enum AuditNote: Sendable {
    /// - Parameter isDone: false: retracts the earlier record, because it was not done.
    case model(ModelAction, AuditedModel, by: AuditedOperator, isDone: Bool = true)
    /// - Parameter token: its `jti`, the token, or the subject whose tokens it is about; the
    ///   record has only an HMAC of it.
    case revocation(
        RevocationAction, token: [UInt8], by: AuditedOperator, isDone: Bool = true)
    /// - Parameter digest: the SHA-256 of the file in hexadecimal.
    case roles(RolesAction, digest: String, isDone: Bool = true)
    /// - Parameters:
    ///   - subject: whose behaviour it is; the record has only an HMAC of it.
    ///   - signals: of an alarm, the strongest first, with a space between each two.
    case behaviour(
        BehaviourAction, subject: [UInt8], signals: String? = nil, by: AuditedOperator,
        isDone: Bool = true)

    /// - Parameter keyID: of the key that changed; nil for a command, and where it has none.
    case keys(KeyAction, keyID: String?, by: AuditedOperator, isDone: Bool = true)

    /// The `result` of what was recorded and not done.
    package static let notDone = "not-done"

    /// The note that retracts this one.
    package var takenBack: AuditNote {
        switch self {
        case .model(let action, let model, let by, isDone: _):
            .model(action, model, by: by, isDone: false)
        case .revocation(let action, let token, let by, isDone: _):
            .revocation(action, token: token, by: by, isDone: false)
        case .roles(let action, let digest, isDone: _):
            .roles(action, digest: digest, isDone: false)
        case .behaviour(let action, let subject, let signals, let by, isDone: _):
            .behaviour(action, subject: subject, signals: signals, by: by, isDone: false)
        case .keys(let action, let keyID, let by, isDone: _):
            .keys(action, keyID: keyID, by: by, isDone: false)
        }
    }

    package enum ModelAction: String, CaseIterable, Sendable {
        case activate, rollback, reload
        /// A changed `active` was noticed.
        case watch
    }

    package enum BehaviourAction: String, CaseIterable, Sendable { case alarm, clear }

    package enum KeyAction: String, CaseIterable, Sendable {
        /// An operator had them read again.
        case reload
        case add, remove, replace
    }

    package enum RevocationAction: String, CaseIterable, Sendable {
        case revoke, unrevoke
        case revokeSubject = "revoke-subject"
        case unrevokeSubject = "unrevoke-subject"
        /// A caller has revoked its own token.
        case logout
        /// Redis has reported that another has done it there.
        case noticedRevoke = "noticed-revoke"
        case noticedUnrevoke = "noticed-unrevoke"
        case noticedExpiry = "noticed-expiry"
        case noticedRevokeSubject = "noticed-revoke-subject"
        case noticedUnrevokeSubject = "noticed-unrevoke-subject"
        case noticedExpirySubject = "noticed-expiry-subject"
    }

    package enum RolesAction: String, CaseIterable, Sendable {
        case reload
        /// A changed file was noticed.
        case watch
    }
}

/// On whose request something was done; without either it was the process's own doing.
package struct AuditedOperator: Sendable {
    package static let process = AuditedOperator(requestID: nil, peer: [], subject: nil)

    package let requestID: [UInt8]?
    /// The IP address that the request came from; empty over a Unix socket.
    package let peer: [UInt8]
    /// The IP address of the trusted proxy that it came through; empty without one.
    package let proxy: [UInt8]
    /// In the client's certificate.
    package let clientName: TLSPeerName?
    /// The `sub` of the token, of which the record has only an HMAC.
    package let subject: [UInt8]?
    /// The process at the other end of the Unix socket.
    package let peerProcess: AuditedPeer?

    package init(
        requestID: [UInt8]?, peer: [UInt8] = [], proxy: [UInt8] = [],
        clientName: TLSPeerName? = nil, subject: [UInt8]?, peerProcess: AuditedPeer? = nil
    ) {
        self.requestID = requestID
        self.peer = peer
        self.proxy = proxy
        self.clientName = clientName
        self.subject = subject
        self.peerProcess = peerProcess
    }
}

/// A process as the kernel knows it (SO_PEERCRED of unix(7)), when it connected.
package struct AuditedPeer: Equatable, Sendable {
    package let userID: UInt32
    package let processID: Int32

    package init(userID: UInt32, processID: Int32) {
        self.userID = userID
        self.processID = processID
    }
}
