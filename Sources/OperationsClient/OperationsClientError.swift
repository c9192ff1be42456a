package import HTTPClient
package import OperationsAPI
package import POSIX

/// Why a request has no answer. No case holds a token or what was sent.
package enum OperationsClientError: Error, Equatable, Sendable {
    /// The host has no address.
    case resolution(ResolutionError)
    /// The path can be no Unix socket.
    case path(UnixSocketError)
    /// Nothing accepts connections there, or connecting is not allowed.
    case unreachable(OperationsAddress, SystemError)
    /// The token, or the file it came from, holds bytes that no Authorization field can.
    case unusableToken
    /// Invalid request path.
    case unusablePath
    case exchange(ExchangeError)
}

extension OperationsClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .resolution(let error): "\(error)"
        case .path(let error): "\(error)"
        case .unreachable(let address, let error): "\(address): \(error)"
        case .unusableToken:
            "the token is empty or holds other than visible ASCII, expected a token alone"
        case .unusablePath: "invalid request path, expected visible ASCII after a slash"
        case .exchange(let error): "\(error)"
        }
    }
}
