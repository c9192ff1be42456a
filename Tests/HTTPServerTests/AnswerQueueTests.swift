import HTTP
import HTTPServer
import TestSupport
import Testing

private func get(_ target: String, _ fields: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
}

struct AnswerQueueTests {
    /// So small that the kernel holds little of what a client does not read.
    private static let bufferBytes: Int32 = 4096

    @Test func `a pipeline of 5,000 requests is answered in order`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        let targets = (0..<5000).map { $0 % 100 == 99 ? "/later/\($0)" : "/\($0)" }
        // The client sends all before it reads anything: more than one read takes, less than the
        // kernel holds.
        try client.send(targets.map { get($0) }.joined())
        for target in targets {
            let text = target.hasPrefix("/later") ? "later \(target)" : "GET \(target) "
            #expect(try client.readAnswer().text == text)
        }
    }

    @Test func `requests after one that takes long wait for it`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/1") + get("/hold/2") + get("/3") + get("/later/4") + get("/5"))
        #expect(try client.readAnswer().text == "GET /1 ")
        try server.expectHealthy()
        #expect(!client.hasNews)
        #expect(!server.requests.contains("GET /3"))
        server.release()
        #expect(try client.readAnswer().text == "held")
        #expect(try client.readAnswer().text == "GET /3 ")
        #expect(try client.readAnswer().text == "later /later/4")
        #expect(try client.readAnswer().text == "GET /5 ")
    }

    @Test func `answers of one turn reach their clients, however their order is mixed`() throws {
        let server = try TestServer()
        let one = try ClientSocket(port: server.port)
        try one.send(get("/hold/1") + get("/hold/2", "Connection: close\r\n"))
        try eventually("the first is held") { server.heldCount == 1 }
        let other = try ClientSocket(port: server.port)
        try other.send(get("/hold/3"))
        try eventually("both are held") { server.heldCount == 2 }
        // One, the other, and one again, which then closes.
        #expect(server.release() == [true, true, true])
        #expect(try one.readAnswer().closes == false)
        #expect(try other.readAnswer().text == "held")
        #expect(try one.readAnswer().closes)
        #expect(try one.readToEnd() == "")
    }

    @Test func `the same where the client has finished sending`() throws {
        let server = try TestServer()
        let one = try ClientSocket(port: server.port)
        try one.send(get("/hold/1") + get("/hold/2"))
        one.finishSending()
        try eventually("the first is held") { server.heldCount == 1 }
        let other = try ClientSocket(port: server.port)
        try other.send(get("/hold/3"))
        try eventually("both are held") { server.heldCount == 2 }
        #expect(server.release() == [true, true, true])
        #expect(try one.readAnswer().text == "held")
        #expect(try one.readAnswer().text == "held")
        #expect(try one.readToEnd() == "")
    }

    @Test func `an answer that is made after the server's part of the turn is not forgotten`()
        throws
    {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/hold"))
        try eventually("the request is held") { server.heldCount == 1 }
        server.releaseBehindTurn()
        #expect(try client.readAnswer().text == "held")
    }

    @Test(arguments: [0, 1, 300_000, 8_000_000])
    func `an answer of any size arrives whole`(count: Int) throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/big/\(count)") + get("/next") + get("/big/\(count)"))
        #expect(try client.readAnswer().body.count == count)
        #expect(try client.readAnswer().text == "GET /next ")
        #expect(try client.readAnswer().body == [UInt8](repeating: 0x62, count: count))
    }

    @Test func `an answer that closes arrives whole at a slow reader`() throws {
        let server = try TestServer(sendBufferBytes: AnswerQueueTests.bufferBytes)
        let client = try ClientSocket(
            port: server.port, receiveBufferBytes: AnswerQueueTests.bufferBytes)
        try client.send(get("/big/1000000", "Connection: close\r\n"))
        try server.expectHealthy()
        #expect(try client.readAnswer().body.count == 1_000_000)
        #expect(try client.readToEnd() == "")
    }

    @Test func `what a slow reader was sent goes on while the next request is handled`() throws {
        let server = try TestServer(sendBufferBytes: AnswerQueueTests.bufferBytes)
        let client = try ClientSocket(
            port: server.port, receiveBufferBytes: AnswerQueueTests.bufferBytes)
        // Both in one turn: the answer to the first waits when the second is held already.
        try client.send(get("/big/100000") + get("/hold"))
        try eventually("the second is held") { server.heldCount == 1 }
        #expect(try client.readAnswer().body.count == 100_000)
        try server.expectNoSpinning()
        server.release()
        #expect(try client.readAnswer().text == "held")
        try client.send(get("/next"))
        #expect(try client.readAnswer().text == "GET /next ")
    }

    @Test func `an answer made while an earlier one waits is sent after it`() throws {
        let server = try TestServer(sendBufferBytes: AnswerQueueTests.bufferBytes)
        let client = try ClientSocket(
            port: server.port, receiveBufferBytes: AnswerQueueTests.bufferBytes)
        try client.send(get("/big/100000") + get("/hold") + get("/last", "Connection: close\r\n"))
        try eventually("the second is held") { server.heldCount == 1 }
        server.release()
        try server.expectHealthy()
        #expect(!server.requests.contains("GET /last"))
        #expect(try client.readAnswer().body.count == 100_000)
        #expect(try client.readAnswer().text == "held")
        #expect(try client.readAnswer().text == "GET /last ")
        #expect(try client.readToEnd() == "")
    }

    @Test func `a client that does not read is not read from, and then closed`() throws {
        let limits = ServerLimits.patient { $0.writeTimeout = 2 * ServerLimits.second }
        let server = try TestServer(limits, sendBufferBytes: AnswerQueueTests.bufferBytes)
        let client = try ClientSocket(
            port: server.port, receiveBufferBytes: AnswerQueueTests.bufferBytes)
        let requests = Array(String(repeating: get("/big/1000"), count: 10_000).utf8)
        var sent = 0
        var refusals = 0
        // The client's own kernel buffer takes some megabytes at most.
        while refusals < 50, sent < 100_000_000 {
            let count = try client.sendNow(requests[(sent % requests.count)...])
            sent += count
            if count == 0 {
                refusals += 1
                try server.expectHealthy()
            }
        }
        #expect(refusals == 50)
        // The server holds the answers to one read of requests, or what it gathers before it sends.
        #expect(server.requests.count < 1000)
        try eventually("the client is given up") { server.counter.value == 0 }
        try server.expectHealthy()
    }

    @Test func `a request that began after answers that waited has its deadline still`() throws {
        let limits = ServerLimits.patient { $0.headTimeout = ServerLimits.second / 5 }
        let server = try TestServer(limits, sendBufferBytes: AnswerQueueTests.bufferBytes)
        let client = try ClientSocket(
            port: server.port, receiveBufferBytes: AnswerQueueTests.bufferBytes)
        try client.send(get("/big/100000") + "GET /ne")
        try server.expectHealthy()
        #expect(try client.readAnswer().body.count == 100_000)
        #expect(try client.readAnswer().status == 408)
        #expect(try client.readToEnd() == "")
    }

    @Test func `a body that began after answers that waited has its deadline still`() throws {
        let limits = ServerLimits.patient { $0.bodyTimeout = ServerLimits.second / 5 }
        let server = try TestServer(limits, sendBufferBytes: AnswerQueueTests.bufferBytes)
        let client = try ClientSocket(
            port: server.port, receiveBufferBytes: AnswerQueueTests.bufferBytes)
        try client.send(
            get("/big/100000")
                + "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        try server.expectHealthy()
        #expect(try client.readAnswer().body.count == 100_000)
        #expect(try client.readAnswer().status == 100)
        #expect(try client.readAnswer().status == 408)
        #expect(try client.readToEnd() == "")
    }

    @Test func `a client gets the answer that refuses its body though it sends all of it`() throws {
        let server = try TestServer()
        for count in [100_000, 1_000_000, 4_000_000] {
            let client = try ClientSocket(port: server.port)
            let body = String(repeating: "x", count: count)
            try client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n\(body)")
            #expect(try client.readAnswer().status == 413)
            #expect(try client.readToEnd() == "")
        }
    }

    @Test func `the same for a client that finishes sending before it reads`() throws {
        let server = try TestServer(receiveBufferBytes: 200_000)
        let client = try ClientSocket(port: server.port)
        let handed = Handed(client)
        // More than one read takes, and its end, have come before the server reads any of it.
        try server.onReactor { _ in
            Result {
                let body = String(repeating: "x", count: 150_000)
                try handed.value.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 150000\r\n\r\n\(body)")
                handed.value.finishSending()
            }
        }.get()
        #expect(try client.readAnswer().status == 413)
        #expect(try client.readToEnd() == "")
    }

    @Test func `a client that never stops sending after the last answer is cut off`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/close"))
        let block = [UInt8](repeating: 0x78, count: 1 << 20)
        var sent = 0
        #expect(throws: ClientSocket.Failure.self) {
            while sent < 100 << 20 {
                try client.send(block)
                sent += block.count
            }
        }
        try eventually("the connection is given up") { server.counter.value == 0 }
    }

    @Test func `a client that stays after the last answer is closed in the end`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/close"))
        #expect(try client.readAnswer().closes)
        #expect(try client.readToEnd() == "")
        #expect(server.counter.value == 1)
        try server.expectNoSpinning()
        try eventually("the connection is given up") { server.counter.value == 0 }
    }
}
