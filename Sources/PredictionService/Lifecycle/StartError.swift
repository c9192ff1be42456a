package import AuditLog
package import JWT
package import ModelRegistry
package import Models

/// Why churnd does not start.
package enum StartError: Error, CustomStringConvertible {
    case address(host: String, reason: String)
    case portTaken(host: String, port: UInt16)
    /// One of these, and where the address or port was given.
    indirect case given(at: ConfigurationPlace, StartError)
    /// The operations listener.
    case operations(String)
    /// No bundle to serve.
    case model(path: String, RegistryError)
    /// The model's own example cannot be read.
    case example(path: String, ModelError)
    case audit(AuditError)
    /// The limit of open descriptors leaves none for connections.
    case descriptors(limit: UInt64, reserve: Int)
    case keys(SigningKeyError)
    case tokenRules(TokenRulesError)
    case developmentToken(SigningError)
    /// An event loop could not be made, or could not listen.
    case reactor(any Error)

    /// Whether a process listens there already.
    package var isPortTaken: Bool {
        switch self {
        case .portTaken: true
        case .given(at: _, let error): error.isPortTaken
        case .address, .operations, .model, .example, .audit, .descriptors, .keys, .tokenRules,
            .developmentToken, .reactor:
            false
        }
    }

    package var description: String {
        switch self {
        case .address(let host, let reason): "cannot listen on \(host): \(reason)"
        case .portTaken(let host, let port):
            "cannot listen on \(host) port \(port): another program has it"
        case .given(at: .variable(let name), let error)
        where name == ConfigurationKey.host.bareVariable:
            "environment \(name): \(error); shells and conda set \(name) for purposes of their "
                + "own: unset it, or set \(ConfigurationKey.host.variable)"
        case .given(let place, let error): "\(place): \(error)"
        case .operations(let reason): "operations.listen: \(reason)"
        case .model(let path, let error): "model \(path) refused: \(error)"
        case .example(let path, let error): "model \(path) refused: \(error)"
        case .audit(let error): "audit log: \(error)"
        case .descriptors(let limit, let reserve):
            "the limit of open descriptors is \(limit), expected more than \(reserve), "
                + "which churnd itself needs"
        case .keys(let error): "\(error)"
        case .tokenRules(let error): "\(error)"
        case .developmentToken(let error): "no token for development: \(error)"
        case .reactor(let error): "an event loop did not start: \(error)"
        }
    }
}
