import Reactor
import Redis
import TestSupport
import Testing

/// What a connection makes of Sentinels that answer, lie, hang, or are not there.
@Suite struct SentinelTests {
    private static let name = "churn"

    private func fixture(
        _ ports: [UInt16], name: String = name, password: String? = nil, database: Int = 0
    ) throws -> ConnectionFixture {
        try ConnectionFixture(
            RedisEndpoint(
                places: ports.map { .host("127.0.0.1", port: $0) }, primaryName: name, user: nil,
                password: password.map { Array($0.utf8) }, database: database))
    }

    private func sentinel(of server: RedisServer) throws -> RedisServer {
        try RedisServer(sentinelOf: server.port, as: Self.name, quorum: 1)
    }

    /// Turns the reactor while a scripted Sentinel gives the same answer to each connection.
    private func turn(
        _ fixture: ConnectionFixture, until what: String, _ sentinel: ScriptedServer,
        answering answer: String, _ condition: () -> Bool
    ) throws {
        try fixture.reactor.turns(until: what) {
            // The watch and the connection both come; one at a time is enough.
            if try sentinel.accept() { try sentinel.send(answer) }
            return condition()
        }
    }

    /// What a Sentinel answers to the three questions.
    private func answer(_ port: UInt16, epoch: Int = 1, others: [UInt16] = []) -> String {
        "*2\r\n$9\r\n127.0.0.1\r\n$\("\(port)".utf8.count)\r\n\(port)\r\n"
            + "*4\r\n$4\r\nname\r\n$5\r\nchurn\r\n$12\r\nconfig-epoch\r\n"
            + "$\("\(epoch)".utf8.count)\r\n\(epoch)\r\n*\(others.count)\r\n"
            + others.map { port in
                "*4\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n$4\r\nport\r\n"
                    + "$\("\(port)".utf8.count)\r\n\(port)\r\n"
            }.joined()
    }

    @Test func `Sentinels that want a password get it, and those of Redis do not`() throws {
        let server = try RedisServer(["--requirepass", "sesame"])
        let rights =
            "resetchannels &+switch-master -@all +subscribe +ping "
            + "+sentinel|get-master-addr-by-name +sentinel|master +sentinel|sentinels"
        let sentinel = try RedisServer(
            sentinelOf: server.port, as: Self.name, quorum: 1,
            lines: ["requirepass open", "user watcher on >watch \(rights)"])
        func fixture(_ user: String?, _ password: String?) throws -> ConnectionFixture {
            var endpoint = RedisEndpoint(
                places: [.host("127.0.0.1", port: sentinel.port)], primaryName: Self.name,
                user: nil, password: Array("sesame".utf8), database: 0)
            endpoint.sentinelUser = user
            endpoint.sentinelPassword = password.map { Array($0.utf8) }
            return try ConnectionFixture(endpoint)
        }
        for (user, password) in [(nil, "open"), ("watcher", "watch")] {
            let fixture = try fixture(user, password)
            #expect(try fixture.ask("SET", "k", "v", milliseconds: 5000).text == "OK")
            try fixture.reactor.turns(until: "it is subscribed") {
                let client = try sentinel.client()
                try client.command("AUTH", "open")
                return try client.command("CLIENT", "LIST", "TYPE", "pubsub").text?
                    .contains("sub=1") == true
            }
        }
        for (password, expected) in [
            ("sesame", RedisFailure.sentinelAuthenticationRefused(code("WRONGPASS"))),
            (nil, .sentinelRefused(code("NOAUTH"))),
        ] {
            let fixture = try fixture(nil, password)
            try fixture.reactor.turns(until: "it fails") { fixture.healthFailure == expected }
        }
    }

    private func code(_ text: String) -> RedisErrorCode { RedisErrorCode(of: Array(text.utf8)) }

