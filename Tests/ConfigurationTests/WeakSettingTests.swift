import Configuration
import Glibc
import POSIX
import TestSupport
import Testing

private let secret = "c0f3a91d7b2e486590ad1f4c3e8b7264"
private let auditKey = "7e19b4d05a6c38f2e1d07b9a4c5f8362"
/// The key of RFC 8032 §7.1, test 3.
private let keySet =
    #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU"}]}"#

/// A configuration that has no weak setting, and what one case changes.
struct WeakSample: Sendable, CustomTestStringConvertible {
    let name: String
    /// The rule that it breaks; nil: none.
    var rule: String?
    var says = ""
    var flags: [String: String?] = [:]
    var environment: [String: String?] = [:]
    var modes: [String: UInt32] = [:]
    var file: String?
    var isDevelopment = false

    var testDescription: String { name }

    func sources(security: String = "warn") throws -> ConfigurationSources {
        var flags: [String: String?] = [
            "audit.directory": "audit", "jwt.issuer": "i", "jwt.audience": "a",
            "operations.listen": "127.0.0.1:9464", "security": security,
        ]
        flags.merge(self.flags) { $1 }
        var environment: [String: String?] = [
            "JWT_SECRET": secret, "AUDIT_KEY": auditKey, "REDIS_URL": "redis://localhost",
        ]
        environment.merge(self.environment) { $1 }
        let texts = [
            "s": secret, "k": auditKey, "u": "redis://:p@localhost", "keys/one": secret,
            "keys/two": "f29e6b1d8c0a47354b6f1e9d2c8a7035", "the.conf": file ?? "",
            "set.json": keySet, "sets/set.json": keySet, "r.conf": "", "roles/r.conf": "",
        ]
        let modes = modes
        return ConfigurationSources(
            flags: try ConfigurationFlag.parse(
                flags.compactMap { key, value in value.map { "--\(key)=\($0)" } }.sorted()),
            filePath: file == nil ? nil : "the.conf",
            environment: environment.compactMapValues(\.self),
            files: ConfigurationFiles(
                read: { path, _ in
                    texts[path].map { .success(Array($0.utf8)) }
                        ?? .failure(.system(path: path, SystemError(call: "open", code: 2)))
                },
                names: { directory in
                    switch directory {
                    case "keys": .success(["one", "two"])
                    case "Models/telco-churn": .success(["1", "active"])
                    case "Models/telco-churn/1": .success(["model.json"])
                    default: .failure(.system(path: directory, SystemError(call: "open", code: 2)))
                    }
                },
                mode: { modes[$0] ?? 0o600 }))
    }
}

private let secretFiles =
    "JWT_SECRET_FILE, jwt.keys, AUDIT_KEY_FILE, REDIS_URL_FILE, tls.key, operations.tls.key, "
    + "redis.tls.key, CHURND_REDIS_SENTINEL_PASSWORD_FILE"

private let sharedSecrets = "audit.key, redis.url, redis.sentinel.password"

