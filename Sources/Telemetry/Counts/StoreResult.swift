package import Access
package import Redis

/// What the store said of a request whose token is good and not revoked.
package enum QuotaDecision: Int, MetricLabel {
    /// For all records of the request.
    case admitted
    /// The quota suffices for some records of the request, not for all.
    case partly
    /// The quota is used up, or does not suffice for a request that takes no part of it.
    case refused
    /// Not to be counted, because the body was invalid.
    case uncharged
    /// It could not be decided.
    case unavailable

    package var label: String {
        switch self {
        case .admitted: "admitted"
        case .partly: "partly"
        case .refused: "refused"
        case .uncharged: "uncharged"
        case .unavailable: "unavailable"
        }
    }
}

extension NoticedRevocation.Change: MetricLabel {
    package var label: String {
        switch self {
        case .revoked: "revoked"
        case .restored: "restored"
        case .expiry: "expiry"
        }
    }
}

/// Why Redis gave no answer that counts.
package enum RedisFailureKind: Int, MetricLabel {
    case deadline
    case hostUnknown
    case connect
    case connectionLost
    /// The handshake failed, or a file of `redis.tls` cannot be used.
    case tls
    case authentication
    case database
    case protocolViolation
    case errorReply
    /// The key of `redis.marker_key` is not there.
    case markerMissing
    case queueFull
    /// Sentinels name no primary, or another one, or a server that is not primary.
    case noPrimary
    /// A quota's key that holds something else.
    case foreignKey
    /// An answer in a form that the script does not have.
    case unexpectedReply

    package init(_ failure: RedisFailure) {
        self =
            switch failure {
            case .deadlinePassed: .deadline
            case .hostUnknown: .hostUnknown
            case .connectFailed: .connect
            case .closedByRedis, .connectionLost, .closedUnanswered: .connectionLost
            case .tlsFile, .tls, .handshakeUnanswered: .tls
            case .authenticationRefused, .sentinelAuthenticationRefused: .authentication
            case .databaseRefused: .database
            case .protocolViolation: .protocolViolation
            case .errorReply(.noMarker): .markerMissing
            case .errorReply, .listeningRefused: .errorReply
            case .queueFull: .queueFull
            case .sentinelRefused, .primaryUnknown, .staleSentinel, .roleRefused, .notPrimary,
                .primaryMoved:
                .noPrimary
            }
    }

    /// Nil when it was not Redis that failed.
    package init?(_ failure: AdmissionFailure) {
        switch failure {
        case .redis(let failure): self.init(failure)
        case .foreignQuotaKey: self = .foreignKey
        case .unexpectedReply: self = .unexpectedReply
        case .storeFull: return nil
        }
    }

    package var label: String {
        switch self {
        case .deadline: "deadline"
        case .hostUnknown: "host_unknown"
        case .connect: "connect"
        case .connectionLost: "connection_lost"
        case .tls: "tls"
        case .authentication: "authentication"
        case .database: "database"
        case .protocolViolation: "protocol_violation"
        case .errorReply: "error_reply"
        case .markerMissing: "marker_missing"
        case .queueFull: "queue_full"
        case .noPrimary: "no_primary"
        case .foreignKey: "foreign_key"
        case .unexpectedReply: "unexpected_reply"
        }
    }
}
