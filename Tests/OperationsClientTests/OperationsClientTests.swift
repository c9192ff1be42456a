import Glibc
import HTTPClient
import OperationsAPI
import OperationsClient
import POSIX
import TestSupport
import Testing

struct OperationsClientTests {
    private static let empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    private func client(
        _ address: OperationsAddress, token: String? = nil, timeoutMilliseconds: Int64 = 10_000
    ) -> OperationsClient {
        OperationsClient(
            address: address, token: token, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// What becomes of a GET that is answered with these pieces.
    private func outcome(
        _ pieces: [String], then end: AnsweringServer.End = .waits,
        timeoutMilliseconds: Int64 = 10_000
    ) throws -> Result<OperationsAnswer, OperationsClientError> {
        let server = try AnsweringServer(pieces, then: end)
        let client = client(server.address, timeoutMilliseconds: timeoutMilliseconds)
        return Result { () throws(OperationsClientError) in try client.send(.get, "/x") }
    }

    @Test(arguments: [false, true])
    func `a request is sent whole, with its token, and its answer read`(onUnixSocket: Bool) throws {
        let server = try AnsweringServer(
            ["HTTP/1.1 200 OK\r\ncontent-LENGTH:  7 \r\nDate: x\r\n\r\n{\"a\":1}"],
            afterRequestEndingIn: "{\"version\":\"3\"}", onUnixSocket: onUnixSocket)
        let answer = try client(server.address, token: "a.b.c").send(
            .post, "/admin/models/activate", body: Array("{\"version\":\"3\"}".utf8))
        #expect(answer == OperationsAnswer(status: 200, body: Array("{\"a\":1}".utf8)))
        #expect(answer.isSuccess)
        let host = onUnixSocket ? "localhost" : server.address.description
        #expect(
            try server.request() == """
                POST /admin/models/activate HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\
                Authorization: Bearer a.b.c\r\nContent-Type: application/json\r\n\
                Content-Length: 15\r\n\r\n{"version":"3"}
                """)
    }

    @Test(arguments: [(ClientMethod.get, ""), (.post, "Content-Length: 0\r\n")])
    func `a request without a body says so where a body is expected`(
        method: ClientMethod, fields: String
    ) throws {
        let server = try AnsweringServer([OperationsClientTests.empty])
        #expect(try client(server.address).send(method, "/metrics").status == 200)
        #expect(
            try server.request()
                == "\(method.rawValue) /metrics HTTP/1.1\r\nHost: \(server.address)\r\n"
                + "Connection: close\r\n\(fields)\r\n")
    }

    @Test func `an answer may come in any pieces`() throws {
        let text = "HTTP/1.1 503 \r\nContent-Length: 3\r\nX:\r\n\r\nabc"
        let answer = OperationsAnswer(status: 503, body: Array("abc".utf8))
        for count in 1..<text.utf8.count {
            let pieces = [text.prefix(count), text.dropFirst(count)].map(String.init)
            #expect(try outcome(pieces) == .success(answer))
        }
        #expect(try outcome(text.map(String.init)) == .success(answer))
        #expect(!answer.isSuccess)
    }

