package import OpenSSL
internal import POSIX

/// Why a command got no answer that counts.
package enum RedisFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The deadline passed, its own or that of another command on the same connection.
    case deadlinePassed
    /// The host's name has no address; the resolver's words.
    case hostUnknown(reason: String)
    /// No connection to any of the host's addresses; errno of the last one.
    case connectFailed(code: CInt)
    /// Redis closed the connection.
    case closedByRedis
    /// The network broke the connection; errno.
    case connectionLost(code: CInt)
    /// The connection, without TLS, was closed before anything came on it.
    case closedUnanswered
    /// A file of `redis.tls` cannot be used; where and why, nothing of a key.
    case tlsFile(reason: String)
    /// The handshake failed, or Redis ended TLS.
    case tls(TLSFailure)
    /// The other side accepted, and did not finish the handshake in time.
    case handshakeUnanswered
    /// Redis answered AUTH with an error.
    case authenticationRefused(RedisErrorCode)
    /// Redis answered SELECT with an error.
    case databaseRefused(RedisErrorCode)
    /// Redis answered PSUBSCRIBE with an error.
    case listeningRefused(RedisErrorCode)
    /// What came is not RESP2, is larger than any answer expected, or is not the answer to what was
    /// asked.
    case protocolViolation
    /// Redis answered with an error that says it cannot serve.
    case errorReply(RedisErrorCode)
    /// As many commands wait already as may.
    case queueFull
    /// A Sentinel answered with an error.
    case sentinelRefused(RedisErrorCode)
    /// A Sentinel answered AUTH with an error.
    case sentinelAuthenticationRefused(RedisErrorCode)
    /// A Sentinel does not know a primary of the name.
    case primaryUnknown
    /// A Sentinel has not heard of the latest failover.
    case staleSentinel
    /// What the Sentinel has named answered ROLE with an error.
    case roleRefused(RedisErrorCode)
    /// What the Sentinel has named as primary does not call itself one.
    case notPrimary
    /// The Sentinels have made another server the primary.
    case primaryMoved

    package var description: String {
        switch self {
        case .deadlinePassed: "no answer within the deadline"
        case .hostUnknown(let reason): "unknown host: \(reason)"
        case .connectFailed(let code): "connect: \(SystemError.text(of: code))"
        case .closedByRedis: "the connection was closed by Redis"
        case .connectionLost(let code): "the connection was lost: \(SystemError.text(of: code))"
        case .closedUnanswered:
            "the connection was closed before any answer, as a port for TLS does: that needs rediss"
        case .tlsFile(let reason): reason
        case .tls(let failure): "TLS: \(failure)"
        case .handshakeUnanswered:
            "no TLS handshake within the deadline, as on a port without TLS"
        case .authenticationRefused(let code): "AUTH was answered with \(code)"
        case .databaseRefused(let code): "SELECT was answered with \(code)"
        case .listeningRefused(let code): "PSUBSCRIBE was answered with \(code)"
        case .protocolViolation: "an answer that is not RESP2, or not one to what was asked"
        case .errorReply(.noMarker):
            "the marker key is missing (NOMARKER): Redis may have lost its revocations"
        case .errorReply(let code): "an answer of \(code)"
        case .queueFull: "too many commands wait"
        case .sentinelRefused(let code): "Sentinel answered with \(code)"
        case .sentinelAuthenticationRefused(let code): "AUTH was answered by Sentinel with \(code)"
        case .primaryUnknown: "Sentinel knows no primary of the name in redis.url"
        case .staleSentinel: "Sentinel does not know the latest failover"
        case .roleRefused(let code): "ROLE was answered with \(code)"
        case .notPrimary: "the server that Sentinel names is not a primary"
        case .primaryMoved: "Sentinel names another primary"
        }
    }
}

extension RedisFailure {
    /// The same, of a connection on which nothing came.
    var ofUnanswered: RedisFailure {
        switch self {
        case .closedByRedis, .connectionLost: .closedUnanswered
        case _: self
        }
    }
}
