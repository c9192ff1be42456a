import HTTPServer
import TestSupport
import Testing

struct ConnectionStressTests {
    @Test(arguments: [nil, 4096] as [Int32?])
    func `many clients at once get what they asked for, however they send it`(
        bufferBytes: Int32?
    ) throws {
        let server = try TestServer(sendBufferBytes: bufferBytes)
        let port = server.port
        let mistakes = try concurrently(8) { thread in
            var random = SplitMix64(seed: UInt64(thread))
            var mistakes: [String] = []
            for round in 0..<20 {
                let pipeline = RandomPipeline(count: 20, bigBytesMax: 20_000, using: &random)
                let client = try ClientSocket(port: port, receiveBufferBytes: bufferBytes)
                var rest = pipeline.bytes[...]
                while !rest.isEmpty {
                    let piece = rest.prefix(Int.random(in: 1...1500, using: &random))
                    try client.sendWhileReceiving(piece)
                    rest = rest.dropFirst(piece.count)
                }
                let isReset = Int.random(in: 0..<8, using: &random) == 0
                if isReset {
                    client.reset()
                    continue
                }
                let finishesSending = Bool.random(using: &random)
                if finishesSending { client.finishSending() }
                for (index, expected) in pipeline.answers.enumerated() {
                    let text = try client.readAnswer().text
                    if text != expected { mistakes.append("\(thread) \(round) \(index)") }
                }
                if finishesSending, try client.readToEnd() != "" {
                    mistakes.append("\(thread) \(round): too much")
                }
            }
            return mistakes
        }
        #expect(mistakes.flatMap { $0 } == [])
        try eventually("all have ended") { server.counter.value == 0 }
        try server.expectNoSpinning()
    }

    @Test(arguments: [UInt64](1...3))
    func `in whatever state a client is left, it is given up in time`(seed: UInt64) throws {
        let tenth = ServerLimits.second / 10
        let server = try TestServer(
            .patient {
                $0.headTimeout = 2 * tenth
                $0.bodyTimeout = 2 * tenth
                $0.idleTimeout = 3 * tenth
                $0.writeTimeout = 4 * tenth
            }, sendBufferBytes: 4096)
        var random = SplitMix64(seed: seed)
        let clients = try (0..<100).map { _ in
            let client = try ClientSocket(port: server.port, receiveBufferBytes: 4096)
            var bytes = RandomPipeline(count: 5, bigBytesMax: 50_000, using: &random).bytes
            if Bool.random(using: &random) { bytes += Array("GET\r\n\r\n".utf8) }
            let count = Int.random(in: 0...bytes.count, using: &random)
            _ = try client.sendNow(bytes[..<count])
            if Int.random(in: 0..<4, using: &random) == 0 { client.finishSending() }
            // Some read a while, so that the server is done with what it had to wait with.
            if Bool.random(using: &random), client.hasNews { _ = try? client.readAnswer() }
            return client
        }
        // A client that is served was accepted after all the others.
        try server.expectHealthy()
        try eventually("all are given up") { server.counter.value == 0 }
        withExtendedLifetime(clients) {}
        try server.expectNoSpinning()
    }
}
