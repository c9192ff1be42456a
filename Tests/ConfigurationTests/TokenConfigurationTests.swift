import Configuration
import HTTPClient
import JWT
import TestSupport
import Testing

/// `jwt.keys`, `jwt.jwks` and what tokens must say.
@Suite struct TokenConfigurationTests {
    private static let secret = String(repeating: "s", count: 32)

    private func load(
        _ settings: [String: String], files: [String: String] = [:],
        environment: [String: String] = [:], isDevelopment: Bool = false
    ) throws(ConfigurationError) -> ServiceConfiguration {
        let flags = ["--store=memory"] + settings.map { "--\($0.key)=\($0.value)" }.sorted()
        let sources = ConfigurationSources(
            flags: try ConfigurationFlag.parse(flags), filePath: nil, environment: environment,
            files: .holding(files))
        return try ServiceConfiguration.load(sources, isDevelopment: isDevelopment)
    }

    private func failure(
        _ settings: [String: String], files: [String: String] = [:],
        environment: [String: String] = [:], isDevelopment: Bool = false
    ) -> String {
        do {
            _ = try load(
                settings, files: files, environment: environment, isDevelopment: isDevelopment)
            return "no error"
        } catch {
            return error.description
        }
    }

    private func named(_ configuration: ServiceConfiguration) throws -> NamedKeys {
        var found: NamedKeys?
        if case .named(let keys) = configuration.tokens.keys { found = keys }
        return try #require(found)
    }

    @Test func `the keys of a set and of a directory are one set`() throws {
        let keys = [try IssuerKey("ed"), try IssuerKey("ec", .es256)]
        let files = ["set.json": try IssuerKey.set(keys), "keys/a": Self.secret]
        let both = try named(try load(["jwt.jwks": "set.json", "jwt.keys": "keys"], files: files))
        #expect(both.secrets.map(\.id) == ["a"])
        #expect(both.published?.keys.map(\.id) == ["ed", "ec"])
        #expect("\(both.signingKeys)" == "3 named keys")
        let alone = try named(try load(["jwt.jwks": "set.json"], files: files))
        #expect(alone.secrets.isEmpty)
        #expect("\(alone.signingKeys)" == "2 named keys")
        let line = failure(
            ["jwt.jwks": "set.json", "jwt.keys": "keys"],
            files: ["set.json": try IssuerKey.set(keys), "keys/ec": Self.secret])
        #expect(line == "jwt.keys and jwt.jwks: key ec: given twice")
    }

    @Test func `a URL is no file, and its keys are not known at the start`() throws {
        let url = "https://idp.example/keys?a=b"
        let configuration = try load(
            [
                "jwt.jwks": url, "jwt.jwks_age_min": "1", "jwt.jwks_stale": "2",
                "jwt.jwks_cooldown": "3", "jwt.keys": "keys",
            ], files: ["keys/a": Self.secret])
        let keys = try named(configuration)
        let source = try #require(keys.files.source)
        #expect(source.host == "idp.example" && source.ageSeconds == 1...86_400)
        #expect(source.staleSeconds == 2 && source.cooldownSeconds == 3)
        #expect(source.request(entityTag: nil).url.description == url)
        #expect(keys.published == nil && keys.signingKeys.isIncomplete)
        #expect(try named(load(["jwt.jwks": url])).signingKeys.isIncomplete)
        #expect(!configuration.weakSettings.contains { $0.name == "jwt.jwks" })
        let set = try JSONWebKeySet(Array(IssuerKey.set([IssuerKey("ed")]).utf8).span)
        let whole = try keys.files.read(with: set).signingKeys
        #expect("\(whole)" == "2 named keys" && !whole.isIncomplete)
    }

    @Test(arguments: [
        ("http://idp.example/", "an http:// URL, expected https://"),
        ("ftp://idp.example/", "another scheme or none, expected https://"),
        ("https://u:hidden@idp.example/", "user information before the host, expected none"),
        ("https://idp.example:8443/", "port 8443, expected one of outgoing.ports: 443"),
        ("https:///keys", "no host, expected a name, an IPv4 address, or one of IPv6 in brackets"),
    ])
    func `a URL that no request goes to stops the start`(url: String, reason: String) {
        #expect(failure(["jwt.jwks": url]) == "flag --jwt.jwks: jwt.jwks: \(reason)")
    }

    @Test func `where requests go is configured`() throws {
        _ = try load([
            "jwt.jwks": "https://idp.example:8443/", "outgoing.ports": "443 8443",
            "outgoing.networks": "10.0.0.0/8 fd00::/8",
        ])
        for networks in ["10.0.0.0", "10.0.0.1/8", "10.0.0.0/8  fd00::/8", "", "idp.example/8"] {
            #expect(failure(["outgoing.networks": networks]).contains("outgoing.networks: "))
        }
        for ports in ["0", "65536", "443,8443", "443 ", ""] {
            #expect(failure(["outgoing.ports": ports]).contains("outgoing.ports: "))
        }
        let port = String(repeating: "443 ", count: 15) + "443"
        #expect(failure(["outgoing.ports": port]).hasPrefix("no secret"))
        #expect(failure(["outgoing.ports": "\(port) 443"]).contains("outgoing.ports: "))
        let network = String(repeating: "10.0.0.0/8 ", count: 63) + "10.0.0.0/8"
        #expect(failure(["outgoing.networks": network]).hasPrefix("no secret"))
        #expect(failure(["outgoing.networks": "\(network) ::/0"]).contains("outgoing.networks: "))
    }

