import Foundation
import OpenSSL
import POSIX
import Redis
import TestSupport
import Testing

/// TLS with a real redis-server.
@Suite struct RedisTLSTests {
    private static let unknown = Result { try TestAuthority(subject: "/CN=Other CA") }

    private let authority: TestAuthority

    init() throws { authority = try TestAuthority.shared.get() }

    private func fixture(
        _ port: UInt16, host: String = "127.0.0.1", trusting path: String? = nil,
        identity: CertificateFiles? = nil, user: String? = nil, password: String? = nil,
        database: Int = 0, deadlineMilliseconds: Int64 = 2000
    ) throws -> ConnectionFixture {
        Signals.ignoreBrokenPipes()
        return try ConnectionFixture(
            RedisEndpoint(
                places: [.host(host, port: port)], primaryName: nil, user: user,
                password: password.map { Array($0.utf8) }, database: database,
                tls: RedisTLS(
                    authoritiesPath: path ?? authority.path,
                    certificatePath: identity?.certificate, keyPath: identity?.key)),
            deadlineMilliseconds: deadlineMilliseconds)
    }

    private func expectFailure(
        _ expected: RedisFailure, _ fixture: ConnectionFixture,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var found: RedisFailure?
        try fixture.reactor.turns(until: "it fails") {
            found = fixture.healthFailure
            return found != nil
        }
        #expect(found == expected, sourceLocation: sourceLocation)
        #expect(!fixture.isPassing)
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `Redis is asked over TLS, with AUTH and SELECT as ever`(host: String) throws {
        let redis = try TLSRedisServer(
            authority,
            arguments: [
                "--user", "churnd", "on", ">sesame", "~*", "+@all",
            ])
        let fixture = try fixture(
            redis.port, host: host, user: "churnd", password: "sesame", database: 3)
        #expect(try fixture.ask("SET", "k", "v", milliseconds: 5000).text == "OK")
        let client = try redis.server.client()
        try client.command("SELECT", "3")
        #expect(try client.command("EXISTS", "k") == .integer(1))
        let list = try #require(try client.command("CLIENT", "LIST").text)
        #expect(list.contains("user=churnd"))
    }

    @Test(arguments: ["TLSv1.2", "TLSv1.3"])
    func `pipelined commands and large replies come in order`(version: String) throws {
        let redis = try TLSRedisServer(authority, arguments: ["--tls-protocols", version])
        let fixture = try fixture(redis.port)
        // Larger than a record, and than what a socket takes in one piece.
        let large = String(repeating: "x", count: 60_000)
        var outcomes: [ConnectionFixture.Outcome] = []
        for number in 0..<200 {
            outcomes.append(fixture.send("ECHO", "\(number)", milliseconds: 8000))
            outcomes.append(fixture.send("ECHO", large, milliseconds: 8000))
        }
        try fixture.reactor.turns(until: "all are answered") {
            outcomes.allSatisfy { $0.result != nil }
        }
        for number in 0..<200 {
            #expect(outcomes[2 * number].text == "\(number)")
            #expect(outcomes[2 * number + 1].text == large)
        }
    }

    @Test func `an unknown authority is refused, and no password is sent`() throws {
        let redis = try TLSRedisServer(authority)
        let fixture = try fixture(
            redis.port, trusting: try Self.unknown.get().path, password: "sesame")
        let outcome = fixture.send("ECHO", "x", milliseconds: 1000)
        try expectFailure(.tls(.unknownAuthority), fixture)
        try fixture.finish(outcome)
        #expect(outcome.failure == .tls(.unknownAuthority))
        let statistics = try redis.server.client().command("INFO", "commandstats").text
        #expect(statistics?.contains("cmdstat_auth") == false)
        #expect(statistics?.contains("cmdstat_echo") == false)
    }

    @Test func `the system's authorities do not know a private one`() throws {
        let redis = try TLSRedisServer(authority)
        let fixture = try ConnectionFixture(
            RedisEndpoint(
                places: [.host("127.0.0.1", port: redis.port)], primaryName: nil, user: nil,
                password: nil, database: 0, tls: RedisTLS()))
        try expectFailure(.tls(.unknownAuthority), fixture)
    }

    @Test func `a certificate for another name is refused`() throws {
        let redis = try TLSRedisServer(authority)
        try expectFailure(.tls(.wrongName), try fixture(redis.port, host: "127.0.0.2"))
    }

    @Test func `a certificate that has expired is refused`() throws {
        let redis = try TLSRedisServer(
            authority, try authority.certificate("redis-expired", days: -1))
        try expectFailure(.tls(.expiredCertificate), try fixture(redis.port))
    }

    @Test func `a Redis that wants a certificate gets one`() throws {
        let redis = try TLSRedisServer(authority, clients: "yes")
        let own = try authority.certificate("redis-client", subject: "/CN=churnd")
        let fixture = try fixture(redis.port, identity: own)
        #expect(try fixture.ask("ECHO", "x", milliseconds: 5000).text == "x")
        try expectFailure(.tls(.noCertificate), try self.fixture(redis.port))
        let foreign = try Self.unknown.get().server
        try expectFailure(.tls(.refusedByPeer), try self.fixture(redis.port, identity: foreign))
    }

    @Test func `a Redis that has nothing after TLS 1.1 is refused`() throws {
        let redis = try TLSRedisServer(
            authority,
            arguments: ["--tls-protocols", "TLSv1.1", "--tls-ciphers", "ALL:@SECLEVEL=0"])
        try expectFailure(.tls(.protocolVersion), try fixture(redis.port))
    }

    @Test func `a password that is wrong over TLS says so`() throws {
        let redis = try TLSRedisServer(authority, arguments: ["--requirepass", "sesame"])
        try expectFailure(
            .authenticationRefused(RedisErrorCode(of: Array("WRONGPASS".utf8))),
            try fixture(redis.port, password: "open"))
    }

    @Test func `a port without TLS costs the deadline and learns nothing`() throws {
        let redis = try RedisServer(["--requirepass", "sesame"])
        let fixture = try fixture(redis.port, password: "sesame", deadlineMilliseconds: 200)
        try fixture.reactor.turns(until: "it is given up") {
            fixture.healthFailure == .handshakeUnanswered
        }
        let scripted = try ScriptedServer()
        let other = try self.fixture(scripted.port, password: "sesame")
        var text = ""
        try other.reactor.turns(until: "it has begun") {
            if try scripted.accept() { try scripted.send("-ERR unknown command\r\n") }
            text += try scripted.receivedText()
            return other.healthFailure != nil
        }
        #expect(other.healthFailure == .tls(.notTLS))
        #expect(!text.contains("AUTH") && !text.contains("sesame"))
    }

    @Test func `a port for TLS that is asked without it says what it needs`() throws {
        let redis = try TLSRedisServer(authority)
        let fixture = try ConnectionFixture(port: redis.port, deadlineMilliseconds: 2000)
        try expectFailure(.closedUnanswered, fixture)
        #expect(RedisFailure.closedUnanswered.description.contains("rediss"))
    }

    @Test func `a certificate and an authority that are replaced need no restart`() throws {
        let directory = try TemporaryDirectory()
        let next = try TestAuthority(subject: "/CN=Next CA")
        let own = try authority.certificate("redis-rotated", subject: "/CN=churnd")
        let paths = ["own.pem", "own.key", "ca.pem"].map { directory.path(of: $0) }
        try own.copy(certificate: paths[0], key: paths[1])
        try authority.copyCertificate(to: paths[2])
        let redis = try TLSRedisServer(authority, clients: "yes")
        let fixture = try ConnectionFixture(
            RedisEndpoint(
                places: [.host("127.0.0.1", port: redis.port)], primaryName: nil, user: nil,
                password: nil, database: 0,
                tls: RedisTLS(
                    authoritiesPath: paths[2], certificatePath: paths[0], keyPath: paths[1])))
        Signals.ignoreBrokenPipes()
        #expect(try fixture.ask("ECHO", "x", milliseconds: 5000).text == "x")

        // What it has keeps its connection; the next one is made with what is there then.
        try next.copyCertificate(to: paths[2])
        #expect(try fixture.ask("ECHO", "y", milliseconds: 5000).text == "y")
        try redis.server.client().command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        try fixture.reactor.turns(until: "it is not trusted") {
            fixture.healthFailure == .tls(.unknownAuthority)
        }
        try redis.replace(next.server)
        try redis.server.restart()
        try fixture.reactor.turns(until: "it is trusted again") { fixture.isPassing }

        try "no certificate".write(toFile: paths[0], atomically: true, encoding: .utf8)
        try redis.server.client().command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        try fixture.reactor.turns(until: "the file is refused") {
            if case .tlsFile(let reason) = fixture.healthFailure {
                reason.contains("redis.tls.certificate: \(paths[0]): no certificate")
            } else {
                false
            }
        }
        try own.copy(certificate: paths[0], key: paths[1])
        try fixture.reactor.turns(until: "it works again") { fixture.isPassing }
    }

    @Test func `a file of authorities has its size`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "ca.pem")
        let text = String(
            decoding: try Files.read(authority.path, bytesMax: 1 << 16), as: UTF8.self)
        func load(_ bytes: Int) throws -> Bool {
            try (text + String(repeating: "\n", count: bytes - text.utf8.count))
                .write(toFile: path, atomically: true, encoding: .utf8)
            return (try? RedisTLS(authoritiesPath: path).load()) != nil
        }
        #expect(try load(RedisTLS.authorityBytesMax))
        #expect(try !load(RedisTLS.authorityBytesMax + 1))
    }

    @Test func `Sentinels and the primary are asked over TLS`() throws {
        let redis = try TLSRedisServer(authority)
        let port = try FreePort.find()
        let sentinel = try RedisServer(
            sentinelOf: redis.port, as: "churn", quorum: 1,
            lines: [
                "tls-port \(port)", "tls-cert-file \(authority.server.certificate)",
                "tls-key-file \(authority.server.key)", "tls-ca-cert-file \(authority.path)",
                "tls-auth-clients no", "tls-replication yes",
            ])
        func fixture(_ port: UInt16, trusting path: String) throws -> ConnectionFixture {
            try ConnectionFixture(
                RedisEndpoint(
                    places: [.host("localhost", port: port)], primaryName: "churn", user: nil,
                    password: nil, database: 0, tls: RedisTLS(authoritiesPath: path)))
        }
        let asked = try fixture(port, trusting: authority.path)
        #expect(try asked.ask("ECHO", "x", milliseconds: 5000).text == "x")
        let other = try Self.unknown.get().path
        try expectFailure(.tls(.unknownAuthority), try fixture(port, trusting: other))
        try expectFailure(
            .handshakeUnanswered, try fixture(sentinel.port, trusting: authority.path))
    }
}