private let secretSamples: [WeakSample] = [
    WeakSample(
        name: "one letter as a secret", rule: "jwt.secret, jwt.keys",
        says: "environment JWT_SECRET: one byte over and over",
        environment: ["JWT_SECRET": String(repeating: "s", count: 32)]),
    WeakSample(
        name: "a pattern as the audit log's key", rule: "audit.key",
        says: "environment AUDIT_KEY: the same 16 bytes over and over",
        environment: ["AUDIT_KEY": "k3v9q1z7x5m2w8r0k3v9q1z7x5m2w8r0"]),
    WeakSample(
        name: "a key of tokens as the password of Redis", rule: sharedSecrets,
        says: "the password of Redis is environment JWT_SECRET",
        environment: ["REDIS_URL": "redis://:\(secret)@localhost"]),
    WeakSample(
        name: "the audit log's key as the password of Redis", rule: sharedSecrets,
        says: "the password of Redis is environment AUDIT_KEY",
        environment: ["REDIS_URL": "redis://:\(auditKey)@localhost"]),
    WeakSample(
        name: "the audit log's key as the password of the Sentinels", rule: sharedSecrets,
        says: "the password of the Sentinels is environment AUDIT_KEY",
        environment: [
            "REDIS_URL": "redis+sentinel://localhost/n", "CHURND_REDIS_SENTINEL_PASSWORD": auditKey,
        ]),
    WeakSample(
        name: "the file of the Sentinels' password that all may read", rule: secretFiles,
        says: "u has mode 644",
        environment: [
            "REDIS_URL": "redis+sentinel://localhost/n",
            "CHURND_REDIS_SENTINEL_PASSWORD_FILE": "u",
        ], modes: ["u": 0o644]),
    WeakSample(
        name: "a secret's file that all may read",
        rule: secretFiles,
        says: "s has mode 644", environment: ["JWT_SECRET": nil, "JWT_SECRET_FILE": "s"],
        modes: ["s": 0o644]),
    WeakSample(
        name: "a secret's file that its group may write",
        rule: secretFiles,
        says: "k has mode 660", environment: ["AUDIT_KEY": nil, "AUDIT_KEY_FILE": "k"],
        modes: ["k": 0o660]),
    WeakSample(
        name: "one of several keys that all may write",
        rule: secretFiles,
        says: "keys/two has mode 602", flags: ["jwt.keys": "keys"],
        environment: ["JWT_SECRET": nil], modes: ["keys/two": 0o602]),
    WeakSample(
        name: "a directory of keys that all may write to",
        rule: secretFiles,
        says: "keys has mode 777", flags: ["jwt.keys": "keys"],
        environment: ["JWT_SECRET": nil], modes: ["keys": 0o777]),
    WeakSample(
        name: "a URL's file that all may read",
        rule: secretFiles,
        says: "u has mode 604", environment: ["REDIS_URL": nil, "REDIS_URL_FILE": "u"],
        modes: ["u": 0o604]),
    WeakSample(
        name: "a set of keys that its group may write", rule: "jwt.jwks",
        says: "set.json has mode 664", flags: ["jwt.jwks": "set.json"],
        environment: ["JWT_SECRET": nil], modes: ["set.json": 0o664]),
    WeakSample(
        name: "a directory of a set that all may write to", rule: "jwt.jwks",
        says: "sets has mode 777", flags: ["jwt.jwks": "sets/set.json"],
        environment: ["JWT_SECRET": nil], modes: ["sets": 0o777, "sets/set.json": 0o644]),
    WeakSample(
        name: "a file of roles that its group may write", rule: "roles.path",
        says: "r.conf has mode 664", flags: ["roles.path": "r.conf"], modes: ["r.conf": 0o664]),
    WeakSample(
        name: "a file of signers that its group may write", rule: "model.signers",
        says: "s.pub has mode 664", flags: ["model.signers": "s.pub"], modes: ["s.pub": 0o664]),
    WeakSample(
        name: "a directory of roles that all may write to", rule: "roles.path",
        says: "roles has mode 777", flags: ["roles.path": "roles/r.conf"],
        modes: ["roles": 0o777, "roles/r.conf": 0o644]),
    WeakSample(
        name: "a certificate's key that all may read", rule: secretFiles,
        says: "tls.key has mode 644", flags: ["tls.certificate": "tls.pem", "tls.key": "tls.key"],
        modes: ["tls.key": 0o644]),
    WeakSample(
        name: "the operations listener's key that all may read", rule: secretFiles,
        says: "o.key has mode 604",
        flags: ["operations.tls.certificate": "o.pem", "operations.tls.key": "o.key"],
        modes: ["o.key": 0o604]),
    WeakSample(
        name: "the key for Redis that all may read", rule: secretFiles,
        says: "r.key has mode 644",
        flags: [
            "redis.url": "rediss://localhost", "redis.tls.certificate": "r.pem",
            "redis.tls.key": "r.key",
        ], modes: ["r.key": 0o644]),
    WeakSample(
        name: "a file of keys that all may write", rule: "--config",
        says: "the.conf has mode 666", modes: ["the.conf": 0o666], file: "quota.limit = 5"),
    WeakSample(
        name: "a file of keys with a secret that all may read", rule: "--config",
        says: "the.conf has mode 644", environment: ["JWT_SECRET": nil],
        modes: ["the.conf": 0o644], file: "jwt.secret = \(secret)"),
]

