import Bundle
import Configuration
import Glibc
import JWT
import Models
import OperationsAPI
import POSIX
import Service
import ServiceTestSupport
import Serving
import Telemetry
import TestSupport
import Testing

@Suite struct DevelopmentSessionTests {
    private func configuration(
        _ flags: [String] = [], environment: [String: String] = [:]
    ) throws -> ServiceConfiguration {
        try ServiceConfiguration.testing(flags, environment: environment, isDevelopment: true)
    }

    /// What a POSIX shell makes of a command that prints its arguments, each on a line.
    private func arguments(ofShell command: String) throws -> [String] {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "words")
        #expect(system("set -- \(command); printf '%s\\0' \"$@\" > \(path)") == 0)
        let words = try Files.read(path, bytesMax: 1 << 20).split(
            separator: 0, omittingEmptySubsequences: false)
        return words.dropLast().map { String(decoding: $0, as: UTF8.self) }
    }

    /// The token in a text to paste.
    private func token(in instructions: String) throws -> [UInt8] {
        let start = try #require(instructions.firstRange(of: "Bearer ")).upperBound
        return Array(instructions[start...].prefix { $0 != "'" }.utf8)
    }

    private func claims(
        _ instructions: String, _ keys: SigningKeys,
        issuer: String? = nil, audience: String? = nil, scope: String? = nil
    ) throws -> VerifiedToken {
        let rules = try TokenRules(
            leewaySeconds: 0, issuer: issuer, audience: audience, scope: scope)
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let token = try token(in: instructions)
        return try TokenVerifier(keys: keys, rules: rules).verify(
            token.span, nowUnixMilliseconds: Int64(now.tv_sec) * 1000)
    }

    @Test(arguments: [
        ("", "''"), ("a b", "'a b'"), ("'", "''\\'''"), ("it's", "'it'\\''s'"),
        ("''", "''\\'''\\'''"), ("$HOME `x` \\ \" ! *", "'$HOME `x` \\ \" ! *'"),
    ]) func `a word is quoted for a shell`(word: String, quoted: String) throws {
        #expect(DevelopmentSession.quoted(word) == quoted)
        #expect(try arguments(ofShell: quoted) == [word])
    }

    @Test(
        arguments: [
            (.tcp(host: "::1", port: 9464), "curl -sS 'http://[::1]:9464/metrics'"),
            (.unix(path: "/a b"), "curl -sS --unix-socket '/a b' http://localhost/metrics"),
            (nil, nil),
        ] as [(OperationsAddress?, String?)])
    func `where metrics are is said`(address: OperationsAddress?, command: String?) throws {
        var configuration = try configuration()
        let session = try DevelopmentSession(&configuration)
        let text = session.instructions(host: "h", port: 1, operations: address)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("Metrics: ") }
        #expect(lines.map { $0.dropFirst(9) } == (command.map { [$0[...]] } ?? []))
    }

    @Test func `what is to be pasted is a curl with the address, a token and an example`() throws {
        var configuration = try configuration()
        let session = try DevelopmentSession(&configuration)
        let text = session.instructions(host: "127.0.0.1", port: 8081, operations: nil)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("curl ") })
        let words = try arguments(ofShell: String(line))
        #expect(words.count == 9)
        #expect(words.prefix(3) == ["curl", "-sS", "http://127.0.0.1:8081/predict"])
        #expect(words[3] == "-H" && words[4].hasPrefix("Authorization: Bearer ey"))
        #expect(Array(words[5...7]) == ["-H", "Content-Type: application/json", "-d"])
        let bundle = try ModelBundle(directory: BuiltProgram.modelPath)
        var stages = StageTimes(start: 0)
        var prediction = Prediction()
        try Scorer(bundle: bundle).score(Array(words[8].utf8).span, &stages, into: &prediction)
    }

    @Test func `an IPv6 address stands in brackets, and TLS in the scheme`() throws {
        var configuration = try configuration()
        let session = try DevelopmentSession(&configuration)
        #expect(
            session.instructions(host: "::1", port: 80, operations: nil).contains(
                "'http://[::1]:80/predict'"))
        #expect(
            session.instructions(host: "h", port: 443, operations: nil, isEncrypted: true)
                .contains("'https://h:443/predict'"))
    }

    @Test func `a secret is made where none is configured, another one each time`() throws {
        var secrets: Set<[UInt8]> = []
        for _ in 1...3 {
            var configuration = try configuration()
            let session = try DevelopmentSession(&configuration)
            guard case .secret(let secret) = configuration.tokens.keys else {
                Issue.record("no secret was made")
                return
            }
            let text = session.instructions(host: "h", port: 1, operations: nil)
            let token = try claims(text, SigningKeys(secret: secret.bytes))
            #expect(token.subject == Array("developer".utf8))
            #expect(!text.contains(String(decoding: secret.bytes, as: UTF8.self)))
            secrets.insert(secret.bytes)
        }
        #expect(secrets.count == 3)
    }

    @Test func `the token meets what is configured`() throws {
        var configuration = try configuration([
            "--jwt.issuer", "i", "--jwt.audience", "a", "--jwt.scope", "predict admin",
        ])
        let session = try DevelopmentSession(&configuration)
        guard case .secret(let secret) = configuration.tokens.keys else {
            Issue.record("no secret was made")
            return
        }
        let text = session.instructions(host: "h", port: 1, operations: nil)
        let keys = try SigningKeys(secret: secret.bytes)
        let token = try claims(text, keys, issuer: "i", audience: "a", scope: "predict admin")
        #expect(token.subject == Array("developer".utf8))
    }

    @Test(arguments: [
        ("jwt.secret", ["JWT_SECRET": String(repeating: "k", count: 32)], "environment JWT_SECRET"),
        ("jwt.keys", ["CHURND_JWT_KEYS": "/keys"], "environment CHURND_JWT_KEYS"),
    ]) func `a configured secret signs no token of a day: it is refused`(
        key: String, environment: [String: String], place: String
    ) {
        #expect {
            _ = try configuration(environment: environment)
        } throws: { error in
            "\(error)".hasPrefix("\(place): \(key): set, but --dev signs a token of a day")
        }
    }

    @Test func `a model that is not there is said to be the reason`() throws {
        var configuration = try configuration(["--model.path", "/nowhere"])
        #expect {
            _ = try DevelopmentSession(&configuration)
        } throws: { error in
            "\(error)".hasPrefix("model /nowhere refused: ")
        }
    }
}
