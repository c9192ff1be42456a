package import AuditLog
package import Bundle
package import Configuration
package import HTTPClient
package import JWT
package import ModelRegistry
package import POSIX
package import Redis

/// Why churnd does not start.
package enum StartError: Error, CustomStringConvertible {
    case listening(ListeningError)
    /// The operations listener.
    case operations(String)
    /// No bundle to serve.
    case model(path: String, RegistryError)
    /// The model's own example cannot be read.
    case example(path: String, BundleError)
    case audit(AuditError)
    case tls(TLSFileError)
    /// A file of `redis.tls`.
    case redis(RedisFailure)
    /// The limit of open descriptors leaves none for connections.
    case descriptors(limit: UInt64, reserve: Int)
    /// The authorities of outgoing requests.
    case trust(OutgoingTrustError)
    case keys(SigningKeyError)
    case tokenRules(TokenRulesError)
    case developmentToken(SigningError)
    /// An event loop could not be made, or could not listen.
    case reactor(SystemError)

    package var description: String {
        switch self {
        case .listening(let error): "\(error)"
        case .operations(let reason): "operations.listen: \(reason)"
        case .model(let path, let error): "model \(path) refused: \(error)"
        case .example(let path, let error): "model \(path) refused: \(error)"
        case .audit(let error): "audit log: \(error)"
        case .tls(let error): "\(error)"
        case .redis(let error): "\(error)"
        case .descriptors(let limit, let reserve):
            "the limit of open descriptors is \(limit), expected more than \(reserve), "
                + "which churnd itself needs"
        case .trust(let error): "\(error)"
        case .keys(let error): "\(error)"
        case .tokenRules(let error): "\(error)"
        case .developmentToken(let error): "no token for development: \(error)"
        case .reactor(let error): "an event loop did not start: \(error)"
        }
    }
}
