import HTTPServer
import TestSupport
import Testing

private func get(_ target: String, _ fields: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
}

private let short = ServerLimits.second / 5

struct DeadlineTests {
    @Test(arguments: ["G", "\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"])
    func `a head that does not end in time is answered with 408`(text: String) throws {
        let server = try TestServer(.patient { $0.headTimeout = short })
        let client = try ClientSocket(port: server.port)
        try client.send(get("/1") + text)
        #expect(try client.readAnswer().text == "GET /1 ")
        let answer = try client.readAnswer()
        #expect(answer.status == 408)
        #expect(answer.closes)
        #expect(try client.readToEnd() == "")
    }

    @Test(arguments: [
        "Content-Length: 2\r\n\r\n", "Content-Length: 2\r\n\r\no",
        "Transfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
    ])
    func `a body that does not end in time is answered with 408`(rest: String) throws {
        let server = try TestServer(.patient { $0.bodyTimeout = short })
        let client = try ClientSocket(port: server.port)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(rest)")
        let answer = try client.readAnswer()
        #expect(answer.status == 408)
        #expect(answer.closes)
        #expect(try client.readToEnd() == "")
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
    ])
    func `a client that sends a byte now and then gains no time`(text: String) throws {
        let server = try TestServer(
            .patient {
                $0.headTimeout = short
                $0.bodyTimeout = short
            })
        let client = try ClientSocket(port: server.port)
        try client.send(text)
        try eventually("the server has enough") {
            if !client.hasNews { try client.send("x") }
            return client.hasNews
        }
        #expect(try client.readAnswer().status == 408)
    }

    @Test(arguments: ["", get("/1"), "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"])
    func `a connection that idles is closed in silence`(text: String) throws {
        let server = try TestServer(.patient { $0.idleTimeout = short })
        let client = try ClientSocket(port: server.port)
        try client.send(text)
        if !text.isEmpty { _ = try client.readAnswer() }
        #expect(try client.readToEnd() == "")
        try eventually("the connection has ended") { server.counter.value == 0 }
    }

    @Test func `a request that is being handled has no deadline here`() throws {
        let server = try TestServer(
            .patient {
                $0.headTimeout = short
                $0.bodyTimeout = short
                $0.idleTimeout = short
                $0.writeTimeout = short
            })
        let client = try ClientSocket(port: server.port)
        try client.send(get("/hold"))
        try eventually("the request is held") { server.heldCount == 1 }
        // An idle connection that came later has been closed meanwhile.
        let idle = try ClientSocket(port: server.port)
        #expect(try idle.readToEnd() == "")
        #expect(server.release() == [true])
        #expect(try client.readAnswer().text == "held")
        #expect(try client.readToEnd() == "")
    }

    @Test func `answers that nobody reads are given up in time`() throws {
        let server = try TestServer(.patient { $0.writeTimeout = short }, sendBufferBytes: 4096)
        let client = try ClientSocket(port: server.port, receiveBufferBytes: 4096)
        try client.send(get("/big/100000") + get("/hold"))
        let other = try ClientSocket(port: server.port, receiveBufferBytes: 4096)
        try other.send(get("/big/100000"))
        try eventually("all requests have come") { server.requests.count == 3 }
        try eventually("both are given up") { server.counter.value == 0 }
        #expect(server.release() == [false])
    }
}

struct DrainTests {
    @Test func `a server without connections has drained at once, and says so once`() throws {
        let server = try TestServer()
        server.drain()
        server.drain()
        #expect(server.drainedCount == 1)
        try server.expectRefusal()
        #expect(server.drainedCount == 1)
    }

    @Test func `connections that idle are closed, and then the server has drained`() throws {
        let server = try TestServer()
        let fresh = try ClientSocket(port: server.port)
        let used = try ClientSocket(port: server.port)
        try used.send(get("/1"))
        _ = try used.readAnswer()
        server.drain()
        #expect(server.drainedCount == 0)
        #expect(try fresh.readToEnd() == "")
        #expect(try used.readToEnd() == "")
        try eventually("the server has drained") { server.drainedCount == 1 }
        try server.expectRefusal()
    }

    @Test func `a request on its way is answered, and its connection closed`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/1"))
        #expect(try client.readAnswer().closes == false)
        server.drain()
        try client.send(get("/2"))
        let answer = try client.readAnswer()
        #expect(answer.text == "GET /2 ")
        #expect(answer.closes)
        #expect(try client.readToEnd() == "")
    }

    @Test(arguments: ["GET /2 HT", "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"])
    func `a request that has begun may become whole`(beginning: String) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(beginning)
        try server.expectHealthy()
        // It takes longer than an idle connection lives.
        let idle = try ClientSocket(port: server.port)
        try server.expectHealthy()
        server.drain()
        #expect(try idle.readToEnd() == "")
        try client.send(beginning.hasPrefix("GET") ? "TP/1.1\r\nHost: a\r\n\r\n" : "ok")
        let answer = try client.readAnswer()
        #expect(answer.text.hasPrefix(String(beginning.prefix(4))))
        #expect(answer.closes)
        #expect(try client.readToEnd() == "")
        client.close()
        try eventually("the server has drained") { server.drainedCount == 1 }
    }

    @Test func `a request that is being handled is answered, and its connection closed`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/hold") + get("/2"))
        try eventually("the request is held") { server.heldCount == 1 }
        server.drain()
        try server.expectRefusal()
        #expect(server.drainedCount == 0)
        #expect(server.release() == [true])
        let answer = try client.readAnswer()
        #expect(answer.text == "held")
        #expect(answer.closes)
        #expect(try client.readToEnd() == "")
        client.close()
        try eventually("the server has drained") { server.drainedCount == 1 }
        #expect(!server.requests.contains("GET /2"))
    }

    @Test func `connections that wait to be accepted are served`() throws {
        let server = try TestServer()
        let port = server.port
        let clients = try server.onReactor { http in
            Result {
                // While the reactor is here it accepts nobody.
                let clients = try (0..<100).map { _ in try Handed(ClientSocket(port: port)) }
                for client in clients { try client.value.send(get("/waiting")) }
                server.drain(http)
                return clients
            }
        }.get()
        for client in clients {
            let answer = try client.value.readAnswer()
            #expect(answer.text == "GET /waiting ")
            #expect(answer.closes)
            #expect(try client.value.readToEnd() == "")
            client.value.close()
        }
        try eventually("the server has drained") { server.drainedCount == 1 }
    }

    @Test func `a connection that idles once its client has read all is closed`() throws {
        let server = try TestServer(sendBufferBytes: 4096)
        let client = try ClientSocket(port: server.port, receiveBufferBytes: 4096)
        try client.send(get("/big/100000"))
        try eventually("the request has come") { !server.requests.isEmpty }
        server.drain()
        #expect(try client.readAnswer().closes == false)
        #expect(try client.readToEnd() == "")
        try eventually("the server has drained") { server.drainedCount == 1 }
    }

    @Test func `a client that vanishes does not keep the server from draining`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/hold"))
        try eventually("the request is held") { server.heldCount == 1 }
        server.drain()
        client.reset()
        try eventually("the server has drained") { server.drainedCount == 1 }
        #expect(server.release() == [false])
        #expect(server.drainedCount == 1)
    }
}
