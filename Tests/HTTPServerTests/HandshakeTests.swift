import Glibc
import HTTP
import HTTPServer
import OpenSSL
import POSIX
import TestSupport
import Testing

private func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }

/// Connections with TLS. What they carry is the same as without, so that a part of the cases of
/// connections is enough.
struct HandshakeTests {
    private let authority: TestAuthority
    private let context: TLSContext

    init() throws {
        authority = try TestAuthority.shared.get()
        context = try authority.clientContext()
    }

    private func server(
        _ limits: ServerLimits = .patient, _ authentication: TLSClientAuthentication = .off,
        sendBufferBytes: CInt? = nil
    ) throws -> TestServer {
        try TestServer(
            limits, sendBufferBytes: sendBufferBytes,
            tls: authority.serverContext(authentication))
    }

    private func client(_ server: TestServer, receiveBufferBytes: CInt? = nil) throws
        -> ClientSocket
    {
        let client = try ClientSocket(port: server.port, receiveBufferBytes: receiveBufferBytes)
        try client.startTLS(context)
        return client
    }

    private func count(_ result: HandshakeResult, of server: TestServer) -> UInt64 {
        let counts = server.onReactor { $0.figures.handshakes }
        return counts.isEmpty ? 0 : counts[result.rawValue]
    }

    @Test func `requests follow one another, whole, in pieces and in pipelines`() throws {
        let server = try server()
        let client = try client(server)
        for number in 0..<20 {
            try client.send(get("/\(number)"))
            #expect(try client.readAnswer().text == "GET /\(number) ")
        }
        try client.sendByteByByte(get("/bytes"))
        #expect(try client.readAnswer().text == "GET /bytes ")
        let numbers = 0..<500
        try client.send(numbers.map { get("/later/\($0)") }.joined())
        for number in numbers {
            #expect(try client.readAnswer().text == "later /later/\(number)")
        }
        #expect(count(.full, of: server) == 1)
        #expect(server.counter.value == 1)
    }

    @Test(arguments: [1, 16_383, 16_384, 16_385, 100_000, 1_048_576])
    func `bodies and answers of any size pass`(count: Int) throws {
        let server = try server(.patient { $0.http.bodyBytesMax = 1 << 20 })
        let client = try client(server)
        let body = String(repeating: "x", count: count)
        try client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n\(body)")
        #expect(try client.readAnswer().text == "POST /echo \(body)")
        try client.send(get("/big/\(count)"))
        #expect(try client.readAnswer().text.utf8.count == count)
    }

    @Test func `a client that reads slowly gets all of its answers`() throws {
        let server = try server(sendBufferBytes: 4096)
        let client = try client(server, receiveBufferBytes: 4096)
        for _ in 0..<8 { try client.send(get("/big/3000000")) }
        try server.expectHealthy(context)
        for _ in 0..<8 {
            let text = try client.readAnswer().text
            #expect(text.utf8.count == 3_000_000)
            #expect(text.utf8.allSatisfy { $0 == UInt8(ascii: "b") })
        }
        try client.send(get("/after"))
        #expect(try client.readAnswer().text == "GET /after ")
    }

    @Test func `a client that reads nothing is dropped in time`() throws {
        let server = try server(
            .patient { $0.writeTimeout = ServerLimits.second / 5 }, sendBufferBytes: 4096)
        let client = try client(server, receiveBufferBytes: 4096)
        try client.send(get("/big/5000000"))
        try eventually("the connection is closed") { server.counter.value == 0 }
        #expect(throws: ClientSocket.Failure.self) { try client.readAnswer() }
    }

    @Test func `a client that ends its side is still answered, and told the end`() throws {
        let server = try server()
        let client = try client(server)
        try client.send(get("/hold"))
        client.finishSending()
        try eventually("the request is held") { server.heldCount == 1 }
        server.release()
        #expect(try client.readAnswer().text == "held")
        #expect(try client.readToEnd() == "")
        try eventually("the connection is closed") { server.counter.value == 0 }
    }

    @Test func `an answer that closes is followed by the end of TLS`() throws {
        let server = try server()
        let client = try client(server)
        try client.send(get("/close"))
        #expect(try client.readAnswer().values(of: "Connection") == ["close"])
        #expect(try client.readToEnd() == "")
    }

