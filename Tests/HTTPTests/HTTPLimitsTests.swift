import HTTP
import Testing

struct HTTPLimitsTests {
    private func text(_ count: Int) -> String { String(repeating: "a", count: count) }

    /// The error of the whole, which must be that of any way to cut it, and is found with the byte
    /// after `provenBytes` at the latest.
    private func error(
        _ text: String, limits: HTTPLimits = .contract, provenBytes: Int? = nil
    ) -> HTTPError? {
        let bytes = Array(text.utf8)
        let whole = RequestStream(reading: [bytes], limits: limits)
        #expect(RequestStream(reading: bytes.map { [$0] }, limits: limits) == whole)
        if let provenBytes {
            let before = RequestStream(reading: [Array(bytes[..<provenBytes])], limits: limits)
            #expect(before.error == nil)
            let proven = RequestStream(reading: [Array(bytes[...provenBytes])], limits: limits)
            #expect(proven.error == whole.error)
        }
        return whole.error
    }

    @Test(arguments: [-1, 0, 1])
    func `a request line has a limit`(excess: Int) {
        let line = "GET /\(text(8192 - 14 + excess)) HTTP/1.1"
        #expect(line.utf8.count == 8192 + excess)
        let isOver = excess > 0
        #expect(
            error("\(line)\r\nHost: a\r\n\r\n", provenBytes: isOver ? 8192 : nil)
                == (isOver ? .requestLineTooLong(limit: 8192) : nil))
    }

    @Test func `a request line that never ends is refused at the limit`() {
        #expect(error("GET /\(text(8187))") == nil)
        #expect(error("GET /\(text(8188))") == .requestLineTooLong(limit: 8192))
        #expect(error("\r\nGET /\(text(8187))") == nil)
        #expect(error("\r\nGET /\(text(8188))") == .requestLineTooLong(limit: 8192))
    }

    @Test(arguments: [-1, 0, 1])
    func `a head has a limit`(excess: Int) {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        let head = start + text(16384 - start.utf8.count - 4 + excess) + "\r\n\r\n"
        #expect(head.utf8.count == 16384 + excess)
        let isOver = excess > 0
        #expect(
            error(head, provenBytes: isOver ? 16384 : nil)
                == (isOver ? .headTooLarge(limit: 16384) : nil))
    }

    @Test func `the content does not count for the head`() {
        let start = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\nX: "
        let head = start + text(16384 - start.utf8.count - 4) + "\r\n\r\n"
        #expect(error(head + text(9000)) == nil)
    }

    @Test func `a field that never ends is refused at the limit of the head`() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        #expect(error(start + text(16384 - start.utf8.count)) == nil)
        #expect(error(start + text(16385 - start.utf8.count)) == .headTooLarge(limit: 16384))
        let name = "GET / HTTP/1.1\r\nHost: a\r\n"
        #expect(error(name + text(16384 - name.utf8.count)) == nil)
        #expect(error(name + text(16385 - name.utf8.count)) == .headTooLarge(limit: 16384))
    }

    @Test(arguments: [63, 64, 65])
    func `the fields of a head have a limit`(count: Int) {
        let start = "GET / HTTP/1.1\r\nHost: a\r\n"
        let fields = String(repeating: "X: y\r\n", count: count - 1)
        let isOver = count > 64
        #expect(
            error(
                start + fields + "\r\n",
                provenBytes: isOver ? start.utf8.count + fields.utf8.count - 6 : nil)
                == (isOver ? .tooManyFields(limit: 64) : nil))
    }

    @Test(arguments: [8191, 8192, 8193])
    func `an Authorization field has a limit`(count: Int) {
        let value = "Bearer " + text(count - 7)
        let head = "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: \t\(value)  \r\n\r\n"
        #expect(error(head) == (count > 8192 ? .authorizationTooLarge(limit: 8192) : nil))
    }

    @Test(arguments: [16383, 16384, 16385])
    func `the body of one chunk has a limit, found with its size`(count: Int) {
        let size = String(count, radix: 16)
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let isOver = count > 16384
        #expect(
            error(
                "\(head)\(size)\r\n\(text(count))\r\n0\r\n\r\n",
                provenBytes: isOver ? head.utf8.count + size.utf8.count - 1 : nil)
                == (isOver ? .bodyTooLarge(limit: 16384) : nil))
    }

    @Test(arguments: [16383, 16384, 16385])
    func `the body of many chunks has the same limit`(count: Int) {
        let last = String(count - 10000, radix: 16)
        let body =
            "1388\r\n\(text(5000))\r\n1388;a\r\n\(text(5000))\r\n"
            + "\(last)\r\n\(text(count - 10000))\r\n0\r\n\r\n"
        #expect(
            error("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
                == (count > 16384 ? .bodyTooLarge(limit: 16384) : nil))
    }

    @Test(arguments: [255, 256, 257])
    func `the extensions of a chunk have a limit`(count: Int) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let body = "1;" + text(count - 1) + "\r\nx\r\n0\r\n\r\n"
        let isOver = count > 256
        #expect(
            error(head + body, provenBytes: isOver ? head.utf8.count + 257 : nil)
                == (isOver ? .chunkExtensionLineTooLong(limit: 256) : nil))
    }

    @Test(arguments: [4095, 4096, 4097])
    func `the extensions of a body have a limit`(count: Int) {
        let chunk = "1;" + text(255) + "\r\nx\r\n"
        let last = "1;" + text(count - 15 * 256 - 1 - 128) + "\r\nx\r\n"
        let body =
            String(repeating: chunk, count: 15) + last + "0;" + text(127) + "\r\n\r\n"
        #expect(
            error("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
                == (count > 4096 ? .chunkExtensionsTooLarge(limit: 4096) : nil))
    }

    @Test(arguments: [4095, 4096, 4097])
    func `trailers have a limit`(count: Int) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        let trailers = "A: b\r\nX: " + text(count - 11) + "\r\n"
        #expect(trailers.utf8.count == count)
        let isOver = count > 4096
        #expect(
            error(
                head + trailers + "\r\n", provenBytes: isOver ? head.utf8.count + 4096 : nil)
                == (isOver ? .trailersTooLarge(limit: 4096) : nil))
    }

    @Test func `each limit is the one that was set`() {
        let limits = HTTPLimits(
            requestLineBytesMax: 20, headBytesMax: 120, headFieldsMax: 4,
            authorizationBytesMax: 10, bodyBytesMax: 8, chunkExtensionLineBytesMax: 6,
            chunkExtensionBytesMax: 9, trailerBytesMax: 7)
        let start = "POST / HTTP/1.1\r\nHost: a\r\n"
        let chunked = start + "Transfer-Encoding: chunked\r\n\r\n"
        let cases: [(String, HTTPError?)] = [
            ("POST /aaaaa HTTP/1.1\r\nHost: a\r\n\r\n", nil),
            ("POST /aaaaaa HTTP/1.1\r\nHost: a\r\n\r\n", .requestLineTooLong(limit: 20)),
            ("\(start)X: \(text(87))\r\n\r\n", nil),
            ("\(start)X: \(text(88))\r\n\r\n", .headTooLarge(limit: 120)),
            ("\(start)A:\r\nB:\r\nC:\r\n\r\n", nil),
            ("\(start)A:\r\nB:\r\nC:\r\nD:\r\n\r\n", .tooManyFields(limit: 4)),
            ("\(start)Authorization: \(text(10))\r\n\r\n", nil),
            ("\(start)Authorization: \(text(11))\r\n\r\n", .authorizationTooLarge(limit: 10)),
            ("\(chunked)8\r\n\(text(8))\r\n0\r\n\r\n", nil),
            ("\(chunked)9\r\n", .bodyTooLarge(limit: 8)),
            ("\(chunked)10\r\n", .bodyTooLarge(limit: 8)),
            ("\(chunked)1;aaaaa\r\nx\r\n0;aa\r\n\r\n", nil),
            ("\(chunked)1;aaaaaa\r\n", .chunkExtensionLineTooLong(limit: 6)),
            ("\(chunked)1;aaaaa\r\nx\r\n0;aaa\r\n\r\n", .chunkExtensionsTooLarge(limit: 9)),
            ("\(chunked)0\r\nA: bc\r\n\r\n", nil),
            ("\(chunked)0\r\nA: bcd\r\n\r\n", .trailersTooLarge(limit: 7)),
        ]
        for (request, expected) in cases {
            #expect(error(request, limits: limits) == expected, "\(request)")
        }
    }

    @Test func `the limits of the contract are those it names`() {
        #expect(
            HTTPLimits.contract
                == HTTPLimits(
                    requestLineBytesMax: 8192, headBytesMax: 16384, headFieldsMax: 64,
                    authorizationBytesMax: 8192, bodyBytesMax: 16384,
                    chunkExtensionLineBytesMax: 256, chunkExtensionBytesMax: 4096,
                    trailerBytesMax: 4096))
    }
}
