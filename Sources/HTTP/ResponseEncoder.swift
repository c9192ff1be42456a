internal import Bytes

/// What is said of the connection's future in an answer (RFC 9112 §9.3).
package enum ConnectionOption: Equatable, Sendable {
    /// No field: an HTTP/1.1 connection stays open.
    case implied
    /// For HTTP/1.0 clients that asked for it.
    case keepAlive
    case close

    /// The option for an answer to the request, after which the connection is kept only where the
    /// server, too, would.
    package init(answering head: RequestHead, keepsConnection: Bool) {
        if !keepsConnection || !head.keepAlive {
            self = .close
        } else {
            self = head.versionMinor == 0 ? .keepAlive : .implied
        }
    }
}

/// An answer without its content and without what every answer has.
package struct ResponseHead: Sendable {
    package var status: UInt16
    /// Nil only where there is no content.
    package var contentType: StaticString?
    package var connection: ConnectionOption
    /// Whether the request was HEAD: the content's length is given, the content is not sent.
    package var answersHEAD: Bool

    package init(
        status: UInt16, contentType: StaticString?, connection: ConnectionOption,
        answersHEAD: Bool
    ) {
        self.status = status
        self.contentType = contentType
        self.connection = connection
        self.answersHEAD = answersHEAD
    }
}

/// Writes answers (RFC 9112 §4) into a buffer that may already hold earlier ones.
package enum ResponseEncoder {
    /// The interim answer to `Expect: 100-continue`.
    package static let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// What ends content in chunks.
    package static let lastChunk: StaticString = "0\r\n\r\n"

    /// The bytes of a head without the values that callers bring, rounded up.
    private static let fixedBytes = 320

    /// Appends one whole final answer. The status is one whose answers have content: none of 1xx,
    /// 204, 304. `requestID` must be a valid field value, and `fields` whole valid field lines,
    /// each with its CRLF, none of them one that is written here; neither is checked.
    package static func append(
        _ head: ResponseHead, date: HTTPDate, requestID: Span<UInt8>, fields: Span<UInt8>,
        body: Span<UInt8>, to output: inout [UInt8]
    ) {
        let byteCount = fixedBytes + requestID.count + fields.count + body.count
        if output.capacity - output.count < byteCount {
            output.reserveCapacity(max(output.count + byteCount, output.capacity * 2))
        }
        appendStart(of: head, date: date, to: &output)
        output.appendLiteral("\r\nContent-Length: ")
        output.appendDecimal(body.count)
        appendEnd(of: head, requestID: requestID, fields: fields, to: &output)
        if !head.answersHEAD { output.appendBytes(body) }
    }

    /// Appends the head of an answer whose content follows in chunks (RFC 9112 §7.1), or, not
    /// chunked, until the connection's end.
    package static func appendHead(
        _ head: ResponseHead, isChunked: Bool, date: HTTPDate, requestID: Span<UInt8>,
        fields: Span<UInt8>, to output: inout [UInt8]
    ) {
        appendStart(of: head, date: date, to: &output)
        if isChunked { output.appendLiteral("\r\nTransfer-Encoding: chunked") }
        appendEnd(of: head, requestID: requestID, fields: fields, to: &output)
    }

    private static func appendStart(
        of head: ResponseHead, date: HTTPDate, to output: inout [UInt8]
    ) {
        output.appendLiteral("HTTP/1.1 ")
        output.appendDecimal(Int(head.status))
        output.append(ASCII.space)
        output.appendLiteral(ReasonPhrase.phrase(of: head.status))
        output.appendLiteral("\r\nDate: ")
        output.appendBytes(date.bytes)
        if let contentType = head.contentType {
            output.appendLiteral("\r\nContent-Type: ")
            output.appendLiteral(contentType)
        }
    }

    private static func appendEnd(
        of head: ResponseHead, requestID: Span<UInt8>, fields: Span<UInt8>,
        to output: inout [UInt8]
    ) {
        output.appendLiteral("\r\nX-Request-Id: ")
        output.appendBytes(requestID)
        output.appendLiteral(
            "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
        output.appendBytes(fields)
        switch head.connection {
        case .implied: break
        case .keepAlive: output.appendLiteral("Connection: keep-alive\r\n")
        case .close: output.appendLiteral("Connection: close\r\n")
        }
        output.appendLiteral("\r\n")
    }
}

extension [UInt8] {
    /// Appends bytes as one chunk (RFC 9112 §7.1); nothing where there is no byte, since an empty
    /// chunk would be the last.
    package mutating func appendChunk(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        append(contentsOf: String(bytes.count, radix: 16).utf8)
        appendLiteral("\r\n")
        appendBytes(bytes)
        appendLiteral("\r\n")
    }
}
