import POSIX
import Redis
import TestSupport
import Testing

@Suite struct RedisSessionTests {
    private func session(
        _ port: UInt16, password: String? = nil, database: Int = 0, milliseconds: Int64 = 5000
    ) throws -> RedisSession {
        try RedisSession(
            RedisEndpoint(
                host: "127.0.0.1", port: port, user: nil, password: password.map { Array($0.utf8) },
                database: database),
            deadlineNanoseconds: milliseconds * 1_000_000)
    }

    @Test func `each command gets its own reply, errors among them`() throws {
        let server = try RedisServer()
        let session = try session(server.port)
        for number in 0..<100 {
            #expect(
                session.command("ECHO", "\(number)") == .success(.bulk(Array("\(number)".utf8))))
        }
        #expect(session.command("SET", "a", "1") == .success(.status(Array("OK".utf8))))
        guard case .success(.error(let text)) = session.command("LPUSH", "a", "1") else {
            Issue.record("no error reply")
            return
        }
        #expect(RedisErrorCode(of: text) == .wrongType)
        #expect(session.command("EXISTS", "a", "b") == .success(.integer(1)))
    }

    @Test func `password and database are those of the endpoint`() throws {
        let server = try RedisServer(["--requirepass", "sesame"])
        let session = try session(server.port, password: "sesame", database: 3)
        #expect(session.command("SET", "a", "1") == .success(.status(Array("OK".utf8))))
        let client = try server.client()
        try client.command("AUTH", "sesame")
        try client.command("SELECT", "3")
        #expect(try client.command("GET", "a") == .bulk([0x31]))
    }

    @Test func `a wrong password fails and says so`() throws {
        let server = try RedisServer(["--requirepass", "sesame"])
        let outcome = try session(server.port, password: "open", milliseconds: 200).command("PING")
        guard case .failure(.authenticationRefused(let code)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(code.description == "WRONGPASS")
    }

    @Test func `nobody there fails within the deadline`() throws {
        let start = Clock.monotonicNanoseconds()
        let outcome = try session(FreePort.find(), milliseconds: 100).command("PING")
        guard case .failure(.connectFailed) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(Clock.monotonicNanoseconds() - start < 2_000_000_000)
    }

    @Test func `a server that hangs fails at the deadline and serves again afterwards`() throws {
        let server = try RedisServer()
        let session = try session(server.port, milliseconds: 300)
        #expect(session.command("PING") == .success(.status(Array("PONG".utf8))))
        try server.pause()
        #expect(session.command("PING") == .failure(.deadlinePassed))
        server.resume()
        try eventually("the session is served") {
            session.command("PING") == .success(.status(Array("PONG".utf8)))
        }
    }
}
