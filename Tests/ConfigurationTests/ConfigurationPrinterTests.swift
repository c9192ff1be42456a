import Configuration
import POSIX
import TestSupport
import Testing

@Suite struct ConfigurationPrinterTests {
    private static let secret = "planted-secret-0123456789-abcdefg"
    private static let auditKey = "planted-auditk-0123456789-abcdefg"
    private static let environment = ["JWT_SECRET": secret, "AUDIT_KEY": auditKey]
    private static let memory = ["--store=memory"]

    private func sources(
        _ flags: [String], environment: [String: String] = environment, file: String? = nil
    ) throws -> ConfigurationSources {
        let absent = SystemError(call: "open", code: 2)
        return ConfigurationSources(
            flags: try ConfigurationFlag.parse(flags), filePath: file == nil ? nil : "the.conf",
            environment: environment,
            files: ConfigurationFiles(
                read: { path, _ in
                    file.map { .success(Array($0.utf8)) }
                        ?? .failure(.system(path: path, absent))
                },
                names: { .failure(.system(path: $0, absent)) }))
    }

    private func text(
        _ flags: [String], environment: [String: String] = environment, file: String? = nil,
        isDevelopment: Bool = false
    ) throws -> String {
        try ConfigurationPrinter.text(
            sources(flags, environment: environment, file: file), isDevelopment: isDevelopment)
    }

    /// All of a configuration that is not secret, but for where it was given.
    private func contents(
        _ flags: [String], file: String? = nil, isDevelopment: Bool = false
    ) throws -> String {
        var configuration = try ServiceConfiguration.load(
            sources(
                flags, environment: isDevelopment ? [:] : ConfigurationPrinterTests.environment,
                file: file), isDevelopment: isDevelopment)
        configuration.http.hostPlace = .standard
        configuration.http.portPlace = .standard
        configuration.weakSettings = []
        var text = ""
        dump(configuration, to: &text)
        return text
    }

    /// A value that is not the key's default, as a file spells it; nil for secrets.
    private func otherValue(of key: ConfigurationKey) -> String? {
        switch key.kind {
        case .integer(let range, in: _), .eventLoops(let range):
            key.defaultText == "\(range.lowerBound)"
                ? "\(range.lowerBound + 1)" : "\(range.lowerBound)"
        // Shorter than drain.timeout.
        case .duration where key.name == "drain.delay": "0.125"
        case .duration(thousandths: let range, in: _): "\(range.lowerBound / 1000 + 1).05"
        case .toggle: key.defaultText == "on" ? "off" : "on"
        // With which much of the rest would be refused.
        case .choice where key.name == "security": nil
        case .words(let words): words.reversed().prefix(2).joined(separator: " ")
        case .choice(let words): words.first { $0 != key.defaultText }
        case .text where ["jwt.keys", "jwt.jwks", "roles.path"].contains(key.name): nil
        case .text where key.name == "auth.token_field": "X-Token"
        case .text where key.name.hasPrefix("vertex."): "/else"
        case .text where key.name == "audit.checkpoint_url": "https://sink.example:8443/c"
        case .text: "ünlike # default = 1"
        case .host: "::1"
        case .networks: "10.0.0.0/8 fd00::7"
        case .origins: "https://app.example http://localhost:3000"
        case .scope: "a b:c"
        // No claim is for two purposes.
        case .claims(.name): "of-\(key.name.split(separator: ".").last ?? "")"
        case .claims(.paths): "a.b c"
        case .claims(.requirements): "tid=x ver"
        case .outgoing(.networks): "10.0.0.0/8 fd00::/8"
        case .outgoing(.ports): "8443"
        case .operationsListener: "[::1]:7"
        case .fileMode: "060"
        case .redisKey: "churnd:marker"
        case .secret, .password, .redisURL: nil
        }
    }

    @Test func `every key is printed in the order of the table`() throws {
        let lines = try text(ConfigurationPrinterTests.memory).split(separator: "\n")
        let names = lines.compactMap { line -> String? in
            let words = line.split(separator: " ")
            let name = String(words[0] == "#" ? words[1] : words[0])
            return ConfigurationTable.key(named: name) == nil ? nil : name
        }
        #expect(names == ConfigurationTable.keys.map(\.name))
    }