private let otherSamples: [WeakSample] = [
    WeakSample(
        name: "every address", rule: "http.host", says: "0.0.0.0 (flag --http.host), beyond",
        flags: ["http.host": "0.0.0.0"]),
    WeakSample(
        name: "an address of HOST", rule: "http.host", says: "10.0.0.1 (environment HOST), beyond",
        environment: ["HOST": "10.0.0.1"]),
    WeakSample(
        name: "operators on every address", rule: "operations.listen",
        says: "0.0.0.0 (flag --operations.listen), beyond",
        flags: ["operations.listen": "0.0.0.0:9464"]),
    WeakSample(
        name: "a socket for everybody", rule: "operations.socket_mode", says: "666, so that",
        flags: ["operations.listen": "unix:/s", "operations.socket_mode": "666"]),
    WeakSample(name: "no issuer", rule: "jwt.issuer", says: "not set", flags: ["jwt.issuer": nil]),
    WeakSample(
        name: "no audience", rule: "jwt.audience", says: "not set",
        flags: ["jwt.audience": nil]),
    WeakSample(
        name: "the store in memory", rule: "store", says: "memory, so that",
        flags: ["store": "memory"], environment: ["REDIS_URL": nil]),
    WeakSample(
        name: "Redis elsewhere without a password", rule: "redis.url",
        says: "no password for rediss://db:6379/0", environment: ["REDIS_URL": "rediss://db"]),
    WeakSample(
        name: "Redis elsewhere without TLS", rule: "redis.url",
        says: "redis://db:6379/0, beyond this machine and without TLS",
        environment: ["REDIS_URL": "redis://u:p@db"]),
    WeakSample(
        name: "a Sentinel elsewhere without TLS", rule: "redis.url",
        says: "redis+sentinel://localhost:26379,b:26379/n/0, beyond this machine",
        environment: ["REDIS_URL": "redis+sentinel://u:p@localhost,b/n"]),
    WeakSample(
        name: "no audit log", rule: "audit.directory", says: "not set: what is answered",
        flags: ["audit.directory": nil]),
    WeakSample(
        name: "an audit directory for everybody", rule: "audit.directory",
        says: "audit has mode 777", modes: ["audit": 0o777]),
    WeakSample(
        name: "an audit directory for the group", rule: "audit.directory",
        says: "audit has mode 770", modes: ["audit": 0o770]),
    WeakSample(
        name: "checkpoints that all may read", rule: "audit.directory",
        says: "audit/checkpoints.jsonl has mode 644", modes: ["audit/checkpoints.jsonl": 0o644]),
    WeakSample(
        name: "models for everybody", rule: "model.path", says: "Models/telco-churn has mode 777",
        modes: ["Models/telco-churn": 0o777]),
    WeakSample(
        name: "an active that all may write", rule: "model.path",
        says: "Models/telco-churn/1/model.json has mode 666, and 1 more",
        modes: ["Models/telco-churn/active": 0o646, "Models/telco-churn/1/model.json": 0o666]
    ),
    WeakSample(
        name: "core dumps", rule: "security.core_dumps", says: "on",
        flags: ["security.core_dumps": "on"]),
    WeakSample(
        name: "a platform that has authenticated the callers", rule: "auth",
        says: "platform: no token is needed for mlflow, azure at 127.0.0.1",
        flags: ["auth": "platform", "routes": "azure predict mlflow"]),
    WeakSample(
        name: "a platform that pages come past", rule: "auth",
        says: "platform: no token is needed for mlflow at 127.0.0.1, also from the pages of cors",
        flags: ["auth": "platform", "routes": "mlflow", "cors.origins": "*"]),
    WeakSample(
        name: "a platform that keeps others away", rule: "auth",
        says: "platform: no token is needed for vertex at 0.0.0.0",
        flags: [
            "auth": "platform", "routes": "vertex", "http.host": "0.0.0.0",
            "auth.platform_exposed": "on",
        ]),
    WeakSample(
        name: "a platform beside callers with tokens", rule: "http.host",
        says: "0.0.0.0 (flag --http.host), beyond",
        flags: ["routes": "predict vertex", "http.host": "0.0.0.0"]),
    WeakSample(
        name: "customers for every token", rule: "customers.readable", says: "all, without roles",
        flags: ["routes": "customers"]),
    WeakSample(
        name: "development", rule: "--dev", says: "given",
        environment: ["JWT_SECRET": nil, "REDIS_URL": nil], isDevelopment: true),
]

