import Glibc
import HTTPServer
import POSIX
import TestSupport
import Testing

private func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }

/// What the kernel keeps for clients that do not read.
struct UnreadAnswerTests {
    private let short = ServerLimits.second / 2

    /// TCP_USER_TIMEOUT of the connections that the server, which is in this process, has accepted.
    private func userTimeouts(of server: TestServer) throws -> [CInt] {
        let descriptors = try Files.names(in: "/proc/self/fd").compactMap { CInt($0) }
        return descriptors.compactMap { descriptor in
            guard let address = try? Sockets.localAddress(of: descriptor), !address.isUnix,
                address.port == server.port
            else { return nil }
            var isListening: CInt = 0
            var milliseconds: CInt = -1
            var count = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &count)
            getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, &count)
            return isListening == 0 ? milliseconds : nil
        }
    }

    /// Sends requests until neither the kernel nor the server takes more.
    private func fill(_ client: ClientSocket, _ server: TestServer) throws {
        let requests = Array(String(repeating: get("/big/4000"), count: 1000).utf8)
        var sent = 0
        var refusals = 0
        while refusals < 20, sent < 100_000_000 {
            let count = try client.sendNow(requests[(sent % requests.count)...])
            sent += count
            if count == 0 {
                refusals += 1
                try server.expectHealthy()
            }
        }
        #expect(refusals == 20)
    }

    @Test func `a client that never reads holds little memory of the kernel`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try fill(client, server)
        let unsent = try TCPSocket.connected(localPort: server.port).map(\.unsentBytes).max() ?? 0
        #expect(unsent > 0)
        #expect(unsent <= 4 * Int(Sockets.acceptedBufferBytes))
        let handled = server.requests.count
        for _ in 0..<10 { try server.expectHealthy() }
        #expect(server.requests.count == handled + 10, "none of the client's is handled meanwhile")
    }

    @Test func `after the write deadline the kernel keeps nothing of it`() throws {
        let server = try TestServer(.patient { $0.writeTimeout = short })
        let client = try ClientSocket(port: server.port)
        // One request, so that all of the client's input is read, which alone resets nothing.
        try client.send(get("/big/20000000"))
        try eventually("the answer is begun") { client.hasNews }
        try eventually("the client is given up") { server.counter.value == 0 }
        #expect(try TCPSocket.connected(localPort: server.port).allSatisfy { $0.unsentBytes == 0 })
        #expect(throws: ClientSocket.Failure.self, "the connection is reset") {
            while true { _ = try client.readAnswer() }
        }
    }

    @Test func `the kernel gives up a client within the write timeout, or five seconds`() throws {
        for (timeout, milliseconds) in [(20 * ServerLimits.second, 20_000), (short, 5_000)] {
            let server = try TestServer(.patient { $0.writeTimeout = timeout })
            let client = try ClientSocket(port: server.port)
            try client.send(get("/"))
            _ = try client.readAnswer()
            #expect(try userTimeouts(of: server) == [CInt(milliseconds)])
        }
    }
}