    @Test func `a value of each kind is printed as it was given, with its flag`() throws {
        var flags: [String] = []
        var expected: [String] = []
        for key in ConfigurationTable.keys {
            guard let value = otherValue(of: key) else { continue }
            flags.append("--\(key.name)=\(value)")
            expected.append("\n# flag --\(key.name)\n\(key.name) = \(value)\n")
        }
        #expect(expected.count > 30)
        let text = try text(flags)
        for entry in expected { #expect(text.contains(entry), "\(entry)") }
    }

    @Test func `what is printed configures the same again`() throws {
        let defaults = ConfigurationPrinterTests.memory + ["--audit.directory=a"]
        let others = ConfigurationTable.keys.compactMap { key in
            otherValue(of: key).map { "--\(key.name)=\($0)" }
        }
        for flags in [defaults, others] {
            #expect(try contents(flags) == contents([], file: text(flags)))
        }
        #expect(try contents(defaults) != contents([], file: text(others)))
        let development = try text([], environment: [:], isDevelopment: true)
        #expect(
            try contents([], isDevelopment: true)
                == contents([], file: development, isDevelopment: true))
    }

    @Test func `every place is named`() throws {
        let text = try text(
            ["--quota.limit=7"],
            environment: [
                "JWT_SECRET": ConfigurationPrinterTests.secret, "PORT": "7",
                "CHURND_QUOTA_WINDOW": "9",
            ],
            file: "# mine\nstore = memory\njwt.leeway = 3\n")
        for entry in [
            "# flag --quota.limit\nquota.limit = 7\n", "# environment PORT\nhttp.port = 7\n",
            "# environment CHURND_QUOTA_WINDOW\nquota.window = 9\n",
            "# the.conf:3\njwt.leeway = 3\n", "# default\nhttp.host = 127.0.0.1\n",
            "\n# jwt.issuer =\n", "\n# jwt.secret is set (environment JWT_SECRET), not shown\n",
        ] {
            #expect(text.contains(entry), "\(entry)")
        }
    }

    @Test func `no secret is printed`() throws {
        let planted = "pl4nted"
        let environment = [
            "JWT_SECRET": ConfigurationPrinterTests.secret,
            "CHURND_AUDIT_KEY": ConfigurationPrinterTests.auditKey,
            "REDIS_URL": "redis://\(planted)-user:\(planted)-password@redis.example:7/2",
        ]
        let text = try text(["--audit.directory=a"], environment: environment)
        #expect(!text.contains("planted-"))
        #expect(!text.contains(planted))
        #expect(
            text.contains(
                "# redis.url is set (environment REDIS_URL), shown without user and password\n"
                    + "# redis.url = redis://redis.example:7/2\n"))
        #expect(text.contains("# audit.key is set (environment CHURND_AUDIT_KEY), not shown\n"))
    }

    @Test func `the URL of an issuer's keys is printed without its query`() throws {
        let url = "https://issuer.example/keys"
        let shown = try text(
            ConfigurationPrinterTests.memory + ["--jwt.jwks=\(url)?client=pl4nted"])
        #expect(!shown.contains("pl4nted"))
        #expect(
            shown.contains(
                "# jwt.jwks is set (flag --jwt.jwks), shown without its query\n"
                    + "# jwt.jwks = \(url)\n"))
        let whole = try text(ConfigurationPrinterTests.memory + ["--jwt.jwks=\(url)"])
        #expect(whole.contains("# flag --jwt.jwks\njwt.jwks = \(url)\n"))
    }

    @Test func `a URL without a password is printed`() throws {
        let text = try text(["--redis.url=redis://[::1]/3"])
        #expect(text.contains("# flag --redis.url\nredis.url = redis://[::1]:6379/3\n"))
    }

    @Test func `what a file cannot hold is said in a comment`() throws {
        for value in [" a", "a "] {
            let text = try text(ConfigurationPrinterTests.memory + ["--jwt.issuer=\(value)"])
            #expect(
                text.contains(
                    "# jwt.issuer is \"\(value)\" (flag --jwt.issuer), which no file can hold\n"))
            #expect(!text.contains("\njwt.issuer ="))
        }
    }

    @Test func `a path cannot end its comment`() throws {
        let environment = [
            "JWT_SECRET_FILE": "a\nquota.limit = 1", "CHURND_STORE": "memory",
            "CHURND_PORT_1": "1",
        ]
        // Good as a file of keys and as a secret.
        let text = try text(
            [], environment: environment, file: "# \(ConfigurationPrinterTests.secret)")
        #expect(!text.contains("\nquota.limit = 1\n"))
    }

    @Test func `warnings come first, and a wrong configuration is an error`() throws {
        let text = try text(
            ConfigurationPrinterTests.memory,
            environment: ConfigurationPrinterTests.environment.merging(["CHURND_PORT_1": "x"]) {
                $1
            })
        #expect(
            text.hasPrefix("# churnd \(Release.version)\n# warning: environment CHURND_PORT_1: "))
        #expect(throws: ConfigurationError.noStore) { try self.text([]) }
    }
}
