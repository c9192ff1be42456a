import POSIX
import Reactor
import Redis
import TestSupport
import Testing

@Suite struct RedisFaultTests {
    /// What a deadline of 100 ms costs: on a busy machine more, and never as much as a hang.
    private static let deadlineCost: Range<Int64> = 100_000_000..<5_000_000_000
    private static let connectionRefused: CInt = 111

    @Test func `without a server a command fails at its deadline, and works once there is one`()
        throws
    {
        let server = try RedisServer()
        server.kill()
        let fixture = try ConnectionFixture(port: server.port)
        let failed = try fixture.ask("PING")
        #expect(failed.failure == .connectFailed(code: RedisFaultTests.connectionRefused))
        #expect(RedisFaultTests.deadlineCost ~= failed.delay)
        #expect(fixture.healthFailure == .connectFailed(code: RedisFaultTests.connectionRefused))

        try server.restart()
        #expect(try fixture.ask("ECHO", "x", milliseconds: 5000).text == "x")
        #expect(fixture.isPassing)
    }

    @Test func `a server that comes within the deadline is waited for`() throws {
        let port = try FreePort.find()
        let fixture = try ConnectionFixture(port: port)
        let outcome = fixture.send("ECHO", "x", milliseconds: 8000)
        fixture.reactor.turns(forMilliseconds: 50)
        #expect(outcome.result == nil)
        let server = try ScriptedServer(port: port)
        try fixture.reactor.turns(until: "a connection") { try server.accept() }
        try fixture.reactor.turns(until: "the command") {
            try server.receivedText().contains("ECHO")
        }
        #expect(fixture.reactor.loop.now < Clock.monotonicNanoseconds())
        try server.send("$1\r\nx\r\n")
        try fixture.finish(outcome)
        #expect(outcome.text == "x")
    }

    @Test func `a killed server fails what it was asked, and a restarted one works again`() throws {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port)
        try fixture.waitUntilPassing()
        let begun = fixture.send("BLPOP", "nothing", "0", milliseconds: 5000)
        fixture.reactor.turns(forMilliseconds: 20)
        server.kill()
        try fixture.finish(begun)
        #expect(begun.failure == .closedByRedis || begun.failure == .connectionLost(code: 104))

