import HTTP

/// A request with its content, as a server reads them off a connection.
struct ReadRequest: Equatable {
    let head: RequestHead
    let body: [UInt8]
}

/// Reads the requests of one connection from pieces of any size, as a server does: it keeps what
/// was not consumed, and stops at the first error.
struct RequestStream: Equatable {
    private(set) var requests: [ReadRequest] = []
    private(set) var error: HTTPError?
    /// Bytes of a request that is not whole.
    private(set) var pendingBytes = 0

    static func == (one: RequestStream, other: RequestStream) -> Bool {
        one.requests == other.requests && one.error == other.error
            && (one.error != nil || one.pendingBytes == other.pendingBytes)
    }

    init(reading pieces: [[UInt8]], limits: HTTPLimits = .contract) {
        var parser = RequestHeadParser(limits: limits)
        var decoder = ChunkedDecoder(limits: limits)
        var unread: [UInt8] = []
        var head: RequestHead?
        var body: [UInt8] = []
        do throws(HTTPError) {
            for piece in pieces {
                unread += piece
                while true {
                    if head == nil {
                        guard let whole = try parser.parse(unread.span) else { break }
                        head = whole
                        unread.removeFirst(whole.byteCount)
                        decoder = ChunkedDecoder(limits: limits)
                        body = []
                    }
                    guard let current = head else { break }
                    switch current.framing {
                    case .none: break
                    case .length(let length):
                        guard length <= limits.bodyBytesMax else {
                            throw .bodyTooLarge(limit: limits.bodyBytesMax)
                        }
                        let count = min(length - body.count, unread.count)
                        body += unread.prefix(count)
                        unread.removeFirst(count)
                    case .chunked:
                        unread.removeFirst(try decoder.decode(unread.span, into: &body))
                    }
                    let isWhole =
                        switch current.framing {
                        case .none: true
                        case .length(let length): body.count == length
                        case .chunked: decoder.isComplete
                        }
                    guard isWhole else { break }
                    requests.append(ReadRequest(head: current, body: body))
                    head = nil
                }
            }
        } catch {
            self.error = error
        }
        pendingBytes = unread.count
    }

    init(reading text: String, limits: HTTPLimits = .contract) {
        self.init(reading: [Array(text.utf8)], limits: limits)
    }
}

/// Reads one head from text that holds nothing else.
func readHead(_ text: String, limits: HTTPLimits = .contract) throws(HTTPError) -> RequestHead? {
    let bytes = Array(text.utf8)
    var parser = RequestHeadParser(limits: limits)
    return try parser.parse(bytes.span)
}

/// The error that the head gives, or nil where it is read or not whole.
func headError(_ text: String, limits: HTTPLimits = .contract) -> HTTPError? {
    headError(Array(text.utf8), limits: limits)
}

func headError(_ bytes: [UInt8], limits: HTTPLimits = .contract) -> HTTPError? {
    var parser = RequestHeadParser(limits: limits)
    do throws(HTTPError) {
        _ = try parser.parse(bytes.span)
        return nil
    } catch {
        return error
    }
}

/// Streams that are read without an error, two of them pipelined.
let validStreams: [String] = [
    "GET /health HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\nGET /livez HTTP/1.1\r\nHost: a:8080\r\n\r\n",
    "HEAD /readyz HTTP/1.1\r\nhOST:\t 127.0.0.1 \t\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET /x?y=/z HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
    "GET http://example.com/a/b?c HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "GET HTTPS://EXAMPLE.COM?c HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "DELETE /predict HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n",
    "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 000\r\n\r\n",
    "POST /predict HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a.b.c\r\n"
        + "Content-Type: application/json\r\nX-Request-Id: 17\r\nAccept: */*\r\n"
        + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "0003;a;b = c ; d=\"e\\\" f\"\r\nabc\r\n00;z\r\nX: y\r\nDigest:\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "1\r\na\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        + "GET /2 HTTP/1.1\r\nHost: b\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        + "\r\nHEAD /3 HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n",
    "GET /obs HTTP/1.1\r\nHost: a\r\nX-Text: gr\u{FC}n \u{2603}\r\nEmpty:\r\n\r\n",
]
