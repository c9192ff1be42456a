import Configuration
import Foundation
import JSON
import Service
import ServiceTestSupport
import Synchronization
import TestSupport
import Testing

/// Keys that are fetched from an issuer while a service runs.
@Suite struct KeyFetchTests {
    private let directory: TemporaryDirectory
    private let log = CapturedLog()
    private let old: IssuerKey
    private let new: IssuerKey
    private let issuer: RemoteService
    private let claims = #"{"sub":"acme","exp":4102444800,"iat":1}"#

    init() throws {
        directory = try TemporaryDirectory()
        old = try IssuerKey("old")
        new = try IssuerKey("new", .es256)
        issuer = try RemoteService()
    }

    private func start(
        _ settings: [String: String] = [:], environment: [String: String] = [:]
    ) throws -> Service {
        let all = [
            "http.port": "0", "http.reactors": "2", "store": "memory",
            "jwt.jwks": "https://localhost:\(issuer.port)/keys?tenant=hidden",
            "jwt.jwks_age_min": "1", "jwt.jwks_cooldown": "1", "outgoing.timeout": "5",
            "quota.limit": "100000", "store.subjects": "100", "log.requests": "off",
            "operations.listen": "unix:\(directory.path(of: "socket"))",
        ].merging(issuer.settings) { $1 }.merging(settings) { $1 }
        let configuration = try ServiceConfiguration.testing(
            all.map { "--\($0.key)=\($0.value)" }, environment: environment)
        return try Service.start(configuration, sink: log.sink)
    }

    private func status(_ service: Service, _ token: String) throws -> Int {
        try ClientSocket(port: service.port).exchange(.predict(token: token)).status
    }

    private func isReady(_ service: Service) throws -> Bool {
        try ClientSocket(port: service.port).exchange(.get("/readyz")).status == 200
    }

    private func becomesReady(_ service: Service) throws {
        try eventually("the service is ready") { try isReady(service) }
    }

    private func becomes(_ expected: Int, _ service: Service, _ token: String) throws {
        try eventually("the token gets \(expected)") {
            try status(service, token) == expected
        }
    }

    private func samples() throws -> MetricSamples {
        let client = try ClientSocket(unixPath: directory.path(of: "socket"))
        return MetricSamples(try client.exchange(.get("/metrics")).text)
    }

    private func count(_ result: String) throws -> Double {
        try samples()["churnd_jwks_fetches_total{result=\"\(result)\"}"] ?? -1
    }

    private func lines(_ message: String) throws -> [JSONObject] {
        try log.objects().filter { $0["message"] == .string(message) }
    }

    private func end(_ service: Service) {
        service.beginDraining()
        service.waitUntilEnded()
    }

    @Test func `without its issuer the service starts, is not ready, and recovers by itself`()
        throws
    {
        let service = try start()
        let token = try old.token(claims)
        #expect(try status(service, token) == 503)
        #expect(try !isReady(service))
        let health = try ClientSocket(port: service.port).exchange(.get("/health"))
        #expect(health.status == 503 && health.text.contains(#""keys":[{"status":"fail"}]"#))
        // No issuer publishes a secret, and the second text is no token.
        #expect(try status(service, TokenFactory().token("a", keyID: "old")) == 401)
        #expect(try status(service, "a.b.c") == 401)
        try eventually("the failure is logged") {
            try !lines("the issuer's keys cannot be fetched: tokens of them get 503").isEmpty
        }
        try issuer.publish([old])
        try issuer.comeBack()
        try becomesReady(service)
        #expect(try status(service, token) == 200)
        #expect(try status(service, new.token(claims)) == 401)
        #expect(try lines("the issuer's keys are fetched").count == 1)
        #expect(!log.text.contains("hidden"))
        end(service)
    }

    @Test func `old and new keys are valid together, and a withdrawn one is not for long`() throws {
        try issuer.publish([old])
        try issuer.comeBack()
        let service = try start()
        let (oldToken, newToken) = (try old.token(claims), try new.token(claims))
        try becomesReady(service)
        try issuer.publish([old, new])
        try becomes(200, service, newToken)
        #expect(try status(service, oldToken) == 200)
        try issuer.publish([new])
        try becomes(401, service, oldToken)
        #expect(try status(service, newToken) == 200)
        end(service)
    }

    @Test func `a signal withdraws a key whatever its age is`() throws {
        try issuer.publish([old, new], maxAge: 3600)
        try issuer.comeBack()
        let service = try start()
        try becomesReady(service)
        let token = try old.token(claims)
        #expect(try status(service, token) == 200)
        try issuer.publish([new], maxAge: 3600)
        service.reload()
        try becomes(401, service, token)
        #expect(issuer.requests.count == 2)
        end(service)
    }