/// What is on the other side of each rule.
private let goodSamples: [WeakSample] = [
    WeakSample(
        name: "HTTPS beyond the machine",
        flags: [
            "http.host": "0.0.0.0", "tls.certificate": "tls.pem", "tls.key": "tls.key",
            "operations.listen": "10.0.0.1:9464", "operations.tls.certificate": "tls.pem",
            "operations.tls.key": "tls.key",
        ], modes: ["tls.key": 0o640]),
    WeakSample(name: "as it should be"),
    WeakSample(
        name: "plain HTTP is meant", flags: ["http.host": "0.0.0.0", "http.insecure": "on"]),
    WeakSample(
        name: "a proxy terminates TLS",
        flags: ["http.host": "0.0.0.0", "http.trusted_proxies": "10.0.0.7"]),
    WeakSample(
        name: "customers for their own subjects",
        flags: ["routes": "customers", "customers.readable": "own"]),
    WeakSample(name: "platforms without their routes", flags: ["auth": "platform"]),
    WeakSample(name: "loopback by another name", flags: ["http.host": "localhost"]),
    WeakSample(
        name: "a socket for a group",
        flags: ["operations.listen": "unix:/s", "operations.socket_mode": "660"]),
    WeakSample(
        name: "a mode without a socket", flags: ["operations.socket_mode": "666"]),
    WeakSample(name: "no operators", flags: ["operations.listen": "off"]),
    WeakSample(
        name: "Redis elsewhere with TLS and a password",
        environment: ["REDIS_URL": "rediss://u:p@db"]),
    WeakSample(
        name: "Sentinels elsewhere with TLS and a password",
        environment: ["REDIS_URL": "rediss+sentinel://u:p@a,b/n"]),
    WeakSample(
        name: "files for owner and group", flags: ["jwt.keys": "keys"],
        environment: [
            "JWT_SECRET": nil, "AUDIT_KEY": nil, "AUDIT_KEY_FILE": "k", "REDIS_URL": nil,
            "REDIS_URL_FILE": "u",
        ],
        modes: ["keys/one": 0o640, "keys/two": 0o440, "k": 0o640, "u": 0o400, "audit": 0o755]),
    WeakSample(
        name: "a file of keys that all may read", modes: ["the.conf": 0o664],
        file: "redis.url = redis://localhost"),
    WeakSample(
        name: "models for a group", modes: ["Models/telco-churn": 0o775, "audit": 0o750]),
]

@Suite struct WeakSettingTests {
    @Test(arguments: secretSamples + otherSamples)
    func `a weak setting is found, and refused with security = strict`(
        sample: WeakSample
    ) throws {
        let configuration = try ServiceConfiguration.load(
            sample.sources(), isDevelopment: sample.isDevelopment)
        #expect(configuration.weakSettings.map(\.name) == [sample.rule ?? ""])
        let weak = try #require(configuration.weakSettings.first)
        #expect(weak.found.hasPrefix(sample.says), "\(weak)")
        for hidden in [secret, auditKey] { #expect(!weak.description.contains(hidden)) }
        #expect(throws: ConfigurationError.weakSettings([weak])) {
            try ServiceConfiguration.load(
                sample.sources(security: "strict"), isDevelopment: sample.isDevelopment)
        }
    }

    @Test(arguments: goodSamples)
    func `what is not weak starts with security = strict`(sample: WeakSample) throws {
        let configuration = try ServiceConfiguration.load(
            sample.sources(security: "strict"), isDevelopment: false)
        #expect(configuration.weakSettings == [])
    }

    @Test func `every rule has a sample`() {
        #expect(
            Set((secretSamples + otherSamples).compactMap(\.rule))
                == Set(WeakSettingRule.all.map(\.name)))
    }

    @Test func `a strict start names all weak settings in one line`() throws {
        let sample = WeakSample(
            name: "", flags: ["jwt.issuer": nil, "jwt.audience": nil],
            environment: ["HOST": "0.0.0.0"])
        #expect {
            try ServiceConfiguration.load(sample.sources(security: "strict"), isDevelopment: false)
        } throws: { error in
            "\(error)"
                == "security is strict, and 3 settings are weak: "
                + "http.host: 0.0.0.0 (environment HOST), beyond this machine and without TLS, "
                + "expected tls.certificate, a loopback address, http.trusted_proxies where a "
                + "proxy in front terminates TLS, or http.insecure = on; jwt.issuer: not set, "
                + "so that iss is not checked, "
                + "expected the iss of the tokens; jwt.audience: not set, so that aud is not "
                + "checked, expected the aud of the tokens"
        }
    }

    @Test func `the document for operators has every rule`() throws {
        let found = try DocumentTable("weak settings", of: "Docs/operating/security.md").lines
        let rows = WeakSettingRule.all.map { rule in
            let names = rule.name.split(separator: ", ").map { "`\($0)`" }.joined(separator: ", ")
            return "| \(names) | \(rule.meaning) | \(rule.wanted) |"
        }
        let expected = ["| setting | weak when | expected |", "|---|---|---|"] + rows
        #expect(
            found.joined(separator: "\n") == expected.joined(separator: "\n"),
            "the table has to be:\n\(expected.joined(separator: "\n"))\n")
    }
}
