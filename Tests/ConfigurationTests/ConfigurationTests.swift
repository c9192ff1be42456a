import AuditLog
import Behaviour
import Configuration
import HTTP
import JWT
import OperationsAPI
import POSIX
import OpenSSL
import Redis
import Testing

private let secret = String(repeating: "s", count: 32)
private let redis = "redis://localhost"
private let auditKey = String(repeating: "a", count: 32)
/// What a start needs beside defaults.
private let enough = ["JWT_SECRET": secret, "REDIS_URL": redis]

/// The key of RFC 8032 §7.1, test 3.
private let keySet = #"""
    {"keys":[{"kty":"OKP","crv":"Ed25519","kid":"set-1","x":
    "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU"}]}
    """#

extension ConfigurationFiles {
    /// A file system that holds these texts, by their paths, and nothing else.
    static func holding(_ files: [String: String]) -> ConfigurationFiles {
        let absent = SystemError(call: "open", code: 2)
        return ConfigurationFiles(
            read: { path, bytesMax in
                guard let text = files[path] else {
                    return .failure(.system(path: path, absent))
                }
                guard text.utf8.count <= bytesMax else {
                    return .failure(.tooLarge(path: path, bytesMax: bytesMax))
                }
                return .success(Array(text.utf8))
            },
            names: { directory in
                let names = files.keys.filter { $0.hasPrefix(directory + "/") }.sorted()
                return names.isEmpty && files[directory] == nil
                    ? .failure(.system(path: directory, absent))
                    : .success(names.map { String($0.dropFirst(directory.count + 1)) })
            })
    }
}

/// Reads configuration from a file system that holds `files` alone.
private func load(
    flags: [String] = [], filePath: String? = nil, environment: [String: String] = enough,
    files: [String: String] = [:], isDevelopment: Bool = false
) throws(ConfigurationError) -> ServiceConfiguration {
    let sources = ConfigurationSources(
        flags: try ConfigurationFlag.parse(flags), filePath: filePath, environment: environment,
        files: .holding(files))
    return try ServiceConfiguration.load(sources, isDevelopment: isDevelopment)
}

/// The line that a start ends with.
private func failure(
    flags: [String] = [], filePath: String? = nil, environment: [String: String] = enough,
    files: [String: String] = [:], isDevelopment: Bool = false
) -> String {
    do {
        _ = try load(
            flags: flags, filePath: filePath, environment: environment, files: files,
            isDevelopment: isDevelopment)
        return "no error"
    } catch {
        return error.description
    }
}

private func secretBytes(_ configuration: ServiceConfiguration) -> [UInt8]? {
    if case .secret(let secret) = configuration.tokens.keys { secret.bytes } else { nil }
}

private func keyNames(_ configuration: ServiceConfiguration) -> [String]? {
    if case .named(let keys) = configuration.tokens.keys { keys.secrets.map(\.id) } else { nil }
}

@Suite struct ConfigurationDefaultsTests {
    @Test func `defaults are those of the contract`() throws {
        let configuration = try load()
        let http = configuration.http
        #expect(http.host == "127.0.0.1")
        #expect(http.port == 8080)
        #expect(!http.isInsecureMeant)
        #expect(!configuration.isStrict && !configuration.allowsCoreDumps)
        #expect(http.reactors == .auto)
        #expect(http.connectionsMax == 10_000)
        #expect(http.connectionsPerAddressMax == 0)
        #expect(
            http.limits
                == HTTPLimits(
                    requestLineBytesMax: 8192, headBytesMax: 16_384, headFieldsMax: 64,
                    authorizationBytesMax: 8192, bodyBytesMax: 16_384,
                    chunkExtensionLineBytesMax: 256, chunkExtensionBytesMax: 4096,
                    trailerBytesMax: 4096))
        #expect(http.headTimeout == .seconds(10))
        #expect(http.bodyTimeout == .seconds(10))
        #expect(http.idleTimeout == .seconds(130))
        #expect(http.writeTimeout == .seconds(10))
        #expect(configuration.abuse == nil)
        #expect(configuration.drain.delay == .zero)
        #expect(configuration.drain.timeout == .seconds(18))
        #expect(configuration.tokens.leewaySeconds == 30)
        #expect(configuration.tokens.issuer == nil)
        #expect(configuration.tokens.audience == nil)
        #expect(configuration.tokens.scope == nil)
        #expect(secretBytes(configuration) == Array(secret.utf8))
        #expect(configuration.quota.limit == 100)
        #expect(configuration.quota.windowSeconds == 3600)
        #expect(configuration.model.path == "Models/telco-churn")
        #expect(configuration.model.watchInterval == .seconds(1))
        #expect(configuration.audit == nil)
        #expect(configuration.behaviour == nil)
        #expect(configuration.operations.address == .tcp(host: "127.0.0.1", port: 9464))
        #expect(configuration.operations.socketMode == 0o600)
        #expect(configuration.operations.tls == nil)
        #expect(configuration.http.tls == nil)
        #expect(configuration.http.handshakeTimeout == .seconds(10))
        #expect(configuration.http.handshakesMax == 512)
        #expect(configuration.logFile == nil)
        #expect(configuration.logsRequests)
        #expect(configuration.logsRefusedPerSecond == 100)
        #expect(configuration.slowRequest == .milliseconds(500))
        #expect(configuration.tracesRequests)
        #expect(configuration.warnings == [])
    }

    @Test func `every key can be set by file and by environment, and reaches its place`() throws {
        let values = everyKey
        #expect(Set(values.keys) == Set(ConfigurationTable.keys.map(\.name)))
        let keyFile = [
            "keys/k1": secret, "set.json": keySet, "r.conf": "role.a = predict",
        ]
        let file = values.map { "\($0.key) = \($0.value)" }.joined(separator: "\n")
        let variables = Dictionary(
            uniqueKeysWithValues: ConfigurationTable.keys.map {
                ($0.variable, values[$0.name] ?? "")
            })
        let byFile = try load(
            filePath: "f", environment: [:],
            files: keyFile.merging(["f": file]) { first, _ in first })
        let byEnvironment = try load(environment: variables, files: keyFile)
        for configuration in [byFile, byEnvironment] {
            expectHTTP(of: configuration.http)
            #expect(configuration.abuse?.failuresPerMinute == 17)
            #expect(configuration.abuse?.failuresBurst == 18)
            #expect(keyNames(configuration) == ["k1"])
            #expect(configuration.warnings.count == 2)
            #expect(configuration.tokens.leewaySeconds == 60)
            #expect(configuration.tokens.issuer == "issuer # 1")
            #expect(configuration.tokens.audience == "audience")
            #expect(configuration.tokens.scope == "predict")
            expectClaims(of: configuration.tokens)
            guard case .memory(subjectsMax: 11) = configuration.store else {
                Issue.record("store: \(configuration.store)")
                return
            }
            #expect(configuration.quota.limit == 13)
            #expect(configuration.quota.windowSeconds == 14)
            #expect(configuration.model.path == "elsewhere")
            #expect(configuration.model.signersPath == "s.pub")
            expectOperations(of: configuration)
        }
    }

    private func expectBehaviour(of configuration: ServiceConfiguration) {
        #expect(configuration.behaviour?.measure == .stepUp)
        #expect(
            configuration.behaviour?.rules
                == BehaviourRules(
                    windowMilliseconds: 500, learningMilliseconds: 15_000, score: 16,
                    alarmMilliseconds: 17_500, subjectsMax: 18))
    }

    @Test(arguments: ["off", "watch", "band", "step-up"])
    func `only a login that is demanded needs roles`(behaviour: String) throws {
        let files = ["r.conf": "role.a = predict"]
        let measure = try load(
            flags: ["--behaviour=\(behaviour)", "--roles.path=r.conf"], files: files
        ).behaviour?.measure.rawValue
        #expect(measure == (behaviour == "off" ? nil : behaviour))
        guard behaviour == "step-up" else {
            _ = try load(flags: ["--behaviour=\(behaviour)"])
            return
        }
        #expect(
            throws: ConfigurationError.unacceptable(
                at: .flag("behaviour"), key: "behaviour", found: "step-up",
                wanted: "off, watch or band without roles.path")
        ) { try load(flags: ["--behaviour=step-up"]) }
    }

    private func expectClaims(of tokens: ServiceConfiguration.Tokens) {
        #expect(
            tokens.claims
                == (try? TokenClaimNames(tokenID: "uti", subject: "oid", scopes: "scp a.b")))
        #expect(tokens.requirements == (try? RequiredClaim.list("tid=t")))
        #expect(tokens.lifetimeSecondsMax == 61)
        guard case .named(let keys) = tokens.keys else { return }
        #expect(keys.published?.keys.map(\.id) == ["set-1"])
    }

    private func expectHTTP(of http: ServiceConfiguration.HTTP) {
        #expect(http.host == "::1")
        #expect(http.port == 0)
        #expect(http.isInsecureMeant)
        #expect(http.trustedProxies.map(\.description) == ["10.0.0.0/8", "::1"])
        #expect(http.reactors == .count(2))
        #expect(http.connectionsMax == 7)
        #expect(http.connectionsPerAddressMax == 21)
        #expect(
            http.limits
                == HTTPLimits(
                    requestLineBytesMax: 101, headBytesMax: 302, headFieldsMax: 3,
                    authorizationBytesMax: 304, bodyBytesMax: 5, chunkExtensionLineBytesMax: 6,
                    chunkExtensionBytesMax: 8, trailerBytesMax: 9))
        #expect(http.headTimeout == .milliseconds(1500))
        #expect(http.bodyTimeout == .seconds(2))
        #expect(http.idleTimeout == .milliseconds(250))
        #expect(http.writeTimeout == .seconds(4))
        #expect(http.tls?.paths == ["c.pem", "c.key", "ca.pem"])
        #expect(http.tls?.clientAuthentication == .required)
        #expect(http.handshakeTimeout == .seconds(3))
        #expect(http.handshakesMax == 16)
    }

    private func expectOperations(of configuration: ServiceConfiguration) {
        #expect(configuration.drain.delay == .milliseconds(1))
        #expect(configuration.drain.timeout == .seconds(5))
        expectBehaviour(of: configuration)
        #expect(configuration.model.watchInterval == .milliseconds(500))
        #expect(configuration.audit?.directory == "audit")
        #expect(configuration.audit?.key.bytes == Array(auditKey.utf8))
        #expect(configuration.audit?.sync == .interval(nanoseconds: 2_500_000_000))
        #expect(configuration.audit?.segmentBytesMax == 65_536)
        #expect(configuration.audit?.recordsFeatures == true)
        #expect(configuration.audit?.deadline == .milliseconds(15))
        #expect(configuration.audit?.checkpointSink?.host == "sink.example")
        #expect(configuration.operations.address == .tcp(host: "127.0.0.1", port: 1))
        #expect(configuration.operations.tls?.paths == ["o.pem", "o.key", "oca.pem"])
        #expect(configuration.operations.tls?.clientAuthentication == .optional)
        #expect(configuration.operations.socketMode == 0o660)
        #expect(configuration.outgoing.authoritiesPath == "outca.pem")
        #expect(configuration.outgoing.timeout == .milliseconds(2500))
        #expect(configuration.logFile == "churnd.log")
        #expect(configuration.logsRefusedPerSecond == 7)
        #expect(configuration.slowRequest == nil)
        #expect(configuration.allowsCoreDumps)
        #expect(!configuration.tracesRequests)
        #expect(!configuration.logsRequests)
    }

    @Test func `no two keys share a name or a variable`() {
        let keys = ConfigurationTable.keys
        let variables = keys.map(\.variable) + keys.compactMap(\.bareVariable)
        #expect(Set(keys.map(\.name)).count == keys.count)
        #expect(Set(variables + variables.map { $0 + "_FILE" }).count == 2 * variables.count)
    }
}

@Suite struct ConfigurationPrecedenceTests {
    @Test func `flags overrule the environment, that the file, and that the defaults`() throws {
        let file = ["Config/churnd.conf": "quota.limit = 1\nquota.window = 1\njwt.leeway = 1"]
        let environment = enough.merging(
            ["CHURND_QUOTA_LIMIT": "2", "CHURND_QUOTA_WINDOW": "2"]) { first, _ in first }
        let configuration = try load(
            flags: ["--quota.limit", "3"], environment: environment, files: file)
        #expect(configuration.quota.limit == 3)
        #expect(configuration.quota.windowSeconds == 2)
        #expect(configuration.tokens.leewaySeconds == 1)
        #expect(configuration.http.port == 8080)
    }

    @Test func `a bad value stops the start also where it is overruled`() {
        #expect(
            failure(
                flags: ["--quota.limit=3"], files: ["Config/churnd.conf": "\n\nquota.limit = 0"])
                == #"Config/churnd.conf:3: quota.limit: "0", expected an integer from 1 to 100000"#)
    }

    @Test func `the long variable overrules the bare one`() throws {
        let environment = enough.merging(
            ["PORT": "1", "CHURND_HTTP_PORT": "2", "HOST": "::1"]) { first, _ in first }
        let configuration = try load(environment: environment)
        #expect(configuration.http.port == 2)
        #expect(configuration.http.host == "::1")
    }

    @Test func `a named file has to be there, the standard one need not`() {
        #expect(failure() == "no error")
        #expect(
            failure(filePath: "other.conf")
                == "cannot be read: other.conf: open: No such file or directory")
    }

    @Test func `a named file replaces the standard one`() throws {
        let configuration = try load(
            filePath: "f", files: ["f": "", "Config/churnd.conf": "quota.limit = 7"])
        #expect(configuration.quota.limit == 100)
    }

    @Test(arguments: [(65_536, true), (65_537, false), (65_535, true)])
    func `the file has a largest size`(size: Int, isAccepted: Bool) {
        let text = "#" + String(repeating: " ", count: size - 1)
        let line = failure(files: ["Config/churnd.conf": text])
        #expect((line == "no error") == isAccepted)
    }
}

@Suite struct ConfigurationFailureTests {
    @Test(arguments: [
        (["--quota.limt", "5"], "did you mean --quota.limit?"),
        (["--port=5"], "did you mean --http.port?"),
        (["--zzzzzzzz=5"], "flag --zzzzzzzz: unknown key \"zzzzzzzz\""),
        (["--quota.limit"], "flag --quota.limit: no value, expected an integer from 1 to 100000"),
        (["--quota.limit", "--x"], "no value"),
        (["quota.limit"], #"argument "quota.limit", expected --key value or --key=value"#),
        (["--"], #"argument "--", expected"#),
        (["--quota.limit=1", "--quota.limit=1"], "quota.limit again, after flag --quota.limit"),
        (["--quota.limit="], #"flag --quota.limit: quota.limit: "", expected an integer"#),
        (["--quota.limit=1\nforged"], #""1\nforged""#),
    ]) func `a bad flag is named`(flags: [String], part: String) {
        let line = failure(flags: flags)
        #expect(line.contains(part), "\(line)")
        #expect(!line.contains("\n"))
    }

    @Test(arguments: [
        ("CHURND_QUOTA_LIMT", "did you mean CHURND_QUOTA_LIMIT?"),
        ("CHURND_JWT_SECRET_FIL", "did you mean CHURND_JWT_SECRET_FILE?"),
        ("CHURND_QUOTA_LIMIT_FILE", "unknown key"),
        ("CHURND_", "environment CHURND_: unknown key \"CHURND_\""),
        ("CHURND_CONFIG", "unknown key"),
        ("CHURND_http_port", "unknown key"),
    ]) func `an unknown variable of ours stops the start`(name: String, part: String) {
        let line = failure(environment: enough.merging([name: "5"]) { first, _ in first })
        #expect(line.contains(part), "\(line)")
    }

    @Test func `other variables are nobody's business here`() {
        let others = ["PATH": "/bin", "churnd_x": "1", "HOSTNAME": "\u{7}", "QUOTA_LIMIT": "0"]
        #expect(failure(environment: enough.merging(others) { first, _ in first }) == "no error")
    }

    @Test func `what Kubernetes puts in is ignored with a warning each`() throws {
        let environment = enough.merging([
            "CHURND_SERVICE_HOST": "10.0.0.1", "CHURND_PORT": "tcp://10.0.0.1:8080",
            "CHURND_PORT_8080_TCP_ADDR": "10.0.0.1",
        ]) { first, _ in first }
        let configuration = try load(environment: environment)
        #expect(configuration.http.port == 8080)
        #expect(
            configuration.warnings == [
                .ignoredVariable("CHURND_PORT"), .ignoredVariable("CHURND_PORT_8080_TCP_ADDR"),
                .ignoredVariable("CHURND_SERVICE_HOST"),
            ])
    }

    @Test(arguments: [
        ("quota.limit 5", #"Config/churnd.conf:1: no "=", expected key = value"#),
        (
            "quota.limt = 5",
            "Config/churnd.conf:1: unknown key \"quota.limt\", did you mean quota.limit?"
        ),
        (
            "jwt.leeway = 1\n#\njwt.leeway = 2",
            "Config/churnd.conf:3: jwt.leeway again, after Config/churnd.conf:1"
        ),
        ("JWT_SECRET = x", "unknown key \"JWT_SECRET\", did you mean jwt.secret?"),
        ("CHURND_QUOTA_LIMIT = 5", "did you mean quota.limit?"),
        ("jwt.secret_file = /run/s", "did you mean JWT_SECRET_FILE in the environment?"),
        ("redis.url.file = /run/s", "did you mean REDIS_URL_FILE in the environment?"),
        (
            "quota.limit = \"5\"",
            #""\"5\"", expected an integer from 1 to 100000, without quotes"#
        ),
        ("jwt.issuer =", #"Config/churnd.conf:1: jwt.issuer: "", expected 1 to 256 bytes"#),
        ("= 5", "Config/churnd.conf:1: unknown key \"\""),
        ("quota.limit = 5 # five", #""5 # five", expected"#),
    ]) func `a bad line is named`(text: String, part: String) {
        let line = failure(files: ["Config/churnd.conf": text])
        #expect(line.contains(part), "\(line)")
    }

    @Test func `a drain delay is shorter than the drain`() {
        #expect(failure(flags: ["--drain.delay=17.999"]) == "no error")
        #expect(
            failure(flags: ["--drain.delay=18"])
                == "drain.delay: not shorter than drain.timeout")
    }
}

@Suite struct ConfigurationSecretTests {
    @Test(arguments: [
        (31, false), (32, true), (33, true), (4095, true), (4096, true), (4097, false),
    ])
    func `a secret has its bounds`(count: Int, isAccepted: Bool) {
        let text = String(repeating: "x", count: count)
        let line = failure(environment: ["JWT_SECRET": text, "REDIS_URL": redis])
        let refusal =
            "environment JWT_SECRET: jwt.secret: \(count) bytes, expected 32 to 4096 "
            + "bytes"
        #expect(line == (isAccepted ? "no error" : refusal))
    }

    @Test(arguments: ["JWT_SECRET_FILE", "CHURND_JWT_SECRET_FILE"])
    func `a secret comes from a file, one newline at its end cut`(variable: String) throws {
        for (content, expected) in [
            (secret, secret), (secret + "\n", secret), (secret + "\n\n", secret + "\n"),
            (secret + "\r\n", secret + "\r"), (" " + secret, " " + secret),
        ] {
            let configuration = try load(
                environment: [variable: "s", "REDIS_URL": redis], files: ["s": content])
            #expect(secretBytes(configuration) == Array(expected.utf8))
        }
    }

    @Test(arguments: [
        ("JWT_SECRET", "\"\(secret)\"", "environment JWT_SECRET: jwt.secret: quotes around it"),
        ("JWT_SECRET", "JWT_SECRET=\(secret)", "a name and \"=\" before it"),
        ("JWT_SECRET", "\(secret)\r", "a carriage return at its end"),
        ("JWT_SECRET", " \(secret)", "white space around it"),
        ("JWT_SECRET", "\u{FEFF}\(secret)", "a byte order mark before it"),
        ("CHURND_JWT_ISSUER", "'issuer'", "environment CHURND_JWT_ISSUER: jwt.issuer: quotes"),
    ])
    func `what stands around a value belongs to it, with a warning`(
        variable: String, text: String, part: String
    ) throws {
        let configuration = try load(
            environment: enough.merging([variable: text]) { $1 })
        if variable == "JWT_SECRET" { #expect(secretBytes(configuration) == Array(text.utf8)) }
        #expect(configuration.warnings.count == 1)
        let warning = configuration.warnings.first?.description ?? ""
        #expect(warning.contains(part), "\(warning)")
        #expect(warning.hasSuffix(", taken as part of it; expected it without"))
        #expect(!warning.contains(secret))
    }

    @Test func `a secret file whose lines end in CRLF is warned of`() throws {
        let configuration = try load(
            environment: ["JWT_SECRET_FILE": "s", "REDIS_URL": redis],
            files: ["s": "\(secret)\r\n"])
        #expect(
            configuration.warnings.map(\.description) == [
                "environment JWT_SECRET_FILE (s): jwt.secret: a carriage return at its end, taken "
                    + "as part of it; expected it without"
            ])
    }

    @Test func `a key among several with something around it is named`() throws {
        let configuration = try load(
            environment: ["REDIS_URL": redis, "CHURND_JWT_KEYS": "keys"],
            files: ["keys/a": secret, "keys/b": "'\(secret)'\n"])
        #expect(
            configuration.warnings.map(\.description) == [
                "environment CHURND_JWT_KEYS: jwt.keys: b: quotes around it, taken as part of it; "
                    + "expected it without"
            ])
    }

    @Test(arguments: [
        ("JWT_SECRET_FILE", secret), ("JWT_SECRET_FILE", String(repeating: "ab", count: 200)),
        ("JWT_SECRET_FILE", "q7Zc/1mXw0Rk9yT3vB5nA8dLhJ2sGfP6uEiKoC4tYbM="),
        ("REDIS_URL_FILE", "redis://:hidden@h"), ("CHURND_REDIS_URL_FILE", "redis://:hidden@h/0"),
    ])
    func `a secret in place of its file's path is not shown`(variable: String, text: String) {
        let base = variable.contains("JWT") ? ["REDIS_URL": redis] : ["JWT_SECRET": secret]
        #expect(
            failure(environment: base.merging([variable: text]) { $1 })
                == "environment \(variable): no file is there, expected the path of one; what is "
                + "set looks like the secret itself")
    }

    @Test func `a short secret is told with what is around it`() {
        #expect(
            failure(environment: ["JWT_SECRET": "\"short\"", "REDIS_URL": redis])
                == "environment JWT_SECRET: jwt.secret: 7 bytes, with quotes around it, "
                + "expected 32 to 4096 bytes")
    }

    @Test func `secrets of the environment are taken as those of its texts`() throws {
        let sources = ConfigurationSources(
            flags: [], filePath: "/dev/null", environment: [:],
            secrets: [
                "JWT_SECRET": Secret(Array(secret.utf8)),
                "CHURND_REDIS_URL": Secret(Array("redis://:p@h".utf8)),
            ],
            files: ConfigurationFiles(read: { _, _ in .success([]) }, names: { _ in .success([]) }))
        let configuration = try ServiceConfiguration.load(sources, isDevelopment: false)
        #expect(secretBytes(configuration) == Array(secret.utf8))
        guard case .redis(let endpoint, _, _) = configuration.store else {
            Issue.record("store: \(configuration.store)")
            return
        }
        #expect(endpoint.password == Array("p".utf8))
    }

    @Test func `a weak secret in a file is named by variable and path`() {
        let place = "environment JWT_SECRET_FILE (run/s)"
        #expect(
            failure(
                environment: ["JWT_SECRET_FILE": "run/s", "REDIS_URL": redis],
                files: ["run/s": "short"])
                == "\(place): jwt.secret: 5 bytes, expected 32 to 4096 bytes")
    }

    @Test func `a secret file that is not there stops the start`() {
        #expect(
            failure(environment: ["JWT_SECRET_FILE": "s", "REDIS_URL": redis])
                == "environment JWT_SECRET_FILE: cannot be read: s: open: No such file or directory"
        )
    }

    @Test(arguments: ["JWT_SECRET", "CHURND_JWT_SECRET", "REDIS_URL", "CHURND_REDIS_URL"])
    func `a variable and its file form exclude each other`(variable: String) {
        #expect(
            failure(
                environment: [variable: "x", variable + "_FILE": "s"],
                files: ["s": secret])
                == "environment \(variable): set together with \(variable)_FILE, expected one of "
                + "them"
        )
    }

    @Test(arguments: [
        ("m", true), ("churnd:marker", true), ("quota", true), ("quota:", false),
        ("quota:alice", false), ("blacklist:x", false), ("revoked-before:x", false),
        ("Quota:alice", true), ("a\u{1}", false),
        (String(repeating: "k", count: 255), true), (String(repeating: "k", count: 256), true),
        (String(repeating: "k", count: 257), false),
    ])
    func `a marker key is one that no caller can make`(_ key: String, _ isAccepted: Bool) throws {
        let environment = [
            "JWT_SECRET": secret, "REDIS_URL": redis, "CHURND_REDIS_MARKER_KEY": key,
        ]
        guard isAccepted else {
            #expect(throws: ConfigurationError.self) { try load(environment: environment) }
            return
        }
        guard case .redis(_, deadline: _, markerKey: key) = try load(environment: environment).store
        else {
            Issue.record("the key does not reach the store")
            return
        }
    }

    @Test func `a Redis URL comes from a file`() throws {
        let configuration = try load(
            environment: ["JWT_SECRET": secret, "REDIS_URL_FILE": "u"],
            files: ["u": "redis://:p@db:7000/3\n"])
        guard
            case .redis(let endpoint, deadline: .milliseconds(100), markerKey: nil) = configuration
                .store
        else {
            Issue.record("store: \(configuration.store)")
            return
        }
        #expect(endpoint.description == "redis://db:7000/3")
        #expect(endpoint.password == Array("p".utf8))
    }

    @Test func `secrets are refused as flags`() {
        #expect(failure(flags: ["--jwt.secret", secret]).contains("a secret among the flags"))
        #expect(
            failure(flags: ["--redis.url=redis://:hidden@h"]).contains("a secret among the flags"))
        #expect(failure(flags: ["--redis.url=redis://h"]) == "no error")
    }

    @Test func `no line and no dump shows a secret`() throws {
        let hidden = "hidden-hidden-hidden-hidden-hidden"
        let lines = [
            failure(environment: ["JWT_SECRET": "hidden", "REDIS_URL": redis]),
            failure(environment: ["JWT_SECRET": secret, "REDIS_URL": "http://u:hidden@h"]),
            failure(environment: ["JWT_SECRET": secret, "REDIS_URL": "redis://u:hidden@h:0"]),
            failure(files: ["Config/churnd.conf": "jwt.secret = hidden"]),
            failure(flags: ["--redis.url=redis://:hidden@h"]),
            failure(flags: ["--jwt.secret=hidden"]),
        ]
        for line in lines { #expect(line != "no error" && !line.contains("hidden"), "\(line)") }
        let configuration = try load(
            environment: ["JWT_SECRET": hidden, "REDIS_URL": "redis://u:hidden@h"])
        var dumped = "\(configuration)"
        dump(configuration, to: &dumped)
        let bytes = Array(hidden.utf8).map(String.init).joined(separator: ", ")
        #expect(!dumped.contains("hidden") && !dumped.contains(bytes))
    }

    @Test func `a directory of keys takes the place of a secret`() throws {
        let configuration = try load(
            environment: ["REDIS_URL": redis, "CHURND_JWT_KEYS": "keys"],
            files: ["keys/b": secret + "\n", "keys/a": secret, "keys/..data": "short"])
        guard case .named(let keys) = configuration.tokens.keys else {
            Issue.record("keys: \(configuration.tokens.keys)")
            return
        }
        #expect(keys.secrets.map(\.id) == ["a", "b"])
        #expect(keys.secrets.allSatisfy { $0.secret.bytes == Array(secret.utf8) })
    }

    @Test(arguments: [
        (["keys/a": "short"], "jwt.keys: keys/a: 5 bytes, expected 32 to 4096 bytes"),
        (["keys/.a": secret], "jwt.keys: keys: no keys, expected a file for each"),
        ([:], "cannot be read: keys: open: No such file or directory"),
    ]) func `a bad directory of keys stops the start`(files: [String: String], expected: String) {
        let environment = ["REDIS_URL": redis, "CHURND_JWT_KEYS": "keys"]
        #expect(failure(environment: environment, files: files) == expected)
    }

    @Test(arguments: [(63, true), (64, true), (65, false)])
    func `there is a most of keys`(count: Int, isAccepted: Bool) {
        let files = Dictionary(uniqueKeysWithValues: (0..<count).map { ("keys/\($0)", secret) })
        let line = failure(
            environment: ["REDIS_URL": redis, "CHURND_JWT_KEYS": "keys"], files: files)
        let refusal = "jwt.keys: keys: too many keys, expected at most 64"
        #expect(line == (isAccepted ? "no error" : refusal))
    }
}

@Suite struct ConfigurationStartTests {
    @Test(arguments: [(106, true), (107, true), (108, false), (120, false), (507, false)])
    func `the path of a Unix socket has its length, and what is longer is told by it`(
        count: Int, isAccepted: Bool
    ) {
        let address = "unix:/" + String(repeating: "x", count: count - 1)
        let refusal =
            "flag --operations.listen: operations.listen: \"\(address.prefix(64))\" (cut): "
            + "a path of \(count) bytes, expected at most 107 for a Unix socket"
        #expect(
            failure(flags: ["--operations.listen=\(address)"])
                == (isAccepted ? "no error" : refusal))
    }

    @Test func `an audit log without its key is no start`() throws {
        let directory = ["CHURND_AUDIT_DIRECTORY": "audit"]
        #expect(
            failure(environment: enough.merging(directory) { first, _ in first })
                == "audit.directory: no audit.key, expected AUDIT_KEY or AUDIT_KEY_FILE")
        let key = directory.merging(["AUDIT_KEY": auditKey]) { first, _ in first }
        let configuration = try load(environment: enough.merging(key) { first, _ in first })
        #expect(configuration.audit?.sync == .interval(nanoseconds: 1_000_000_000))
        #expect(configuration.audit?.recordsFeatures == false)
        #expect(configuration.warnings.isEmpty)
        #expect(
            failure(flags: ["--audit.key=\(auditKey)"])
                == "flag --audit.key: a secret among the flags shows in ps, expected AUDIT_KEY or "
                + "AUDIT_KEY_FILE in the environment")
    }

    @Test func `a key that tokens are signed with is not one of the audit log`() {
        let audit = ["CHURND_AUDIT_DIRECTORY": "audit", "AUDIT_KEY": auditKey, "REDIS_URL": redis]
        let wanted = ", expected a key of its own: "
        func refusal(_ environment: [String: String], _ files: [String: String] = [:]) -> String {
            let line = failure(
                environment: audit.merging(environment) { first, _ in first }, files: files)
            #expect(!line.contains(auditKey))
            return String(line[..<(line.firstRange(of: wanted)?.lowerBound ?? line.endIndex)])
        }
        #expect(refusal(["JWT_SECRET": auditKey]) == "audit.key: the same as jwt.secret")
        #expect(refusal(["JWT_SECRET": auditKey + "b"]) == "no error")
        let keys = ["CHURND_JWT_KEYS": "keys"]
        for (files, expected) in [
            (["keys/a": auditKey], "audit.key: the same as key a of jwt.keys"),
            (["keys/a": secret, "keys/b": auditKey], "audit.key: the same as key b of jwt.keys"),
            (["keys/a": secret], "no error"),
        ] {
            #expect(refusal(keys, files) == expected)
        }
        // One that is set and not used may be used again.
        #expect(
            refusal(keys.merging(["JWT_SECRET": auditKey]) { $1 }, ["keys/a": secret])
                == "audit.key: the same as jwt.secret")
    }

    @Test(arguments: ["0.0.0.0:9464", "10.0.0.1:9464", "example.org:9464"])
    func `development takes an operations listener that only this machine reaches`(
        address: String
    ) throws {
        let line = failure(
            flags: ["--operations.listen=\(address)"], environment: [:], isDevelopment: true)
        #expect(line.hasPrefix("flag --operations.listen: operations.listen: "))
        #expect(line.contains("expected a loopback address"))
        for address in ["127.0.0.1:1", "[::1]:1", "localhost:1", "unix:/a", "off"] {
            _ = try load(
                flags: ["--operations.listen=\(address)"], environment: [:], isDevelopment: true)
        }
    }

    @Test func `without a store or a secret there is no start`() {
        #expect(
            failure(environment: ["JWT_SECRET": secret]).hasPrefix("no store, expected REDIS_URL"))
        #expect(
            failure(environment: ["REDIS_URL": redis]).hasPrefix("no secret, expected JWT_SECRET"))
        let memory = ["JWT_SECRET": secret, "CHURND_STORE": "memory"]
        #expect(failure(environment: memory) == "no error")
    }

    @Test func `development needs nothing, and keeps the store in memory`() throws {
        let configuration = try load(environment: [:], isDevelopment: true)
        #expect(configuration.isDevelopment)
        guard case .madeAtStart = configuration.tokens.keys else {
            Issue.record("keys: \(configuration.tokens.keys)")
            return
        }
        #expect(configuration.http.host == "127.0.0.1")
        guard case .memory(subjectsMax: 100_000) = configuration.store else {
            Issue.record("store: \(configuration.store)")
            return
        }
    }

    @Test func `a secret beside keys is warned of, and the keys count`() throws {
        let configuration = try load(
            environment: enough.merging(["CHURND_JWT_KEYS": "keys"]) { first, _ in first },
            files: ["keys/a": secret])
        #expect(keyNames(configuration) == ["a"])
        #expect(
            configuration.warnings
                == [.unusedSecret(at: .variable("JWT_SECRET"), key: "jwt.keys")])
    }

    @Test(arguments: ["memory", nil])
    func `a Redis URL beside a store in memory is warned of`(store: String?) throws {
        var environment = enough
        environment["CHURND_STORE"] = store
        // Development has none but its own.
        if store == nil { environment["JWT_SECRET"] = nil }
        let configuration = try load(environment: environment, isDevelopment: store == nil)
        let expected: [ConfigurationWarning] = [.unusedRedisURL(at: .variable("REDIS_URL"))]
        #expect(configuration.warnings == expected)
    }

    @Test func `development refuses a store in Redis`() {
        #expect(
            failure(flags: ["--store=redis"], environment: [:], isDevelopment: true)
                == "flag --store: store: redis, but --dev keeps the store in memory")
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("localhost", true), ("::1", true),
        ("0.0.0.0", false), ("::", false), ("128.0.0.1", false), ("127.0.0.256", false),
        ("127.0.0", false), ("127.0.0.1.example.com", false), ("localhost.example.com", false),
        ("127.0.0.", false),
    ]) func `development listens on loopback only`(host: String, isAccepted: Bool) {
        let line = failure(flags: ["--http.host", host], environment: [:], isDevelopment: true)
        let refusal =
            "flag --http.host: http.host: \(host), "
            + "but with --dev expected a loopback address (127.0.0.1)"
        #expect(line == (isAccepted ? "no error" : refusal))
    }

    @Test(arguments: [
        ("1000", "99999", true), ("1000", "100000", true), ("1000", "100001", false),
        ("100000", "10000000", false),
    ]) func `the store in memory has a bound`(limit: String, subjects: String, isAccepted: Bool) {
        let flags = ["--quota.limit", limit, "--store.subjects", subjects]
        let line = failure(
            flags: flags, environment: ["JWT_SECRET": secret, "CHURND_STORE": "memory"])
        let refusal =
            "quota.limit \(limit) times store.subjects \(subjects): "
            + "more than 100000000 admissions to hold in memory"
        #expect(line == (isAccepted ? "no error" : refusal))
        #expect(failure(flags: flags) == "no error", "Redis has its own memory")
    }

    @Test(
        arguments: [
            ("quota.role.a = 999", 100_100, nil), ("quota.role.a = 1000", 100_000, nil),
            ("quota.role.a = 1000", 100_001, 100_001_000),
            ("quota.subject.a* = 2000", 50_001, 100_002_000),
            ("quota.subject.a = 100000", 999_000, nil),
            ("quota.subject.a = 100000", 999_001, 100_000_100),
        ] as [(String, Int, Int?)])
    func `quotas of roles and subjects are within the store's bound`(
        quota: String, subjects: Int, tooMany: Int?
    ) {
        let flags = ["--store.subjects", "\(subjects)", "--roles.path", "r.conf"]
        let files = ["r.conf": "role.a = predict\n\(quota)"]
        let line = failure(
            flags: flags, environment: ["JWT_SECRET": secret, "CHURND_STORE": "memory"],
            files: files)
        let refusal = tooMany.map {
            "r.conf: with its quotas, store.subjects \(subjects) may have \($0) admissions to hold "
                + "in memory, expected at most 100000000"
        }
        #expect(line == refusal ?? "no error")
        #expect(failure(flags: flags, files: files) == "no error", "Redis has its own memory")
    }
}