    @Test func `whatever else an issuer answers leaves the keys before in place`() throws {
        try issuer.publish([old])
        try issuer.comeBack()
        let service = try start()
        try becomesReady(service)
        let token = try old.token(claims)
        let set = try IssuerKey.set([new])
        let secret = #"{"keys":[{"kty":"oct","kid":"old","k":"AAAA"}]}"#
        let member = try new.member
        let cases: [(String, [StandInServer.Step], String)] = [
            (
                "refused", StandInServer.answer("", "302 Found", fields: "Location: /\r\n"),
                "a redirect (status 302)"
            ),
            ("refused", StandInServer.answer(set, type: "text/html"), "another Content-Type"),
            ("refused", StandInServer.answer(#"{"keys":[]}"#), "no key that can be used"),
            ("refused", StandInServer.answer(secret), "no key that can be used"),
            (
                "refused", StandInServer.answer(#"{"keys":[\#(member),\#(member)]}"#),
                "two keys with the same kid"
            ),
            ("refused", StandInServer.answer(String(set.dropLast())), "not a JSON object"),
            ("refused", StandInServer.answer("", "304 Not Modified"), "status 304"),
            ("refused", StandInServer.answer("", "404 Not Found"), "status 404"),
            ("failed", StandInServer.answer("", "503 No"), "status 503"),
            (
                "failed", StandInServer.answer(String(repeating: " ", count: 65_537)),
                "more than 65536 bytes"
            ),
            ("failed", [.send("HTTP/1.1 200 OK\r\n"), .flood("X: y\r\n")], "more than 16384"),
            ("failed", [.send("HTTP/1.1 200 OK\r\n")], "closed the connection"),
        ]
        for (result, steps, reason) in cases {
            let before = try count(result)
            issuer.answer(steps)
            service.reload()
            try eventually("\(reason) is counted") { try count(result) > before }
            try eventually("\(reason) is logged") { log.text.contains(reason) }
            #expect(try status(service, token) == 200, "\(reason)")
        }
        #expect(try isReady(service))
        try issuer.publish([new])
        service.reload()
        try becomes(401, service, token)
        #expect(!log.text.contains("AAAA") && !log.text.contains("hidden"))
        end(service)
    }

    @Test func `keys of a set that must not be there are skipped with a warning`() throws {
        let set = try IssuerKey.set([old])
        let hostile = #"{"kty":"OKP","crv":"Ed25519","kid":"leak","x":"AA","d":"BBBB"}"#
        issuer.answer(StandInServer.answer(set.replacing("]}", with: ",\(hostile)]}")))
        try issuer.comeBack()
        let service = try start()
        try becomesReady(service)
        #expect(try status(service, old.token(claims)) == 200)
        let line = try #require(try lines("a key of jwt.jwks is skipped").first)
        #expect(line["kid"] == .string("leak") && !log.text.contains("BBBB"))
        end(service)
    }

    @Test func `an issuer that is slow keeps no request waiting`() throws {
        try issuer.publish([old])
        try issuer.comeBack()
        let service = try start(["outgoing.timeout": "0.3"])
        try becomesReady(service)
        let token = try old.token(claims)
        issuer.answer([.drip(String(repeating: "H", count: 1000), everyMilliseconds: 5)])
        service.reload()
        try eventually("the fetch fails") {
            #expect(try status(service, token) == 200)
            return try count("failed") >= 1
        }
        end(service)
    }

    /// A directory with a secret for `jwt.keys`, and a token that is signed with it.
    private func secretBeside() throws -> (keys: String, token: String) {
        let secret = "0123456789abcdefghijklmnopqrstuv"
        let keys = directory.path(of: "keys")
        try FileManager.default.createDirectory(
            atPath: keys, withIntermediateDirectories: false)
        try secret.write(toFile: "\(keys)/own", atomically: true, encoding: .utf8)
        return (keys, try TokenFactory(secret: secret).token("acme", keyID: "own"))
    }

    @Test func `keys that are too old are used no more, and their tokens get 503`() throws {
        try issuer.publish([old])
        try issuer.comeBack()
        let (keys, own) = try secretBeside()
        let service = try start(["jwt.jwks_stale": "3", "jwt.keys": keys])
        let token = try old.token(claims)
        // Secrets need no issuer.
        #expect(try status(service, own) == 200)
        try becomesReady(service)
        try becomes(200, service, token)
        issuer.goAway()
        try becomes(503, service, token)
        try eventually("readiness fails") { try !isReady(service) }
        #expect(try status(service, own) == 200)
        #expect(
            try lines("the issuer's keys are too old: tokens of them get 503").count == 1)
        try issuer.comeBack()
        try becomes(200, service, token)
        try becomesReady(service)
        end(service)
    }

    @Test func `keys that are too old are used no more where the files are refused, too`() throws {
        try issuer.publish([old])
        try issuer.comeBack()
        let (keys, own) = try secretBeside()
        let service = try start(["jwt.jwks_stale": "3", "jwt.keys": keys])
        let token = try old.token(claims)
        try becomesReady(service)
        try becomes(200, service, token)
        try "short".write(toFile: "\(keys)/other", atomically: true, encoding: .utf8)
        try eventually("the files are refused") { log.text.contains("keys rejected") }
        issuer.goAway()
        try becomes(503, service, token)
        #expect(try status(service, own) == 200)
        try issuer.comeBack()
        try FileManager.default.removeItem(atPath: "\(keys)/other")
        try becomes(200, service, token)
        try becomesReady(service)
        #expect(try status(service, own) == 200)
        end(service)
    }

    @Test func `a set that is unchanged, after it was dropped for its age, is fetched whole`()
        throws
    {
        try issuer.publish([old], tag: "\"v1\"")
        try issuer.comeBack()
        let service = try start(["jwt.jwks_stale": "1"])
        let token = try old.token(claims)
        try becomesReady(service)
        issuer.answer([
            .hold, .send("HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=3600\r\n\r\n"),
        ])
        try becomes(503, service, token)
        try issuer.publish([old])
        issuer.release()
        try becomes(200, service, token)
        end(service)
    }

    @Test func `however many tokens name unknown keys, the issuer is asked once in a cooldown`()
        throws
    {
        try issuer.publish([old], maxAge: 3600)
        try issuer.comeBack()
        let service = try start(["jwt.jwks_cooldown": "3"])
        try becomesReady(service)
        let unknown = try (0..<4).map { try IssuerKey("unknown-\($0)").token(claims) }
        let start = Date()
        _ = try concurrently(4) { index in
            let client = try ClientSocket(port: service.port)
            for _ in 0..<200 {
                #expect(try client.exchange(.predict(token: unknown[index])).status == 401)
            }
        }
        let token = try new.token(claims)
        try issuer.publish([old, new], maxAge: 3600)
        try becomes(200, service, token)
        let cooldowns = Int(Date().timeIntervalSince(start) / 3) + 1
        #expect(issuer.requests.count >= 2 && issuer.requests.count <= 1 + cooldowns)
        end(service)
    }

    @Test func `an issuer that knows its set is unchanged need not send it`() throws {
        try issuer.publish([old], tag: "\"v1\"")
        try issuer.comeBack()
        let service = try start()
        try becomesReady(service)
        #expect(!issuer.requests[0].contains("If-None-Match"))
        issuer.answer([.send("HTTP/1.1 304 Not Modified\r\n\r\n")])
        service.reload()
        try eventually("the answer is counted") { try count("unchanged") >= 1 }
        #expect(issuer.requests.contains { $0.contains("If-None-Match: \"v1\"\r\n") })
        #expect(try status(service, old.token(claims)) == 200)
        let samples = try samples()
        #expect((samples["churnd_jwks_age_seconds"] ?? 99) < 60)
        #expect((samples["churnd_jwks_max_age_seconds"] ?? 0) >= 1)
        end(service)
    }

    @Test func `a hundred sets under load lose no request`() throws {
        try issuer.publish([old])
        try issuer.comeBack()
        let service = try start()
        try becomesReady(service)
        let token = try old.token(claims)
        let stop = Flag()
        let load = Running(3) { _ in
            let client = try ClientSocket(port: service.port)
            var count = 0
            while !stop.isSet {
                let answer = try client.exchange(.predict(token: token))
                guard answer.status == 200 else {
                    throw NeverHappened(what: "an answer, but \(answer.status)")
                }
                count += 1
            }
            return count
        }
        let other = try IssuerKey("other")
        for round in 1...100 {
            try issuer.publish(round % 2 == 0 ? [old] : [old, other])
            let before = try lines("keys changed").count
            service.reload()
            try eventually("round \(round) is everywhere") {
                try lines("keys changed").count > before
            }
        }
        stop.set()
        let counts = try load.values()
        #expect(counts.allSatisfy { $0 > 0 }, "\(counts)")
        end(service)
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }
}

extension RemoteService {
    fileprivate func publish(_ keys: [IssuerKey], maxAge: Int = 1, tag: String? = nil) throws {
        answer(
            StandInServer.answer(
                try IssuerKey.set(keys),
                fields: "Cache-Control: max-age=\(maxAge)\r\n"
                    + (tag.map { "ETag: \($0)\r\n" } ?? "")))
    }
}
