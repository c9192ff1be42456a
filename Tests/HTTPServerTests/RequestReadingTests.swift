import HTTP
import HTTPServer
import TestSupport
import Testing

/// A request of a size that is just within a limit, or just beyond it.
private struct SizedRequest: CustomTestStringConvertible {
    let name: String
    let text: String
    let status: Int

    var testDescription: String { "\(name): \(status)" }
}

private let sizedRequests: [SizedRequest] =
    requestLines + heads + fieldCounts + authorizations + bodies + chunkedBodies + extensions
    + trailers

private func sized(
    _ name: String, _ limit: Int, _ statusBeyond: Int, _ text: (Int) -> String
) -> [SizedRequest] {
    [limit - 1, limit, limit + 1].map { count in
        SizedRequest(
            name: "\(name) of \(count)", text: text(count),
            status: count > limit ? statusBeyond : 200)
    }
}

private func pad(_ count: Int) -> String { String(repeating: "x", count: count) }

private let requestLines = sized("a request line", 8192, 414) { count in
    "GET /\(pad(count - 14)) HTTP/1.1\r\nHost: a\r\n\r\n"
}

private let heads = sized("a head", 16384, 431) { count in
    let rest = "GET /echo HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
    return "GET /echo HTTP/1.1\r\nHost: a\r\nX: \(pad(count - rest.utf8.count))\r\n\r\n"
}

private let fieldCounts = sized("a number of fields", 64, 431) { count in
    "GET /echo HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: count - 1) + "\r\n"
}

private let authorizations = sized("an Authorization", 8192, 431) { count in
    "GET /echo HTTP/1.1\r\nHost: a\r\nAuthorization: \(pad(count))\r\n\r\n"
}

private let bodies = sized("a body", 16384, 413) { count in
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n\(pad(count))"
}

private let chunkedBodies = sized("a chunked body", 16384, 413) { count in
    let half = String(8192, radix: 16)
    let rest = String(count - 8192, radix: 16)
    return chunked("\(half)\r\n\(pad(8192))\r\n\(rest)\r\n\(pad(count - 8192))\r\n0\r\n\r\n")
}

private let extensions = sized("a chunk extension", 256, 400) { count in
    chunked("1;\(pad(count - 1))\r\nx\r\n0\r\n\r\n")
}

private let trailers = sized("trailers", 4096, 431) { count in
    chunked("1\r\nx\r\n0\r\nA: \(pad(count - 5))\r\n\r\n")
}

private func chunked(_ body: String) -> String {
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"
}

/// Requests whose answer must come before they are whole.
private let unfinishedRequests: [(text: String, status: Int)] = [
    (pad(8193), 414),
    ("GET /\(pad(8192))", 414),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: \(pad(16384))", 431),
    ("GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 64) + "Y", 431),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16385\r\n\r\n", 413),
    (chunked("4001"), 413),
    (chunked("1;\(pad(256))"), 400),
    (chunked("0\r\nA: \(pad(4094))"), 431),
    ("GET / HTTP/2.0\r\n", 505),
    ("\u{16}\u{03}\u{01}", 400),
]

struct RequestReadingTests {
    @Test(arguments: sizedRequests)
    fileprivate func `a request is answered within a limit and refused beyond it`(
        request: SizedRequest
    ) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(request.text)
        let answer = try client.readAnswer()
        #expect(answer.status == request.status)
        #expect(answer.closes == (request.status != 200))
        if request.status == 200 {
            try client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.readAnswer().text == "GET /next ")
        } else {
            #expect(try client.readToEnd() == "")
        }
    }

    @Test(arguments: unfinishedRequests)
    func `a limit applies while bytes still arrive`(text: String, status: Int) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(text)
        #expect(try client.readAnswer().status == status)
        #expect(try client.readToEnd() == "")
    }

    @Test func `a client may send byte by byte`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.sendByteByByte(
            "\r\nPOST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                + chunked("2;x=\"y\"\r\nab\r\n1\r\nc\r\n0\r\nT: u\r\n\r\n")
                + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.readAnswer().text == "POST /a hello")
        #expect(try client.readAnswer().text == "POST /echo abc")
        #expect(try client.readAnswer().text == "GET /b ")
    }

    @Test(arguments: [
        "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ])
    func `two pipelined requests may be split anywhere`(first: String) throws {
        let server = try TestServer()
        let both = Array("\(first)\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for split in 0...both.count {
            let client = try ClientSocket(port: server.port)
            try client.send(Array(both[..<split]))
            // What was sent before has been read when another client has its answer.
            try server.expectHealthy()
            try client.send(Array(both[split...]))
            #expect(try client.readAnswer().text == "POST /1 hello", "\(split)")
            #expect(try client.readAnswer().text == "GET /2 ", "\(split)")
        }
    }

    @Test func `chunks may have one byte each`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        let content = (0..<16384).map { String($0 % 10) }
        try client.send(chunked(content.map { "1\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"))
        #expect(try client.readAnswer().text == "POST /echo " + content.joined())
    }

    @Test(arguments: ["Content-Length: 2", "Transfer-Encoding: chunked"])
    func `a client that waits for 100 Continue gets it, then the answer`(framing: String) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\(framing)\r\n\r\n")
        let interim = try client.readAnswer()
        #expect(interim.status == 100)
        #expect(interim.fields.isEmpty)
        try client.send(framing.hasPrefix("C") ? "ok" : "2\r\nok\r\n0\r\n\r\n")
        #expect(try client.readAnswer().text == "POST /echo ok")
    }

    @Test(arguments: [
        "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
        "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "Expect: 100-continue\r\n\r\n",
    ])
    func `no 100 Continue comes where nothing is waited for`(rest: String) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send("POST /echo HTTP/1.1\r\nHost: a\r\n\(rest)")
        #expect(try client.readAnswer().status == 200)
    }

    @Test(arguments: [
        ("HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 16385", 413),
        ("HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 2", 417),
    ])
    func `an expectation that fails is answered without 100 Continue`(
        rest: String, status: Int
    ) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send("POST /echo \(rest)\r\n\r\n")
        #expect(try client.readAnswer().status == status)
        #expect(try client.readToEnd() == "")
    }

    @Test func `HTTP 1.0 knows no 100 Continue`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(
            "POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        try server.expectHealthy()
        #expect(!client.hasNews)
        try client.send("ok")
        #expect(try client.readAnswer().text == "POST /echo ok")
    }

    @Test(arguments: [
        "G", "GET /echo HTTP/1.1\r\nHost: a\r\n", "\r", "\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\no",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n",
    ])
    func `the end of input inside a request closes at once`(text: String) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(text)
        client.finishSending()
        #expect(try client.readToEnd() == "")
        #expect(server.requests.isEmpty)
        try eventually("the connection is given up") { server.counter.value == 0 }
    }
}
