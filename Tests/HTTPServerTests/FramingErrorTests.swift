import TestSupport
import Testing

private func post(_ fields: String, then rest: String = "") -> String {
    "POST /echo HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(rest)"
}

private func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", then: body) }

/// Requests after which nobody can know where the next one begins.
private let framingErrors: [(text: String, status: Int)] = [
    (post("Content-Length: 5\r\nContent-Length: 5", then: "hello"), 400),
    (post("Content-Length: 5\r\nContent-Length: 6", then: "hello"), 400),
    (post("Content-Length: 5, 5", then: "hello"), 400),
    (post("Content-Length: +5", then: "hello"), 400),
    (post("Content-Length: 0x5", then: "hello"), 400),
    (post("Content-Length: 5x", then: "hello"), 400),
    (post("Content-Length:", then: "hello"), 400),
    (post("Content-Length : 5", then: "hello"), 400),
    (post("Content-Length: 99999999999999999999", then: "hello"), 413),
    (post("Content-Length: 5\r\nTransfer-Encoding: chunked", then: "0\r\n\r\n"), 400),
    (post("Transfer-Encoding: chunked\r\nContent-Length: 0", then: "0\r\n\r\n"), 400),
    (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", then: "0\r\n\r\n"), 400),
    (post("Transfer-Encoding: chunked, chunked", then: "0\r\n\r\n"), 400),
    (post("Transfer-Encoding: gzip, chunked", then: "0\r\n\r\n"), 501),
    (post("Transfer-Encoding: gzip", then: "hello"), 501),
    (post("Transfer-Encoding : chunked", then: "0\r\n\r\n"), 400),
    (post("Transfer-Encoding: xchunked", then: "0\r\n\r\n"), 501),
    (post("Transfer-Encoding: \u{0B}chunked", then: "0\r\n\r\n"), 400),
    ("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (post("X: y\r\n Content-Length: 5", then: "hello"), 400),
    (post("X: y\nContent-Length: 5", then: "hello"), 400),
    (post("X: y\rContent-Length: 5", then: "hello"), 400),
    (post("X: \u{0}y"), 400),
    (post("Host: b"), 400),
    ("GET /echo HTTP/1.1\r\n\r\n", 400),
    ("GET  /echo HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /echo\r\n\r\n", 400),
    ("\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 400),
    ("GET /echo HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    (chunked("\r\n"), 400),
    (chunked("-1\r\n"), 400),
    (chunked("0x1\r\nx\r\n0\r\n\r\n"), 400),
    (chunked("1 \r\nx\r\n0\r\n\r\n"), 400),
    (chunked("1\nx\r\n0\r\n\r\n"), 400),
    (chunked("1\r\nxy\r\n0\r\n\r\n"), 400),
    (chunked("1\r\nx0\r\n\r\n"), 400),
    (chunked("00000000000000001\r\nx\r\n0\r\n\r\n"), 400),
    (chunked("FFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n"), 413),
    (chunked("1;\"\r\nx\r\n0\r\n\r\n"), 400),
    (chunked("0\r\n X: y\r\n\r\n"), 400),
    (chunked("0\r\nX : y\r\n\r\n"), 400),
]

struct FramingErrorTests {
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(arguments: framingErrors)
    func `a framing error gets one answer, and nothing behind it is taken for a request`(
        text: String, status: Int
    ) throws {
        let server = try TestServer()
        for isSplit in [false, true] {
            let client = try ClientSocket(port: server.port)
            try client.send("GET /before HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.readAnswer().text == "GET /before ")
            if isSplit {
                try client.send(text)
                #expect(try client.readAnswer().status == status)
                try client.send(FramingErrorTests.smuggled)
            } else {
                try client.send(text + FramingErrorTests.smuggled)
                let answer = try client.readAnswer()
                #expect(answer.status == status)
                #expect(answer.closes)
            }
            #expect(try client.readToEnd() == "")
        }
        #expect(!server.requests.contains("GET /smuggled"))
    }

    @Test func `an error after good requests leaves them their answers`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(
            "GET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET\r\n\r\n"
                + FramingErrorTests.smuggled)
        try eventually("the first is held") { server.heldCount == 1 }
        #expect(server.requests == ["GET /hold"])
        server.release()
        #expect(try client.readAnswer().text == "held")
        #expect(try client.readAnswer().text == "GET /2 ")
        #expect(try client.readAnswer().status == 400)
        #expect(try client.readToEnd() == "")
        #expect(server.requests == ["GET /hold", "GET /2", "400"])
    }
}
