import HTTPServer
import TestSupport
import Testing

struct ConnectionCounterTests {
    @Test func `the connections open now are counted, whatever becomes of them`() throws {
        let server = try TestServer()
        #expect(server.counter.value == 0)
        let clients = try (0..<3).map { _ in try ClientSocket(port: server.port) }
        try eventually("all are accepted") { server.counter.value == 3 }
        clients[0].close()
        clients[1].reset()
        try clients[2].send("GET /close HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try clients[2].readAnswer()
        clients[2].close()
        try eventually("all have ended") { server.counter.value == 0 }
    }
}
