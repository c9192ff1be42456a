import HTTPServer
import TestSupport
import Testing

/// Content that is made while the client takes it, and content larger than most requests may have.
struct ContentSourceTests {
    private func get(_ target: String, _ version: String = "1.1") -> String {
        "GET \(target) HTTP/\(version)\r\nHost: a\r\n\r\n"
    }

    private func post(_ target: String, _ count: Int) -> String {
        "POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n"
    }

    @Test(arguments: [0, 1, 2, 300])
    func `parts come in chunks, and the connection serves the next request`(count: Int) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/parts/\(count)") + get("/next"))
        let answer = try client.readAnswer()
        #expect(answer["Transfer-Encoding"] == "chunked")
        #expect(answer.body.count == count * 1000)
        #expect(try client.readAnswer().text == "GET /next ")
        #expect(server.partCount == count)
    }

    @Test func `a client that does not know chunks gets the content up to the connection's end`()
        throws
    {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/parts/3", "1.0"))
        let text = try client.readToEnd()
        #expect(!text.contains("Transfer-Encoding") && !text.contains("Content-Length"))
        #expect(text.contains("Connection: close\r\n"))
        #expect(text.hasSuffix("\r\n\r\n" + String(repeating: "p", count: 3000)))
    }

    @Test func `no more is made than the kernel takes for a client that reads nothing`() throws {
        let server = try TestServer(
            .patient { $0.writeTimeout = ServerLimits.second / 2 }, sendBufferBytes: 8192)
        let client = try ClientSocket(port: server.port, receiveBufferBytes: 4096)
        try client.send(get("/parts/10000"))
        try eventually("it is begun") { server.partCount > 0 }
        try eventually("it is given up") { server.counter.value == 0 }
        #expect(server.partCount < 500, "of ten thousand")
        try server.expectHealthy()
    }

    @Test func `a client that reads slowly gets all of it`() throws {
        let server = try TestServer(sendBufferBytes: 8192)
        let client = try ClientSocket(port: server.port, receiveBufferBytes: 4096)
        try client.send(get("/parts/2000"))
        #expect(try client.readAnswer().body.count == 2_000_000)
    }

    @Test func `a client that leaves ends the content`() throws {
        let server = try TestServer(sendBufferBytes: 8192)
        let client = try ClientSocket(port: server.port, receiveBufferBytes: 4096)
        try client.send(get("/parts/100000"))
        try eventually("it is begun") { server.partCount > 0 }
        client.reset()
        try eventually("it has gone") { server.counter.value == 0 }
        #expect(server.partCount < 1000)
    }

    @Test(arguments: [false, true])
    func `a route may take more content than others, up to its own limit`(isChunked: Bool) throws {
        let server = try TestServer()
        for (target, count, status) in [
            ("/large", 1 << 20, 200), ("/large", 1 << 20 + 1, 413), ("/small", 16_385, 413),
            ("/small", 16_384, 200),
        ] {
            let client = try ClientSocket(port: server.port)
            let content = String(repeating: "x", count: count)
            if isChunked {
                try client.send(
                    "POST \(target) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + String(count, radix: 16) + "\r\n\(content)\r\n0\r\n\r\n")
            } else {
                try client.send(post(target, count) + content)
            }
            let answer = try client.readAnswer()
            #expect(answer.status == status, "\(target) \(count)")
            if target == "/large", status == 200 { #expect(answer.text == "\(count)") }
        }
    }

    @Test func `so many large contents are held together, and one more is turned away`() throws {
        let server = try TestServer()
        var holders: [ClientSocket] = []
        for _ in 0..<ServerLimits.largeContentsMax {
            let client = try ClientSocket(port: server.port)
            try client.send(post("/large", 100_000) + "x")
            holders.append(client)
        }
        func status() throws -> Int {
            let client = try ClientSocket(port: server.port)
            try client.send(post("/large", 20_000) + String(repeating: "x", count: 20_000))
            return try client.readAnswer().status
        }
        try eventually("there is no room") { try status() == 503 }
        // What is no larger than most needs no room.
        let small = try ClientSocket(port: server.port)
        try small.send(post("/large", 3) + "abc")
        #expect(try small.readAnswer().text == "3")
        holders[0].reset()
        try eventually("its room is free") { try status() == 200 }
        #expect(try status() == 200, "an answer gives the room back")
    }
}
