package import JWT
package import Models

/// Why churnd does not start.
package enum StartError: Error, CustomStringConvertible {
    case address(host: String, reason: String)
    case portTaken(host: String, port: UInt16)
    case model(path: String, ModelError)
    case keys(SigningKeyError)
    case tokenRules(TokenRulesError)
    case developmentToken(SigningError)
    /// An event loop could not be made, or could not listen.
    case reactor(any Error)

    package var description: String {
        switch self {
        case .address(let host, let reason): "cannot listen on \(host): \(reason)"
        case .portTaken(let host, let port):
            "cannot listen on \(host) port \(port): another program has it"
        case .model(let path, let error): "model \(path) refused: \(error)"
        case .keys(let error): "\(error)"
        case .tokenRules(let error): "\(error)"
        case .developmentToken(let error): "no token for development: \(error)"
        case .reactor(let error): "an event loop did not start: \(error)"
        }
    }
}