    /// With the one that is configured there are 16 at most.
    @Test(arguments: [(14, true), (15, false)])
    func `Sentinels that were learned are asked, so many at most`(
        deadCount: Int, isFound: Bool
    ) throws {
        let server = try RedisServer()
        let good = try sentinel(of: server)
        let dead = try (0..<deadCount).map { _ in try FreePort.find() }
        var sentinel: ScriptedServer? = try ScriptedServer()
        let fixture = try fixture([try #require(sentinel).port])
        try turn(
            fixture, until: "it is reached", try #require(sentinel),
            answering: answer(server.port, epoch: 0, others: dead + [good.port])
        ) { fixture.isPassing }
        sentinel = nil
        let client = try server.client()
        try client.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        try fixture.reactor.turns(until: "the connection is lost") { !fixture.isPassing }
        if isFound {
            try fixture.waitUntilPassing()
        } else {
            fixture.reactor.turns(forMilliseconds: 1000)
            #expect(!fixture.isPassing)
        }
    }

    @Test func `a Sentinel that does not know the latest failover is not believed`() throws {
        let (old, new) = (try RedisServer(), try RedisServer())
        let sentinel = try ScriptedServer()
        let fixture = try fixture([sentinel.port])
        try turn(
            fixture, until: "it is reached", sentinel, answering: answer(new.port, epoch: 7)
        ) { fixture.isPassing }
        new.kill()
        let outcome = fixture.send("SET", "k", "v", milliseconds: 5000)
        try turn(
            fixture, until: "it is not believed", sentinel, answering: answer(old.port, epoch: 6)
        ) { fixture.healthFailure == .staleSentinel }
        #expect(outcome.result == nil)
        try turn(
            fixture, until: "it is believed", sentinel, answering: answer(old.port, epoch: 7)
        ) { outcome.result != nil }
        #expect(outcome.text == "OK")
    }

    @Test(arguments: ["", "*0\r\n*0\r\n", "+OK\r\n*0\r\n", "*1\r\n$12\r\nconfig-epoch\r\n"])
    func `without the failover's number a primary is not believed`(rest: String) throws {
        let server = try RedisServer()
        let sentinel = try ScriptedServer()
        let fixture = try fixture([sentinel.port])
        let place = answer(server.port).split(separator: "*4")[0]
        try turn(fixture, until: "it fails", sentinel, answering: place + rest) {
            fixture.healthFailure == (rest.isEmpty ? .deadlinePassed : .protocolViolation)
        }
        #expect(!fixture.isPassing)
    }

    @Test func `the primary is where a Sentinel says, and is greeted as always`() throws {
        let server = try RedisServer(["--requirepass", "sesame"])
        let sentinel = try sentinel(of: server)
        let fixture = try fixture([sentinel.port], password: "sesame", database: 3)
        #expect(try fixture.ask("SET", "k", "v", milliseconds: 5000).text == "OK")
        let client = try server.client()
        try client.command("AUTH", "sesame")
        try client.command("SELECT", "3")
        #expect(try client.command("EXISTS", "k") == .integer(1))
    }

    @Test func `Sentinels that are dead or hang are passed over`() throws {
        let server = try RedisServer()
        let (dead, good) = (try FreePort.find(), try sentinel(of: server))
        // The kernel accepts, and nobody answers.
        let hanging = try ScriptedServer()
        let fixture = try fixture([dead, hanging.port, dead, good.port])
        #expect(try fixture.ask("ECHO", "x", milliseconds: 5000).text == "x")
        // The good one is asked first from then on.
        try server.client().command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        let outcome = try fixture.ask("ECHO", "y", milliseconds: 5000)
        if outcome.failure != nil {
            #expect(try fixture.ask("ECHO", "y", milliseconds: 5000).text == "y")
        }
    }

    @Test func `a name that no Sentinel knows is a failure of its own`() throws {
        let server = try RedisServer()
        let sentinel = try sentinel(of: server)
        let fixture = try fixture([sentinel.port], name: "other")
        try fixture.reactor.turns(until: "it fails") { fixture.healthFailure == .primaryUnknown }
        #expect(try fixture.ask("PING").failure != nil)
    }

    @Test func `a server that is no Sentinel is a failure of its own`() throws {
        let server = try RedisServer()
        let fixture = try fixture([server.port])
        try fixture.reactor.turns(until: "it fails") {
            if case .sentinelRefused = fixture.healthFailure { true } else { false }
        }
    }

    @Test(arguments: [
        "*-1\r\n", "$-1\r\n", "+OK\r\n", ":1\r\n", "*0\r\n", "*1\r\n$1\r\nh\r\n",
        "*2\r\n$1\r\nh\r\n:1\r\n", "*2\r\n$1\r\nh\r\n$1\r\n0\r\n",
        "*2\r\n$1\r\nh\r\n$5\r\n65536\r\n", "*2\r\n$0\r\n\r\n$1\r\n1\r\n",
        "*2\r\n$3\r\na b\r\n$1\r\n1\r\n", "*3\r\n$1\r\nh\r\n$1\r\n1\r\n$1\r\n1\r\n",
    ])
    func `an answer that is no place names no primary`(answer: String) throws {
        let sentinel = try ScriptedServer()
        let fixture = try fixture([sentinel.port])
        try turn(fixture, until: "it fails", sentinel, answering: answer) {
            fixture.healthFailure == .primaryUnknown
        }
    }

    @Test func `a replica that a Sentinel names is not asked for anything`() throws {
        let primary = try RedisServer()
        let replica = try RedisServer(["--replicaof", "127.0.0.1", "\(primary.port)"])
        let sentinel = try ScriptedServer()
        let fixture = try fixture([sentinel.port])
        let outcome = fixture.send("SET", "k", "v", milliseconds: 5000)
        try turn(
            fixture, until: "it fails", sentinel, answering: answer(replica.port)
        ) { fixture.healthFailure == .notPrimary }
        #expect(outcome.result == nil)
        // Once another is named, what waits is carried out there.
        try turn(
            fixture, until: "it is carried out", sentinel, answering: answer(primary.port)
        ) { outcome.result != nil }
        #expect(outcome.text == "OK")
    }

    @Test func `without the right to ask for the role nothing is asked`() throws {
        let server = try RedisServer()
        try server.client().command("ACL", "SETUSER", "default", "-role")
        let sentinel = try ScriptedServer()
        let fixture = try fixture([sentinel.port])
        let expected = RedisFailure.roleRefused(RedisErrorCode(of: Array("NOPERM".utf8)))
        try turn(fixture, until: "it fails", sentinel, answering: answer(server.port)) {
            fixture.healthFailure == expected
        }
    }

    @Test func `a session asks Sentinels too`() throws {
        let server = try RedisServer()
        let sentinel = try sentinel(of: server)
        let session = try RedisSession(
            RedisEndpoint(
                places: [
                    .host("127.0.0.1", port: try FreePort.find()),
                    .host("localhost", port: sentinel.port),
                ], primaryName: Self.name, user: nil, password: nil, database: 0),
            deadlineNanoseconds: 5_000_000_000)
        #expect(session.command("SET", "a", "1") == .success(.status(Array("OK".utf8))))
    }

    @Test func `a connection that listens to keys asks Sentinels too`() throws {
        let server = try RedisServer(["--notify-keyspace-events", "K$g"])
        let sentinel = try sentinel(of: server)
        var events: [String] = []
        var beginnings = 0
        let endpoint = RedisEndpoint(
            places: [.host("127.0.0.1", port: sentinel.port)], primaryName: Self.name, user: nil,
            password: nil, database: 1)
        let reactor = try Reactor<RedisConnection>(mailbox: Mailbox()) { loop, mailbox in
            RedisConnection(
                listeningTo: RedisKeyEvents(
                    prefixes: ["blacklist:"],
                    take: {
                        events.append(
                            String(decoding: $0, as: UTF8.self) + " "
                                + String(decoding: $1, as: UTF8.self))
                    }, began: { beginnings += 1 }, ended: { _ in }),
                loop: loop, door: Door(mailbox) { $0 }, endpoint: endpoint,
                deadlineNanoseconds: 1_000_000_000, neighbours: RedisNeighbours())
        }
        let client = try server.client()
        try client.command("SELECT", "1")
        for round in 1...2 {
            try reactor.turns(until: "it listens") { beginnings == round }
            try client.command("SET", "blacklist:\(round):x", "1")
            try client.command("SET", "quota:x", "1")
            try reactor.turns(until: "it is reported") {
                events.last == "blacklist:\(round):x set"
            }
            try client.command("CLIENT", "KILL", "TYPE", "pubsub")
        }
        #expect(events.count == 2)
    }

    @Test func `a Unix socket leads to Redis`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "redis.sock")
        let server = try RedisServer(["--unixsocket", path])
        let fixture = try ConnectionFixture(
            RedisEndpoint(
                places: [.unix(path: path)], primaryName: nil, user: nil, password: nil,
                database: 2))
        #expect(try fixture.ask("SET", "k", "v", milliseconds: 5000).text == "OK")
        let client = try server.client()
        try client.command("SELECT", "2")
        #expect(try client.command("EXISTS", "k") == .integer(1))
        server.kill()
        try fixture.reactor.turns(until: "it fails") {
            if case .connectFailed = fixture.healthFailure { true } else { false }
        }
    }
}
