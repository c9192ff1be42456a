internal import Bytes

/// The fields that say something to this server; all others are checked for their syntax and
/// forgotten.
enum FieldName {
    case accept, authorization, connection, contentEncoding, contentLength, contentType, expect
    case host, requestID, traceParent, transferEncoding

    /// Nil for any other name. Names have no case (RFC 9110 §5.1).
    init?(_ name: Span<UInt8>) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"): self = .host
        case 6 where name.equalsIgnoringCase("accept"): self = .accept
        case 6 where name.equalsIgnoringCase("expect"): self = .expect
        case 10 where name.equalsIgnoringCase("connection"): self = .connection
        case 11 where name.equalsIgnoringCase("traceparent"): self = .traceParent
        case 12 where name.equalsIgnoringCase("content-type"): self = .contentType
        case 12 where name.equalsIgnoringCase("x-request-id"): self = .requestID
        case 13 where name.equalsIgnoringCase("authorization"): self = .authorization
        case 14 where name.equalsIgnoringCase("content-length"): self = .contentLength
        case 16 where name.equalsIgnoringCase("content-encoding"): self = .contentEncoding
        case 17 where name.equalsIgnoringCase("transfer-encoding"): self = .transferEncoding
        default: return nil
        }
    }
}

/// A head whose lines have been read in part, and what must be known of all of them to judge it.
struct RequestHeadDraft: Sendable {
    private var head = RequestHead()
    private var hasHost = false
    private var contentLength: Int?
    private var transferCoding: TransferCoding?
    private var expectsContinue = false
    private var hasOtherExpectation = false
    private var saysClose = false
    private var saysKeepAlive = false

    mutating func take(_ line: RequestLine) {
        head.method = line.method
        head.methodRange = line.methodRange
        head.target = line.target
        head.path = line.path
        head.versionMinor = line.versionMinor
    }

    mutating func take(
        _ field: FieldName, _ value: Range<Int>, of bytes: Span<UInt8>, _ limits: HTTPLimits
    ) throws(HTTPError) {
        let text = bytes.extracting(value)
        switch field {
        case .host:
            // RFC 9112 §3.2: more than one Host, or an invalid one, is 400, also in HTTP/1.0.
            guard !hasHost else { throw .duplicateHost }
            guard Authority.isValid(text) else { throw .invalidHost }
            hasHost = true
        case .contentLength:
            // RFC 9112 §6.3 lets a server take equal lengths sent twice for one; a proxy may not,
            // so refuse.
            guard contentLength == nil else { throw .duplicateContentLength }
            contentLength = try Self.contentLength(text)
        case .transferEncoding:
            guard transferCoding == nil else { throw .duplicateTransferEncoding }
            transferCoding = try TransferCoding(parsing: text)
        case .authorization:
            guard text.count <= limits.authorizationBytesMax else {
                throw .authorizationTooLarge(limit: limits.authorizationBytesMax)
            }
            head.authorization = head.authorization ?? value
            head.authorizationCount += 1
        case .contentType:
            head.contentType = head.contentType ?? value
            head.contentTypeCount += 1
        case .contentEncoding:
            head.contentEncoding = head.contentEncoding ?? value
            head.contentEncodingCount += 1
        case .accept: head.accept = head.accept ?? value
        case .traceParent:
            head.traceParent = head.traceParent ?? value
            head.traceParentCount += 1
        case .requestID:
            head.requestID = head.requestID ?? value
            head.requestIDCount += 1
        case .expect:
            let isKnown = text.equalsIgnoringCase("100-continue")
            expectsContinue = expectsContinue || isKnown
            hasOtherExpectation = hasOtherExpectation || !isKnown
        case .connection: takeConnectionOptions(text)
        }
    }

    /// Judges the head as a whole; the framing first, for all else hangs on it.
    func finished(byteCount: Int) throws(HTTPError) -> RequestHead {
        var head = head
        head.byteCount = byteCount
        let isHTTP11 = head.versionMinor == 1
        guard hasHost || !isHTTP11 else { throw .missingHost }
        if let transferCoding {
            // RFC 9112 §6.1: what an HTTP/1.0 recipient on the way made of it is unknown.
            guard isHTTP11 else { throw .transferEncodingInHTTP10 }
            // RFC 9112 §6.3: both framings together are an attack, so refuse.
            guard contentLength == nil else { throw .conflictingFraming }
            guard transferCoding == .chunked else { throw .unsupportedTransferCoding }
            head.framing = .chunked
        } else if let contentLength {
            head.framing = .length(contentLength)
        }
        if isHTTP11 {
            guard !hasOtherExpectation else { throw .unsupportedExpectation }
            let hasContent = head.framing != .none && head.framing != .length(0)
            head.expectsContinue = expectsContinue && hasContent
        }
        // RFC 9112 §9.3: `close` wins over everything, then the version decides.
        head.keepAlive = !saysClose && (isHTTP11 || saysKeepAlive)
        return head
    }

    /// RFC 9110 §8.6: digits only. A number beyond Int is still a length, one that no limit allows.
    private static func contentLength(_ text: Span<UInt8>) throws(HTTPError) -> Int {
        guard !text.isEmpty else { throw .invalidContentLength }
        var length = 0
        for i in 0..<text.count {
            guard ASCII.isDigit(text[i]) else { throw .invalidContentLength }
            let (shifted, overflowed) = length.multipliedReportingOverflow(by: 10)
            let (sum, carried) = shifted.addingReportingOverflow(Int(text[i] - ASCII.digit0))
            length = overflowed || carried ? Int.max : sum
        }
        return length
    }

    /// RFC 9110 §7.6.1: a list of tokens; those of other meaning name fields that are forgotten
    /// anyway.
    private mutating func takeConnectionOptions(_ text: Span<UInt8>) {
        var start = 0
        for i in 0...text.count where i == text.count || text[i] == ASCII.comma {
            let option = text.extracting(text.trimmingBlanks(start..<i))
            saysClose = saysClose || option.equalsIgnoringCase("close")
            saysKeepAlive = saysKeepAlive || option.equalsIgnoringCase("keep-alive")
            start = i + 1
        }
    }
}

/// The value of Transfer-Encoding, as far as a server needs it that knows `chunked` alone.
enum TransferCoding {
    case chunked, other

    /// RFC 9112 §6.1: `chunked` is applied at most once and last. Parameters, which no registered
    /// coding has, are refused as malformed, and so is an empty element.
    init(parsing text: Span<UInt8>) throws(HTTPError) {
        self = .chunked
        var start = 0
        var hasChunked = false
        for i in 0...text.count where i == text.count || text[i] == ASCII.comma {
            let coding = text.extracting(text.trimmingBlanks(start..<i))
            guard !coding.isEmpty, !hasChunked else { throw .invalidTransferEncoding }
            for j in 0..<coding.count where !ASCII.isToken(coding[j]) {
                throw .invalidTransferEncoding
            }
            if coding.equalsIgnoringCase("chunked") {
                hasChunked = true
            } else {
                self = .other
            }
            start = i + 1
        }
    }
}
