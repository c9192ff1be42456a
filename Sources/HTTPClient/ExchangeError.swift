package import OpenSSL
package import POSIX

/// Why a request has no answer. No case holds anything of what was sent.
package enum ExchangeError: Error, Equatable, Sendable {
    /// Nothing accepts connections there, or connecting is not allowed.
    case unreachable(SystemError)
    case timedOut(milliseconds: Int64)
    /// The connection was lost before the answer was whole.
    case lost(SystemError)
    /// The server closed before the answer was whole.
    case ended(receivedBytes: Int)
    /// The head, or the content.
    case tooLarge(bytesMax: Int)
    case malformed(AnswerFault)
    case tls(TLSFailure)
}

/// What is wrong with an answer.
package enum AnswerFault: Error, Equatable, Sendable {
    /// Not `HTTP/1.1`, or `HTTP/1.0`, a status from 100 to 599 and a reason.
    case statusLine
    case field
    /// Not one Content-Length that is a number, or one Transfer-Encoding that is `chunked`.
    case length
    /// More bytes than the stated ones.
    case excess
    case chunk
    /// More interim answers than are taken, or one that switches protocols.
    case interim
}

extension ExchangeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let error): "\(error)"
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
        case .statusLine: "the answer has no status line of HTTP/1.1: is this the right server?"
        case .field: "the answer has an invalid header field"
        case .length:
            "the answer does not state its length once, in Content-Length or by chunks"
        case .excess: "the answer is longer than it states"
        case .chunk: "the answer has an invalid chunk"
        case .interim: "interim answers that were not asked for, expected the final one"
        }
    }
}
