import HTTPServer
import POSIX
import TestSupport
import Testing

private func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }

/// How much of a turn a client gets that sends many requests ahead.
struct PipelineShareTests {
    /// Has both clients' requests come before the server reads any, the pipeline's first.
    private func sendTogether(
        _ pipeline: ClientSocket, _ requests: [String], _ other: ClientSocket, to server: TestServer
    ) throws {
        let handed = Handed((pipeline, other))
        try server.onReactor { _ in
            Result {
                try handed.value.0.send(requests.joined())
                try handed.value.1.send(get("/other"))
            }
        }.get()
    }

    private func clients(_ server: TestServer) throws -> (ClientSocket, ClientSocket) {
        let pair = (try ClientSocket(port: server.port), try ClientSocket(port: server.port))
        try eventually("both are accepted") { server.counter.value == 2 }
        return pair
    }

    @Test func `a pipeline has 16 requests answered before the next client's turn`() throws {
        let server = try TestServer()
        let (pipeline, other) = try clients(server)
        let targets = (0..<1000).map { "/\($0)" }
        try sendTogether(pipeline, targets.map(get), other, to: server)
        #expect(try other.readAnswer().text == "GET /other ")
        for target in targets { #expect(try pipeline.readAnswer().text == "GET \(target) ") }
        let before = try #require(server.requests.firstIndex(of: "GET /other"))
        #expect(before <= ServerLimits.requestsPerTurnMax)
        #expect(server.turnCount >= 1000 / ServerLimits.requestsPerTurnMax)
        try server.expectNoSpinning()
    }

    @Test func `slow requests of a pipeline are one a turn`() throws {
        let server = try TestServer()
        let (pipeline, other) = try clients(server)
        let slow = get("/slow/\(ServerLimits.connectionTurnNanosecondsMax + 100_000)")
        try sendTogether(pipeline, Array(repeating: slow, count: 20), other, to: server)
        #expect(try other.readAnswer().text == "GET /other ")
        let before = try #require(server.requests.firstIndex(of: "GET /other"))
        #expect(before <= 1)
        for _ in 0..<20 { #expect(try pipeline.readAnswer().status == 200) }
    }

    @Test func `the same where an answer that came late lets the pipeline go on`() throws {
        let server = try TestServer()
        let (pipeline, other) = try clients(server)
        let targets = (0..<1000).map { "/\($0)" }
        try pipeline.send(get("/hold") + targets.map(get).joined())
        try eventually("the first is held") { server.heldCount == 1 }
        let handed = Handed(other)
        try server.onReactor { _ in Result { try handed.value.send(get("/other")) } }.get()
        server.release()
        #expect(try other.readAnswer().text == "GET /other ")
        #expect(try pipeline.readAnswer().text == "held")
        for target in targets { #expect(try pipeline.readAnswer().text == "GET \(target) ") }
        let before = try #require(server.requests.firstIndex(of: "GET /other"))
        #expect(before <= 2 * ServerLimits.requestsPerTurnMax)
    }

    @Test func `many pipelines have their turns one after the other`() throws {
        let server = try TestServer()
        let clients = try (0..<40).map { _ in try ClientSocket(port: server.port) }
        try eventually("all are accepted") { server.counter.value == 40 }
        let handed = Handed(clients)
        try server.onReactor { _ in
            Result {
                for (index, client) in handed.value.enumerated() {
                    try client.send((0..<200).map { get("/\(index)-\($0)") }.joined())
                }
            }
        }.get()
        for (index, client) in clients.enumerated() {
            for number in 0..<200 {
                #expect(try client.readAnswer().text == "GET /\(index)-\(number) ")
            }
        }
        // None is through before each has begun.
        let requests = server.requests
        let lastBegun = try #require(
            (0..<40).compactMap { requests.firstIndex(of: "GET /\($0)-0") }.max())
        let firstEnded = try #require(
            (0..<40).compactMap { requests.firstIndex(of: "GET /\($0)-199") }.min())
        #expect(lastBegun < firstEnded)
        try server.expectNoSpinning()
    }

    @Test func `a client that has finished sending gets all of its answers`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        try client.send((0..<500).map { get("/\($0)") }.joined())
        client.finishSending()
        for number in 0..<500 { #expect(try client.readAnswer().text == "GET /\(number) ") }
        #expect(try client.readToEnd() == "")
        try eventually("the connection has ended") { server.counter.value == 0 }
    }

    @Test func `a client that leaves while its pipeline waits is forgotten`() throws {
        let server = try TestServer()
        for _ in 0..<20 {
            let client = try ClientSocket(port: server.port)
            try client.send(String(repeating: get("/slow/100000"), count: 500))
            try server.expectHealthy()
            client.reset()
        }
        try eventually("all have ended") { server.counter.value == 0 }
        try eventually("the server closed them too") {
            try TCPSocket.connected(localPort: server.port).isEmpty
        }
        try server.expectNoSpinning()
    }

    @Test func `a server that drains answers the pipeline's next request and closes`() throws {
        let server = try TestServer()
        let client = try ClientSocket(port: server.port)
        let handed = Handed(client)
        try server.onReactor { server in
            Result { try handed.value.send(String(repeating: get("/slow/600000"), count: 100)) }
        }.get()
        try eventually("some are answered") { server.requests.count > 2 }
        server.drain()
        var answers = 0
        while try !client.readAnswer().closes { answers += 1 }
        #expect(answers < 100)
        #expect(try client.readToEnd() == "")
        try eventually("it has drained") { server.drainedCount == 1 }
    }
}
