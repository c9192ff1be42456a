import Reactor
import Redis
import TestSupport
import Testing

@Suite struct RedisConnectionTests {
    @Test func `commands of one turn are answered in their order`() throws {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port)
        let outcomes = (0..<1000).map { fixture.send("ECHO", "\($0)", milliseconds: 5000) }
        try fixture.reactor.turns(until: "all end") { outcomes.allSatisfy { $0.result != nil } }
        for (index, outcome) in outcomes.enumerated() {
            #expect(outcome.text == "\(index)")
            #expect(outcome.results.count == 1)
        }
    }

    @Test func `commands leave at the end of their turn`() throws {
        let server = try ScriptedServer()
        let fixture = try ConnectionFixture(port: server.port)
        try fixture.reactor.turns(until: "a connection") { try server.accept() }
        try fixture.reactor.turns(until: "PING") { try server.receivedText().contains("PING") }
        let outcomes = (0..<100).map { fixture.send("ECHO", "number \($0)") }
        #expect(try !server.receivedText().contains("ECHO"))
        fixture.reactor.turn(waitingAtMost: 0)
        #expect(try server.receivedText().contains("number 99"))
        #expect(outcomes.allSatisfy { $0.result == nil })
    }

    @Test func `commands larger than the socket's buffers arrive whole`() throws {
        let server = try RedisServer()
        // A PING after them has the same time.
        let fixture = try ConnectionFixture(port: server.port, deadlineMilliseconds: 10_000)
        try fixture.waitUntilPassing()
        let value = [UInt8](repeating: 0x76, count: 3 << 20)
        let outcomes = (0..<5).map {
            fixture.send([Array("SET".utf8), Array("k\($0)".utf8), value], milliseconds: 10_000)
        }
        try fixture.reactor.turns(until: "all end") { outcomes.allSatisfy { $0.result != nil } }
        #expect(outcomes.map(\.text) == Array(repeating: "OK", count: 5))
        #expect(try server.client().command("STRLEN", "k4") == .integer(value.count))
    }

    @Test func `a command before there is a connection waits for it`() throws {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port)
        #expect(try fixture.ask("ECHO", "x", milliseconds: 5000).text == "x")
    }

    @Test func `a host name is looked up`() throws {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port, host: "localhost")
        #expect(try fixture.ask("ECHO", "x", milliseconds: 5000).text == "x")
    }

    @Test func `a host name without an address fails, and stays to be tried`() throws {
        let fixture = try ConnectionFixture(port: 6379, host: "redis.invalid")
        try fixture.reactor.turns(until: "the lookup fails") {
            if case .hostUnknown = fixture.healthFailure { true } else { false }
        }
        let outcome = try fixture.ask("PING")
        #expect(outcome.failure != nil)
        #expect(fixture.connection.deadline != nil)
    }

    @Test func `AUTH and SELECT come first`() throws {
        let server = try RedisServer(["--requirepass", "open \r\n sesame"])
        let fixture = try ConnectionFixture(
            port: server.port, password: "open \r\n sesame", database: 3)
        #expect(try fixture.ask("SET", "k", "v", milliseconds: 5000).text == "OK")
        let client = try server.client()
        try client.command("AUTH", "open \r\n sesame")
        #expect(try client.command("EXISTS", "k") == .integer(0))
        try client.command("SELECT", "3")
        #expect(try client.command("EXISTS", "k") == .integer(1))
    }

    @Test func `a user authenticates with a name`() throws {
        let server = try RedisServer()
        try server.client().command("ACL", "SETUSER", "ann", "on", ">pw", "~*", "+@all")
        let fixture = try ConnectionFixture(port: server.port, user: "ann", password: "pw")
        #expect(try fixture.ask("ACL", "WHOAMI", milliseconds: 5000).text == "ann")
    }

    @Test func `a wrong password is a failure, until it is the right one`() throws {
        let server = try RedisServer(["--requirepass", "right"])
        let fixture = try ConnectionFixture(port: server.port, password: "wrong")
        let expected = RedisFailure.authenticationRefused(
            RedisErrorCode(of: Array("WRONGPASS".utf8)))
        #expect(try fixture.ask("SET", "k", "v").failure == expected)
        #expect(fixture.healthFailure == expected)
        let client = try server.client()
        try client.command("AUTH", "right")
        #expect(try client.command("EXISTS", "k") == .integer(0))
        try client.command("CONFIG", "SET", "requirepass", "wrong")
        #expect(try fixture.ask("SET", "k", "v", milliseconds: 5000).text == "OK")
        #expect(fixture.isPassing)
    }

    @Test func `without the password that Redis wants each answer is an error`() throws {
        let server = try RedisServer(["--requirepass", "right"])
        let fixture = try ConnectionFixture(port: server.port)
        let outcome = try fixture.ask("GET", "k", milliseconds: 5000)
        #expect(outcome.text?.hasPrefix("NOAUTH") == true)
        #expect(fixture.healthFailure == .errorReply(RedisErrorCode(of: Array("NOAUTH".utf8))))
    }

    @Test func `a database that does not exist is a failure, and nothing lands in another`() throws
    {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port, database: 99)
        let expected = RedisFailure.databaseRefused(RedisErrorCode(of: []))
        #expect(try fixture.ask("SET", "k", "v").failure == expected)
        #expect(fixture.healthFailure == expected)
        #expect(try server.client().command("DBSIZE") == .integer(0))
    }

    @Test func `NOSCRIPT does not make Redis count as failing`() throws {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port)
        let digest = String(repeating: "0", count: 40)
        let outcome = try fixture.ask("EVALSHA", digest, "0", milliseconds: 5000)
        #expect(outcome.text?.hasPrefix("NOSCRIPT") == true)
        #expect(fixture.isPassing)
    }

    @Test func `an idle connection is asked every second, and health is never older than 1.1 s`()
        throws
    {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port)
        try fixture.waitUntilPassing()
        try server.client().command("CONFIG", "RESETSTAT")
        let begin = fixture.reactor.loop.now
        while fixture.reactor.loop.now < begin + 2_300_000_000 {
            fixture.reactor.turn(waitingAtMost: 10_000_000)
            #expect(fixture.isPassing)
        }
        let statistics = try server.client().command("INFO", "commandstats").text ?? ""
        #expect(statistics.contains("cmdstat_ping:calls=2,"))
    }

    @Test func `as many commands wait as the limit says`() throws {
        var limits = RedisLimits.standard
        limits.commandsMax = 3
        let fixture = try ConnectionFixture(port: FreePort.find(), limits: limits)
        let taken = (0..<3).map { _ in fixture.send("PING") }
        let refused = fixture.send("PING")
        #expect(taken.allSatisfy { $0.result == nil })
        #expect(refused.failure == .queueFull)
        try fixture.reactor.turns(until: "all end") { taken.allSatisfy { $0.result != nil } }
        #expect(fixture.send("PING").result == nil)
    }

    @Test func `commands are taken while fewer bytes wait than the limit says`() throws {
        // `*1\r\n$4\r\nPING\r\n` is 14 bytes.
        for (bytesMax, taken) in [(13, 1), (14, 1), (15, 2), (28, 2), (29, 3)] {
            var limits = RedisLimits.standard
            limits.unsentBytesMax = bytesMax
            let fixture = try ConnectionFixture(port: FreePort.find(), limits: limits)
            let outcomes = (0..<5).map { _ in fixture.send("PING") }
            #expect(outcomes.count { $0.result == nil } == taken)
            #expect(outcomes.count { $0.failure == .queueFull } == 5 - taken)
        }
    }

    @Test func `a deadline that has passed already ends its command and nothing else`() throws {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port)
        try fixture.waitUntilPassing()
        let identifier = try fixture.ask("CLIENT", "ID").result
        let good = fixture.send("ECHO", "x", milliseconds: 5000)
        let late = fixture.send("ECHO", "y", milliseconds: -1000)
        #expect(late.failure == .deadlinePassed)
        try fixture.finish(good)
        #expect(good.text == "x")
        #expect(try fixture.ask("CLIENT", "ID").result == identifier)
    }
}
