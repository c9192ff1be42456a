package import OpenSSL
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
    case timedOut(milliseconds: Int64)
    /// The connection was lost before the answer was whole.
    case lost(SystemError)
    /// The server closed before the answer was whole.
    case ended(receivedBytes: Int)
    case tooLarge(bytesMax: Int)
    case malformed(AnswerFault)
    case tls(TLSFailure)
}

/// What is wrong with an answer.
package enum AnswerFault: Error, Equatable, Sendable {
    /// Not `HTTP/1.1`, a status from 200 to 599 and a reason.
    case statusLine
    case field
    /// No Content-Length, two, one that is not a number, or a Transfer-Encoding.
    case length
    /// More bytes than the stated ones.
    case excess
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
        case .timedOut(let milliseconds): "no whole answer within \(milliseconds) ms"
        case .lost(let error): "the connection was lost: \(error)"
        case .ended(let receivedBytes):
            "the server closed the connection after \(receivedBytes) bytes of an answer"
        case .tooLarge(let bytesMax): "an answer of more than \(bytesMax) bytes"
        case .malformed(let fault): "\(fault)"
        case .tls(let failure): "TLS: \(failure)"
        }
    }
}

extension AnswerFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .statusLine: "the answer has no status line of HTTP/1.1: is this churnd's listener?"
        case .field: "the answer has an invalid header field"
        case .length: "the answer does not state its length once, in Content-Length"
        case .excess: "the answer is longer than it states"
        }
    }
}
