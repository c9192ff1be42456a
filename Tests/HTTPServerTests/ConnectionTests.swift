import HTTPServer
import TestSupport
import Testing

private func get(_ target: String, _ fields: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
}

struct ConnectionTests {
    @Test func `a connection is kept from request to request`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        for number in 0..<100 {
            try client.send(get("/\(number)"))
            let answer = try client.readAnswer()
            #expect(answer.text == "GET /\(number) ")
            #expect(answer.values(of: "Connection") == [])
        }
        #expect(server.counter.value == 1)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n", nil), ("GET / HTTP/1.0\r\n", "close"),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n", "keep-alive"),
        ("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n", "close"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", "close"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n", "close"),
        ("GET /close HTTP/1.1\r\nHost: a\r\n", "close"),
        ("GET /close HTTP/1.0\r\nConnection: keep-alive\r\n", "close"),
    ])
    func `the connection does what its answer says`(head: String, option: String?) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send("\(head)\r\n\(get("/2"))")
        let answer = try client.readAnswer()
        #expect(answer["Connection"] == option)
        if option == "close" {
            #expect(try client.readToEnd() == "")
            #expect(!server.requests.contains("GET /2"))
        } else {
            #expect(try client.readAnswer().text == "GET /2 ")
        }
    }

    @Test func `the answer to a HEAD has a length and no content`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/2"))
        let answer = try client.readAnswer(toHEAD: true)
        #expect(answer["Content-Length"] == "8")
        #expect(answer.body.isEmpty)
        #expect(try client.readAnswer().text == "GET /2 ")
    }

    @Test(arguments: ["/1", "/later", "/big/5000000"])
    func `a client that has finished sending gets its answer`(target: String) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/0") + get(target))
        client.finishSending()
        #expect(try client.readAnswer().text == "GET /0 ")
        #expect(try client.readAnswer().status == 200)
        #expect(try client.readToEnd() == "")
        try eventually("the connection has ended") { server.counter.value == 0 }
    }

    @Test func `a client that has finished sending is waited with at no cost`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/hold"))
        client.finishSending()
        try eventually("the request is held") { server.heldCount == 1 }
        try server.expectNoSpinning()
        #expect(server.release() == [true])
        #expect(try client.readAnswer().text == "held")
        #expect(try client.readToEnd() == "")
    }

    @Test func `a client that sends ahead of an answer is heard after it`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/hold"))
        try eventually("the request is held") { server.heldCount == 1 }
        try client.send(get("/2"))
        try server.expectNoSpinning()
        #expect(!server.requests.contains("GET /2"))
        server.release()
        #expect(try client.readAnswer().text == "held")
        #expect(try client.readAnswer().text == "GET /2 ")
        try client.send(get("/3"))
        #expect(try client.readAnswer().text == "GET /3 ")
    }

    @Test func `the late answer to a client that has gone goes nowhere`() throws {
        let server = try TestServer()
        let gone = try ClientSocket(port: server.port)
        try gone.send(get("/hold/1"))
        try eventually("the request is held") { server.heldCount == 1 }
        gone.reset()
        try eventually("the connection has ended") { server.counter.value == 0 }
        // It gets the place that became free, and must not get the answer.
        let next = try ClientSocket(port: server.port)
        try next.send(get("/hold/2") + get("/3"))
        try eventually("both are held") { server.heldCount == 2 }
        #expect(server.release() == [false, true])
        #expect(try next.readAnswer().text == "held")
        #expect(try next.readAnswer().text == "GET /3 ")
    }

    @Test func `a request is answered once`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/hold/1") + get("/hold/2"))
        try eventually("the first is held") { server.heldCount == 1 }
        #expect(server.releaseTwice() == [true, false])
        #expect(try client.readAnswer().text == "held")
        try server.expectHealthy()
        #expect(!client.hasNews)
        server.release()
        #expect(try client.readAnswer().text == "held")
    }

    @Test(arguments: ["", "GET / HT", get("/hold"), get("/big/5000000"), get("/close")])
    func `a client that drops the connection at any time harms nobody`(text: String) throws {
        let server = try TestServer()
        for _ in 0..<20 {
            let client = try ClientSocket(port: server.port)
            try client.send(text)
            try server.expectHealthy()
            client.reset()
        }
        try eventually("all have ended") { server.counter.value == 0 }
        try server.expectNoSpinning()
        try server.expectHealthy()
    }

    @Test(arguments: ["GET /hold", "GET /big/5000000"])
    func `a client that vanishes while others wait for the same turn harms nobody`(
        line: String
    ) throws {
        let server = try TestServer()
        let clients = try (0..<20).map { _ in try ClientSocket(port: server.port) }
        for client in clients { try client.send("\(line) HTTP/1.1\r\nHost: a\r\n\r\n") }
        try server.expectHealthy()
        for client in clients.dropFirst(10) { client.reset() }
        server.release()
        for client in clients.prefix(10) {
            #expect(try client.readAnswer().status == 200)
        }
        try eventually("ten have ended") { server.counter.value == 10 }
    }
}