    @Test func `handshakes that do not end are given up in time`() throws {
        let server = try server(.patient { $0.handshakeTimeout = ServerLimits.second / 5 })
        let silent = try ClientSocket(port: server.port)
        let half = try ClientSocket(port: server.port)
        // The beginning of a ClientHello that would have 512 bytes.
        try half.send([22, 3, 1, 2, 0, 1, 0, 1, 0xFC])
        for client in [silent, half] { #expect(try client.readToEnd() == "") }
        #expect(count(.timeout, of: server) == 2)
        try server.expectHealthy(context)
        try server.expectNoSpinning(context)
    }

    @Test func `1,000 half handshakes stop nobody and end at the deadline`() throws {
        let server = try server(
            .patient {
                $0.connectionsMax = 4000
                $0.handshakeTimeout = 3 * ServerLimits.second
                $0.handshakesMax = 2000
            })
        let clients = try (0..<1000).map { _ in
            let client = try ClientSocket(port: server.port, seconds: 30)
            try client.send([22, 3, 1, 2, 0, 1, 0, 1, 0xFC])
            return client
        }
        try server.expectHealthy(context)
        for client in clients { #expect(try client.readToEnd() == "") }
        #expect(count(.timeout, of: server) == 1000)
        #expect(server.onReactor { $0.figures.open } <= 1)
    }

    @Test func `beyond the cap the handshake that was waited for longest makes room`() throws {
        let server = try server(.patient { $0.handshakesMax = 2 })
        let silent = try (0..<2).map { _ in
            let client = try ClientSocket(port: server.port, seconds: 20)
            try eventually("it is accepted") { server.counter.value > 0 }
            return client
        }
        try server.expectHealthy(context)
        try server.expectHealthy(context)
        #expect(count(.displaced, of: server) == 1)
        #expect(count(.full, of: server) == 2)
        #expect(try silent[0].readToEnd() == "")
        #expect(!silent[1].hasNews)
    }

    @Test func `a request in plain HTTP is answered with the reason`() throws {
        let server = try server()
        let client = try ClientSocket(port: server.port)
        try client.send(get("/predict"))
        let answer = try client.readAnswer()
        #expect(answer.status == 400)
        #expect(answer.text == "plainHTTP")
        #expect(try client.readToEnd() == "")
        #expect(count(.plainHTTP, of: server) == 1)
    }

    @Test func `what is no TLS gets an alert and the end`() throws {
        let server = try server()
        let client = try ClientSocket(port: server.port)
        try client.send([UInt8](repeating: 0xFF, count: 3000))
        _ = try client.readToEnd()
        #expect(count(.other, of: server) == 1)
        try server.expectHealthy(context)
    }

    @Test func `a client that leaves in its handshake is counted`() throws {
        let server = try server()
        let client = try ClientSocket(port: server.port)
        try client.send([22, 3, 1])
        client.close()
        try eventually("it is counted") { count(.closed, of: server) == 1 }
        #expect(server.counter.value == 0)
    }

    @Test func `another context is for connections that come later`() throws {
        let other = try TestAuthority()
        let server = try server()
        let before = try client(server)
        let later = try other.serverContext()
        server.onReactor { $0.tlsContext = later }
        #expect(throws: ClientSocket.Failure.tls(.unknownAuthority)) { try client(server) }
        try server.expectHealthy(other.clientContext())
        try before.send(get("/before"))
        #expect(try before.readAnswer().text == "GET /before ")
        try eventually("it is counted") { count(.refusedByClient, of: server) == 1 }
    }

    @Test func `draining ends handshakes and answers what has begun`() throws {
        let server = try server()
        let silent = try ClientSocket(port: server.port)
        let client = try client(server)
        try client.send(get("/hold"))
        try eventually("the request is held") { server.heldCount == 1 }
        server.drain()
        #expect(try silent.readToEnd() == "")
        server.release()
        #expect(try client.readAnswer().values(of: "Connection") == ["close"])
        client.close()
        try eventually("it has drained") { server.drainedCount == 1 }
    }
}
