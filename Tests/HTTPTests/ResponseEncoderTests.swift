import HTTP
import Testing

struct ResponseEncoderTests {
    private func encode(
        _ head: ResponseHead, fields: String = "", body: String = "", after output: String = ""
    ) -> String {
        var output = Array(output.utf8)
        let requestID = Array("r-1".utf8)
        let fields = Array(fields.utf8)
        let body = Array(body.utf8)
        ResponseEncoder.append(
            head, date: HTTPDate(unixSeconds: 784_111_777), requestID: requestID.span,
            fields: fields.span, body: body.span, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `an answer has its status, every fixed field, the given ones and its body`() {
        let head = ResponseHead(
            status: 200, contentType: "application/json", connection: .implied, answersHEAD: false)
        let text = encode(
            head, fields: "RateLimit: \"hourly\";r=1;t=2\r\nX-Y: z\r\n", body: "{\"a\":1}")
        #expect(
            text == """
                HTTP/1.1 200 OK\r
                Date: Sun, 06 Nov 1994 08:49:37 GMT\r
                Content-Type: application/json\r
                Content-Length: 7\r
                X-Request-Id: r-1\r
                Cache-Control: no-store\r
                X-Content-Type-Options: nosniff\r
                RateLimit: "hourly";r=1;t=2\r
                X-Y: z\r
                \r
                {"a":1}
                """)
    }

    @Test func `an answer to HEAD is that to GET without the body`() {
        var head = ResponseHead(
            status: 503, contentType: "application/health+json", connection: .close,
            answersHEAD: false)
        let body = String(repeating: "b", count: 1234)
        let get = encode(head, body: body)
        head.answersHEAD = true
        #expect(encode(head, body: body) + body == get)
        #expect(get.contains("\r\nContent-Length: 1234\r\n"))
    }

    @Test func `an answer without content has length zero and no type`() {
        let head = ResponseHead(
            status: 503, contentType: nil, connection: .implied, answersHEAD: false)
        let text = encode(head)
        #expect(text.contains("\r\nContent-Length: 0\r\n"))
        #expect(!text.contains("Content-Type:"))
        #expect(text.hasSuffix("nosniff\r\n\r\n"))
    }

    @Test(arguments: [(204, "No Content"), (304, "Not Modified")] as [(UInt16, String)])
    func `an answer that has no content by its status has no length`(
        status: UInt16, reason: String
    ) {
        let head = ResponseHead(
            status: status, contentType: nil, cacheControl: "no-cache", connection: .implied,
            answersHEAD: false)
        let text = encode(head)
        #expect(text.hasPrefix("HTTP/1.1 \(status) \(reason)\r\n"))
        #expect(!text.contains("Content-Length:"))
        #expect(text.contains("\r\nCache-Control: no-cache\r\n"))
    }

    @Test func `answers follow each other in one buffer`() {
        let head = ResponseHead(
            status: 404, contentType: "a/b", connection: .implied, answersHEAD: false)
        let one = encode(head, body: "one")
        #expect(encode(head, body: "two", after: one) == one + encode(head, body: "two"))
    }

    @Test(arguments: [
        (ConnectionOption.implied, nil as String?), (.keepAlive, "Connection: keep-alive\r\n\r\n"),
        (.close, "Connection: close\r\n\r\n"),
    ])
    func `the connection's future is told where the version doesn't`(
        option: ConnectionOption, end: String?
    ) {
        let head = ResponseHead(
            status: 200, contentType: nil, connection: option, answersHEAD: false)
        #expect(encode(head).contains("Connection:") == (end != nil))
        #expect(encode(head).hasSuffix(end ?? "\r\n\r\n"))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true, ConnectionOption.implied),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", false, .close),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", true, .close),
        ("GET / HTTP/1.0\r\n\r\n", true, .close),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, .keepAlive),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false, .close),
    ])
    func `the connection stays where both sides would keep it`(
        request: String, keepsConnection: Bool, expected: ConnectionOption
    ) throws {
        let head = try #require(try readHead(request))
        #expect(ConnectionOption(answering: head, keepsConnection: keepsConnection) == expected)
    }

    @Test(
        arguments: [
            (200, "OK"), (400, "Bad Request"), (401, "Unauthorized"), (403, "Forbidden"),
            (404, "Not Found"), (405, "Method Not Allowed"), (408, "Request Timeout"),
            (409, "Conflict"),
            (411, "Length Required"), (413, "Content Too Large"), (414, "URI Too Long"),
            (415, "Unsupported Media Type"), (417, "Expectation Failed"),
            (422, "Unprocessable Content"), (429, "Too Many Requests"),
            (431, "Request Header Fields Too Large"), (500, "Internal Server Error"),
            (501, "Not Implemented"), (503, "Service Unavailable"),
            (505, "HTTP Version Not Supported"), (299, ""),
        ] as [(UInt16, String)])
    func `a status has the phrase of its RFC`(status: UInt16, phrase: String) {
        let head = ResponseHead(
            status: status, contentType: nil, connection: .implied, answersHEAD: false)
        #expect(encode(head).hasPrefix("HTTP/1.1 \(status) \(phrase)\r\nDate: "))
        #expect("\(ReasonPhrase.phrase(of: status))" == phrase)
    }

    @Test func `the interim answer is a status line and nothing else`() {
        #expect("\(ResponseEncoder.continueResponse)" == "HTTP/1.1 100 Continue\r\n\r\n")
    }
}