    @Test func `keys that are skipped are warned of, and so is a secret that is not used`() throws {
        let key = try IssuerKey("ed")
        let set = try IssuerKey.set([key]).replacing("]", with: #",{"kty":"oct","kid":"o"}]"#)
        let configuration = try load(
            ["jwt.jwks": "set.json"], files: ["set.json": set],
            environment: ["JWT_SECRET": Self.secret])
        #expect(
            configuration.warnings.map(\.description) == [
                "environment JWT_SECRET: jwt.secret: not used, as jwt.jwks is set",
                "jwt.jwks: key o: skipped: kty oct: a secret, expected public keys",
            ])
    }

    @Test(
        arguments: [
            (nil, "cannot be read: set.json: open: No such file or directory"),
            (
                "",
                "jwt.jwks: set.json: not a JSON object with an array of keys, ends too early, at "
                    + "byte 0"
            ),
            (#"{"keys":[]}"#, "jwt.jwks: set.json: no key that can be used"),
            (
                String(repeating: " ", count: 65_537),
                "cannot be read: set.json: larger than 65536 bytes"
            ),
        ] as [(String?, String)]) func `a bad set stops the start`(text: String?, expected: String)
    {
        let files = text.map { ["set.json": $0] } ?? [:]
        #expect(failure(["jwt.jwks": "set.json"], files: files) == expected)
    }

    @Test(arguments: ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"])
    func `what everyone may know is no secret`(kind: String) {
        let text = "-----BEGIN \(kind)-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n"
        let expected =
            ": a public key or a certificate, expected a secret; public keys belong into the set "
            + "of jwt.jwks"
        #expect(
            failure(["jwt.keys": "keys"], files: ["keys/a": text]) == "jwt.keys: keys/a" + expected)
        #expect(failure([:], environment: ["JWT_SECRET": text]) == "jwt.secret" + expected)
    }

    @Test func `claims are those of most issuers unless others are configured`() throws {
        let environment = ["JWT_SECRET": Self.secret]
        let standard = try load([:], environment: environment).tokens
        #expect(standard.claims == TokenClaimNames())
        #expect(standard.requirements.isEmpty)
        #expect(standard.lifetimeSecondsMax == nil)
        let other = try load(
            [
                "jwt.claim.id": "uti", "jwt.claim.subject": "oid", "jwt.claim.scopes": "scp a.b",
                "jwt.require": "tid=t ver", "jwt.lifetime_max": "3600",
            ], environment: environment
        ).tokens
        #expect(
            other.claims
                == (try TokenClaimNames(tokenID: "uti", subject: "oid", scopes: "scp a.b")))
        #expect(other.requirements == (try RequiredClaim.list("tid=t ver")))
        #expect(other.lifetimeSecondsMax == 3600)
    }

    @Test(arguments: [
        ("jwt.claim.id", "a.b"), ("jwt.claim.id", "exp"), ("jwt.claim.subject", "a b"),
        ("jwt.claim.scopes", "a  b"), ("jwt.claim.scopes", "a.b.c.d.e"), ("jwt.require", "=x"),
        ("jwt.require", "a b c d e f g h i"), ("jwt.lifetime_max", "-1"),
    ]) func `claims of another form stop the start`(key: String, value: String) {
        let line = failure([key: value], environment: ["JWT_SECRET": Self.secret])
        #expect(line.hasPrefix("flag --\(key): \(key): \"\(value)\", expected "), "\(line)")
    }

    @Test func `one claim for two purposes stops the start`() {
        let line = failure(["jwt.claim.id": "sub"], environment: ["JWT_SECRET": Self.secret])
        #expect(line == "jwt.claim: claim sub: for two purposes, expected it for one")
    }

    @Test func `development has its own key and accepts its own tokens`() throws {
        let line = failure(["jwt.jwks": "set.json"], isDevelopment: true)
        #expect(line.hasPrefix("flag --jwt.jwks: jwt.jwks: set, but --dev"))
        let tokens = try load(
            ["jwt.claim.id": "uti", "jwt.require": "tid=t", "jwt.lifetime_max": "60"],
            isDevelopment: true
        ).tokens
        #expect(tokens.claims.tokenIDText == "uti")
        #expect(tokens.requirements.isEmpty && tokens.lifetimeSecondsMax == nil)
    }

    @Test(arguments: [
        (nil, "cannot be read: r.conf: open: No such file or directory"),
        ("role.a = all", "r.conf:1: role.a: \"all\", expected of the scopes predict "),
        (String(repeating: "#", count: 65_537), "cannot be read: r.conf: larger than 65536 bytes"),
    ])
    func `a file of roles that is not one stops the start`(text: String?, expected: String) {
        let files = text.map { ["r.conf": $0] } ?? [:]
        let line = failure(
            ["roles.path": "r.conf"], files: files, environment: ["JWT_SECRET": Self.secret])
        #expect(line.contains(expected), "\(line)")
    }
}
