import Configuration
import HTTPClient
import Testing

/// Where checkpoints of the audit log are sent, as it is configured.
@Suite struct CheckpointSinkTests {
    private static let key = "planted-audit-0123456789-abcdefg"
    private static let url = "https://sink.example/log?of=hidden"

    private func load(
        _ flags: [String: String], token: String? = nil
    ) throws(ConfigurationError) -> ServiceConfiguration {
        var environment = [
            "JWT_SECRET": "planted-token-0123456789-abcdefg", "CHURND_STORE": "memory",
            "AUDIT_KEY": Self.key,
        ]
        environment["CHURND_AUDIT_CHECKPOINT_TOKEN"] = token
        let sources = ConfigurationSources(
            flags: try ConfigurationFlag.parse(flags.map { "--\($0.key)=\($0.value)" }),
            filePath: nil, environment: environment, files: .holding([:]))
        return try ServiceConfiguration.load(sources, isDevelopment: false)
    }

    private func failure(_ flags: [String: String], token: String? = nil) -> String {
        do throws(ConfigurationError) {
            _ = try load(flags, token: token)
            return "no error"
        } catch { return "\(error)" }
    }

    private func sink(token: String? = nil) throws -> CheckpointSink {
        let configuration = try load(
            ["audit.directory": "a", "audit.checkpoint_url": Self.url], token: token)
        #expect(configuration.sendsRequests)
        return try #require(configuration.audit?.checkpointSink)
    }

    @Test func `a checkpoint is sent as JSON, with the token if there is one`() throws {
        let body = CheckpointSink.body(
            log: "ab", count: 7, hash: "cd", unixMilliseconds: 1_790_856_000_123)
        let expected =
            #"{"log":"ab","count":7,"hash":"cd","time":"2026-10-01T12:00:00.123Z"}"# + "\n"
        #expect(String(decoding: body, as: UTF8.self) == expected)
        let request = try sink(token: "t0ken").request(body)
        #expect(request.method == .post && request.url.description == Self.url)
        #expect(request.body == body && request.timeoutMilliseconds == 10_000)
        #expect(request.fields.contains(ClientField("Content-Type", "application/json")))
        #expect(request.fields.contains(ClientField("Authorization", "Bearer t0ken")))
        let names = try sink().request(body).fields.map(\.name)
        #expect(!names.contains("Authorization"))
    }

    @Test func `without the URL nothing is sent`() throws {
        let configuration = try load(["audit.directory": "a"])
        #expect(configuration.audit?.checkpointSink == nil && !configuration.sendsRequests)
    }

    @Test(arguments: [
        ("http://sink.example/", "an http:// URL, expected https://"),
        ("https://u:hidden@sink.example/", "user information before the host, expected none"),
        ("https://sink.example:8443/", "port 8443, expected one of outgoing.ports: 443"),
        ("sink.example", "another scheme or none, expected https://"),
    ])
    func `a URL that no request goes to stops the start`(url: String, reason: String) {
        #expect(
            failure(["audit.directory": "a", "audit.checkpoint_url": url])
                == "flag --audit.checkpoint_url: audit.checkpoint_url: \(reason)")
    }

    @Test func `neither key means anything alone`() {
        #expect(
            failure(["audit.checkpoint_url": Self.url])
                == "flag --audit.checkpoint_url: audit.checkpoint_url: set without "
                + "audit.directory, expected both or neither")
        let place = "environment CHURND_AUDIT_CHECKPOINT_TOKEN: audit.checkpoint_token: "
        #expect(
            failure([:], token: "t")
                == place + "set without audit.directory, expected both or neither")
        #expect(
            failure(["audit.directory": "a"], token: "t")
                == place + "set without audit.checkpoint_url, expected both or neither")
    }

    @Test(arguments: [
        ("t", "no error"), (String(repeating: "t", count: 1024), "no error"),
        (String(repeating: "t", count: 1025), "1025 bytes, expected 1 to 1024 bytes"),
        ("se cret", "a byte that no token has, expected visible ASCII without spaces"),
        ("se\ncret", "a byte that no token has, expected visible ASCII without spaces"),
        (key, "the same as audit.key, expected a token of its own: it is sent to the sink"),
    ])
    func `a token is visible ASCII and not the log's key`(token: String, expected: String) {
        let line = failure(
            ["audit.directory": "a", "audit.checkpoint_url": Self.url], token: token)
        #expect(line.hasSuffix(expected), "\(line)")
        if token.count > 2 { #expect(!line.contains(token)) }
    }

    @Test func `the token is not accepted as a flag`() {
        #expect(
            failure(["audit.checkpoint_token": "hidden"])
                == "flag --audit.checkpoint_token: a secret among the flags shows in ps, expected "
                + "CHURND_AUDIT_CHECKPOINT_TOKEN or CHURND_AUDIT_CHECKPOINT_TOKEN_FILE in the "
                + "environment")
    }
}