        try server.restart()
        #expect(try fixture.ask("ECHO", "x", milliseconds: 5000).text == "x")
    }

    @Test func `a server that hangs costs the deadline, and its late answers reach nobody`() throws
    {
        let server = try RedisServer()
        let fixture = try ConnectionFixture(port: server.port)
        try fixture.waitUntilPassing()
        try server.pause()
        let hanging = (0..<20).map { fixture.send("ECHO", "before \($0)") }
        try fixture.reactor.turns(until: "all end") { hanging.allSatisfy { $0.result != nil } }
        #expect(hanging.allSatisfy { $0.failure == .deadlinePassed })
        // The deadline of the first takes the others with it, microseconds before their own.
        #expect(RedisFaultTests.deadlineCost ~= hanging[0].delay)
        #expect(fixture.healthFailure == .deadlinePassed)
        let meanwhile = try fixture.ask("ECHO", "meanwhile")
        #expect(meanwhile.failure == .deadlinePassed)

        let after = (0..<20).map { fixture.send("ECHO", "after \($0)", milliseconds: 5000) }
        server.resume()
        try fixture.reactor.turns(until: "all end") { after.allSatisfy { $0.result != nil } }
        for (index, outcome) in after.enumerated() { #expect(outcome.text == "after \(index)") }
        fixture.reactor.turns(forMilliseconds: 50)
        for outcome in hanging + [meanwhile] + after { #expect(outcome.results.count == 1) }
        #expect(fixture.isPassing)
    }

    @Test func `a deadline takes all with it that wait on the same connection`() throws {
        let server = try ScriptedServer()
        let fixture = try ConnectionFixture(port: server.port)
        try fixture.reactor.turns(until: "a connection") { try server.accept() }
        let patient = fixture.send("ECHO", "patient", milliseconds: 5000)
        let hasty = fixture.send("ECHO", "hasty", milliseconds: 50)
        try fixture.finish(patient, hasty)
        #expect(patient.failure == .deadlinePassed)
        #expect(patient.delay < 4_000_000_000)
        // The answers of the dropped connection have nobody to go to.
        try? server.send("+PONG\r\n$7\r\npatient\r\n$5\r\nhasty\r\n")
        let next = fixture.send("ECHO", "next", milliseconds: 5000)
        try fixture.reactor.turns(until: "another connection") { try server.accept() }
        try fixture.reactor.turns(until: "the command") {
            try server.receivedText().contains("next")
        }
        try server.send(
            server.receivedText().hasPrefix("*1")
                ? "+PONG\r\n$4\r\nnext\r\n" : "$4\r\nnext\r\n+PONG\r\n")
        try fixture.finish(next)
        #expect(next.text == "next")
    }

    @Test func `without a connection each command waits until its own deadline`() throws {
        let fixture = try ConnectionFixture(port: FreePort.find())
        let outcomes = [1200, 100, 900, 500].map { fixture.send("PING", milliseconds: $0) }
        try fixture.reactor.turns(until: "all end") { outcomes.allSatisfy { $0.result != nil } }
        for (outcome, milliseconds) in zip(outcomes, [1200, 100, 900, 500] as [Int64]) {
            #expect((milliseconds..<(milliseconds + 5000)) ~= outcome.delay / 1_000_000)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "*2147483647\r\n", "+PONG\r\n+nobody asked\r\n",
        "$" + String(repeating: "1", count: 70_000),
    ])
    func `a server that does not keep to the protocol is left`(_ answer: String) throws {
        let server = try ScriptedServer()
        let fixture = try ConnectionFixture(port: server.port)
        try fixture.reactor.turns(until: "a connection") { try server.accept() }
        try fixture.reactor.turns(until: "PING") { try server.receivedText().contains("PING") }
        try server.send(answer)
        try fixture.reactor.turns(until: "the connection ends") {
            server.receive()
            return server.isClosedByPeer
        }
        #expect(fixture.healthFailure == .protocolViolation)
        try fixture.reactor.turns(until: "another connection") { try server.accept() }
    }

    @Test func `a good connection that is lost is opened again in the same turn`() throws {
        let server = try ScriptedServer()
        let fixture = try ConnectionFixture(port: server.port)
        try fixture.reactor.turns(until: "a connection") { try server.accept() }
        try fixture.reactor.turns(until: "PING") { try server.receivedText().contains("PING") }
        try server.send("+PONG\r\n")
        try fixture.waitUntilPassing()
        // Attempts are at least 10 ms apart.
        fixture.reactor.turns(forMilliseconds: 11)
        server.closeConnection()
        fixture.reactor.turn(waitingAtMost: 5_000_000_000)
        #expect(fixture.healthFailure == .closedByRedis)
        #expect(try server.accept())
    }

    @Test func `a server that closes every connection is not hammered`() throws {
        let server = try ScriptedServer()
        let fixture = try ConnectionFixture(port: server.port)
        var accepted = 0
        let end = Clock.monotonicNanoseconds() + 400_000_000
        while Clock.monotonicNanoseconds() < end {
            fixture.reactor.turn(waitingAtMost: 2_000_000)
            if try server.accept() {
                accepted += 1
                server.closeConnection()
            }
        }
        // At 0, 10, 30, 70, 150 and 310 ms.
        #expect(2...6 ~= accepted)
        #expect(!fixture.isPassing)
    }

    @Test func `a server with too many clients is a failure that passes`() throws {
        let server = try RedisServer()
        var client: RedisClient? = try server.client()
        try client?.command("CONFIG", "SET", "maxclients", "1")
        let fixture = try ConnectionFixture(port: server.port)
        let outcome = try fixture.ask("PING")
        #expect(outcome.failure != nil || outcome.text == "ERR max number of clients reached")
        #expect(!fixture.isPassing)
        client = nil
        try fixture.waitUntilPassing()
        #expect(try fixture.ask("ECHO", "x").text == "x")
    }

    @Test func `a reactor that reaches Redis again tells the others, which try at once`() throws {
        let server = try RedisServer()
        server.kill()
        let neighbours = RedisNeighbours()
        let first = try ConnectionFixture(port: server.port, neighbours: neighbours)
        let second = try ConnectionFixture(port: server.port, neighbours: neighbours)
        try second.reactor.turns(until: "a pause of nearly 500 ms") {
            guard let next = second.connection.deadline else { return false }
            return next - Clock.monotonicNanoseconds() > 480_000_000
        }
        let untold = second.connection.deadline ?? 0
        // Redis must be back before the pause ends, so it is not RedisServer that starts here.
        let stand = try ScriptedServer(port: server.port)
        _ = first.send("PING", milliseconds: 5000)
        try first.reactor.turns(until: "a connection") { try stand.accept() }
        try first.reactor.turns(until: "PING") { try stand.receivedText().contains("PING") }
        try stand.send("+PONG\r\n")
        try first.reactor.turns(until: "the first passes") { first.isPassing }
        try second.reactor.turns(until: "the second connects") { try stand.accept() }
        #expect(Clock.monotonicNanoseconds() < untold)
    }

    @Test func `the addresses of a name are tried in turn`() throws {
        let server = try ScriptedServer()
        let addresses = try [FreePort.find(), FreePort.find(), server.port].map { port in
            try SocketAddress.resolve(host: "127.0.0.1", port: port, numericOnly: true)[0]
        }
        // The lookup of this name takes longer than the test needs to answer in its place.
        let fixture = try ConnectionFixture(port: server.port, host: "redis.invalid")
        fixture.reactor.turn(waitingAtMost: 0)
        fixture.connection.lookedUp(
            .host("redis.invalid", port: server.port),
            .success(RedisDestination(addresses: addresses)))
        try fixture.reactor.turns(until: "a connection") { try server.accept() }
    }
}