    @Test func `an answer without content is whole after its head`() throws {
        #expect(
            try outcome(["HTTP/1.1 204 No Content\r\n\r\n"])
                == .success(OperationsAnswer(status: 204, body: [])))
        #expect(
            try outcome([OperationsClientTests.empty], then: .closes)
                == .success(OperationsAnswer(status: 200, body: [])))
    }

    @Test(arguments: [
        "HTTP/1.2 200 OK\r\n", "HTTP/2 200\r\n", "HTTP/1.1  200 OK\r\n", "HTTP/1.1 200\r\n",
        "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 099 C\r\n",
        "HTTP/1.1 600 No\r\n", "http/1.1 200 OK\r\n", "\r\nHTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 O\u{7F}K\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\0",
    ])
    func `a status line that is none is told apart at once`(line: String) throws {
        #expect(
            try outcome([line + "Content-Length: 0\r\n\r\n"])
                == .failure(.exchange(.malformed(.statusLine))))
    }

    @Test(arguments: [
        ("Content-Length : 0\r\n", AnswerFault.field), (" Content-Length: 0\r\n", .field),
        ("Content-Length\r\n", .field), (": 0\r\n", .field),
        ("A: b\nContent-Length: 0\r\n", .field),
        ("A: \u{1}\r\nContent-Length: 0\r\n", .field), ("", .length),
        ("Content-Length: 0\r\nContent-Length: 0\r\n", .length),
        ("Content-Length: \r\n", .length), ("Content-Length: -1\r\n", .length),
        ("Content-Length: +1\r\n", .length), ("Content-Length: 1,1\r\n", .length),
        ("Content-Length: 0x1\r\n", .length), ("Content-Length: 1000000000\r\n", .length),
        ("Transfer-Encoding: gzip, chunked\r\n", .length),
        ("Content-Length: 0\r\ntransfer-encoding: chunked\r\n", .length),
    ])
    func `a head that does not say one length is refused`(fields: String, fault: AnswerFault) throws
    {
        #expect(
            try outcome(["HTTP/1.1 200 OK\r\n\(fields)\r\n"])
                == .failure(.exchange(.malformed(fault))))
    }

    @Test func `more content than stated is refused`() throws {
        #expect(
            try outcome(["HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab"])
                == .failure(.exchange(.malformed(.excess))))
    }

    @Test(arguments: [-1, 0, 1])
    func `the content of an answer has at most a mebibyte`(excess: Int) throws {
        let count = OperationsClient.answerBytesMax + excess
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n"
        let outcome = try outcome([head + String(repeating: "x", count: count)])
        if excess <= 0 {
            #expect(try outcome.get().body.count == count)
        } else {
            #expect(
                outcome
                    == .failure(
                        .exchange(.tooLarge(bytesMax: OperationsClient.answerBytesMax))))
        }
    }

    @Test func `a head that never ends is given up long before`() throws {
        let field = "X: " + String(repeating: "x", count: 20_000) + "\r\n"
        #expect(
            try outcome(["HTTP/1.1 200 OK\r\n" + field])
                == .failure(.exchange(.tooLarge(bytesMax: 16_384))))
    }

    @Test(arguments: ["", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"])
    func `a server that closes early is told by what had come`(text: String) throws {
        #expect(
            try outcome(text.isEmpty ? [] : [text], then: .closes)
                == .failure(.exchange(.ended(receivedBytes: text.utf8.count))))
    }

    @Test func `a server that resets the connection has lost it`() throws {
        #expect(
            try outcome([], then: .resets)
                == .failure(.exchange(.lost(SystemError(call: "recv", code: ECONNRESET)))))
    }

    @Test func `a server that says nothing more is given up when the time is over`() throws {
        for pieces in [[], ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"]] {
            #expect(
                try outcome(pieces, timeoutMilliseconds: 50)
                    == .failure(.exchange(.timedOut(milliseconds: 50))))
        }
    }

    @Test func `a listener that accepts nobody is given up as well`() throws {
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)[0]
        let listener = try Sockets.listen(on: any, sharesPort: false, backlog: 1)
        let port = try Sockets.localAddress(of: listener.rawValue).port
        // More than any kernel's buffers, so that sending waits as well.
        for count in [0, 64 << 20] {
            #expect(throws: OperationsClientError.exchange(.timedOut(milliseconds: 50))) {
                try client(.tcp(host: "127.0.0.1", port: port), timeoutMilliseconds: 50)
                    .send(.post, "/x", body: [UInt8](repeating: 0, count: count))
            }
        }
    }

    @Test func `an answer to a request that was not read to its end still counts`() throws {
        let server = try AnsweringServer(
            ["HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"],
            afterRequestEndingIn: "", then: .closes, onUnixSocket: true)
        let answer = try client(server.address).send(
            .post, "/x", body: [UInt8](repeating: 0x20, count: 4 << 20))
        #expect(answer.status == 413)
    }

    @Test func `where nobody listens is told with the address`() throws {
        let address = OperationsAddress.tcp(host: "127.0.0.1", port: try FreePort.find())
        #expect(
            throws: OperationsClientError.unreachable(
                address, SystemError(call: "connect", code: ECONNREFUSED))
        ) { try client(address).send(.get, "/x") }
        let directory = try TemporaryDirectory()
        let path = OperationsAddress.unix(path: directory.path(of: "s"))
        #expect(
            throws: OperationsClientError.unreachable(
                path, SystemError(call: "connect", code: ENOENT))
        ) { try client(path).send(.get, "/x") }
        #expect(throws: OperationsClientError.path(.emptyPath)) {
            try client(.unix(path: "")).send(.get, "/x")
        }
        let error = #expect(throws: OperationsClientError.self) {
            try client(.tcp(host: "no host", port: 1)).send(.get, "/x")
        }
        guard case .resolution(let resolution) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(resolution.host == "no host")
    }

    @Test(arguments: ["", "a b", "a\r\nX: y", "a\n", "ä"])
    func `a token that would break the head is refused, and never said`(token: String) throws {
        let address = OperationsAddress.tcp(host: "127.0.0.1", port: 1)
        let error = #expect(throws: OperationsClientError.self) {
            try client(address, token: token).send(.get, "/x")
        }
        #expect(error == .unusableToken)
        #expect(token.isEmpty || error?.description.contains(token) == false)
    }

    @Test(arguments: ["", "x", "/a b", "/a\r\n", "/ä"])
    func `a path that is none is refused`(path: String) {
        #expect(throws: OperationsClientError.unusablePath) {
            try client(.tcp(host: "127.0.0.1", port: 1)).send(.get, path)
        }
    }

    @Test(
        arguments: [
            (#"{"title":"t","detail":"d"}"#, "d"), (#"{"title":"t"}"#, "t"), (#"{"title":1}"#, nil),
            ("[1]", nil), ("", nil), ("<html>", nil),
        ] as [(String, String?)])
    func `a problem says why`(body: String, detail: String?) {
        #expect(OperationsAnswer(status: 422, body: Array(body.utf8)).problemDetail == detail)
    }
}
