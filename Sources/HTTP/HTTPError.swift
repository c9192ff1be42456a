internal import Bytes

/// Why a request cannot be read. After any of them the place where the next request would begin is
/// unknown or not to be trusted: one answer, then the connection is closed.
package enum HTTPError: Error, Equatable, Sendable {
    /// Not `method SP target SP HTTP/digit.digit`.
    case malformedRequestLine
    /// A target of none of the accepted forms, with a byte outside visible ASCII, or CONNECT's.
    case invalidTarget
    /// Well formed, but neither HTTP/1.0 nor HTTP/1.1.
    case unsupportedVersion
    case requestLineTooLong(limit: Int)
    case headTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case authorizationTooLarge(limit: Int)

    /// A byte that no field name holds, an empty name, or a line without a colon.
    case invalidFieldName
    case whitespaceBeforeColon
    /// A line of the head that begins with a space or a tab.
    case obsoleteLineFolding
    /// A control character other than the tab.
    case invalidFieldValue
    /// A CR that no LF follows.
    case bareCarriageReturn
    /// An LF that no CR precedes.
    case bareLineFeed
    case nulByte

    case missingHost
    case duplicateHost
    case invalidHost

    case invalidContentLength
    case duplicateContentLength
    /// Both Content-Length and Transfer-Encoding.
    case conflictingFraming
    /// Not a list of codings in which `chunked` stands once, and last.
    case invalidTransferEncoding
    case duplicateTransferEncoding
    case transferEncodingInHTTP10
    /// A list of codings that holds another one than `chunked`.
    case unsupportedTransferCoding
    /// An Expect other than `100-continue`.
    case unsupportedExpectation

    case bodyTooLarge(limit: Int)
    /// A chunk size of no or more than sixteen digits, or one that something else follows.
    case malformedChunkSize
    case malformedChunkExtension
    /// Chunk data that is not followed by CRLF.
    case malformedChunkEnd
    case chunkExtensionLineTooLong(limit: Int)
    case chunkExtensionsTooLarge(limit: Int)
    case trailersTooLarge(limit: Int)
}

extension HTTPError {
    /// What a control character is where CRLF or none may stand.
    static func control(_ byte: UInt8, else error: HTTPError) -> HTTPError {
        switch byte {
        case ASCII.nul: .nulByte
        case ASCII.lineFeed: .bareLineFeed
        case ASCII.carriageReturn: .bareCarriageReturn
        default: error
        }
    }

    /// The error for a byte other than a colon that ends a field name. A CR there ends a line
    /// without a colon.
    static func fieldNameByte(_ byte: UInt8) -> HTTPError {
        switch byte {
        case ASCII.space, ASCII.tab: .whitespaceBeforeColon
        case ASCII.carriageReturn: .invalidFieldName
        default: .control(byte, else: .invalidFieldName)
        }
    }
}
