import Configuration
import Testing

/// Whether `text` is taken as the value of the key.
private func isAccepted(_ name: String, _ text: String) -> Bool {
    var environment = ["JWT_SECRET": String(repeating: "s", count: 32), "CHURND_STORE": "memory"]
    environment["CHURND_STORE_SUBJECTS"] = "1"
    environment["CHURND_DRAIN_TIMEOUT"] = "3600"
    environment["CHURND_QUOTA_LIMIT"] = "1"
    let variable = ConfigurationTable.key(named: name)?.variable ?? name
    environment[variable] = text
    let sources = ConfigurationSources(
        flags: [], filePath: "/dev/null", environment: environment,
        files: ConfigurationFiles(read: { _, _ in .success([]) }, names: { _ in .success([]) }))
    do {
        _ = try ServiceConfiguration.load(sources, isDevelopment: false)
        return true
    } catch {
        return false
    }
}

@Suite struct ConfigurationValueTests {
    @Test(arguments: [
        ("http.port", 0, 65_535), ("http.reactors", 1, 256), ("http.connections", 1, 1_000_000),
        ("http.connections_per_address", 0, 1_000_000),
        ("http.request_line_bytes", 64, 65_536), ("http.head_bytes", 256, 262_144),
        ("http.head_fields", 1, 1024), ("http.authorization_bytes", 256, 65_536),
        ("http.body_bytes", 1, 1_048_576), ("http.chunk_extension_line_bytes", 0, 4096),
        ("http.chunk_extension_bytes", 0, 65_536), ("http.trailer_bytes", 0, 65_536),
        ("abuse.failures_per_minute", 0, 60_000), ("abuse.failures_burst", 1, 100_000),
        ("jwt.leeway", 0, 60), ("store.subjects", 1, 10_000_000),
        ("quota.limit", 1, 100_000), ("quota.window", 1, 86_400),
    ]) func `an integer has its bounds`(name: String, least: Int, most: Int) {
        for value in [least, least + 1, most - 1, most] {
            #expect(isAccepted(name, String(value)), "\(name) = \(value)")
        }
        for value in [least - 1, most + 1] {
            #expect(!isAccepted(name, String(value)), "\(name) = \(value)")
        }
    }

    @Test(arguments: [
        ("http.head_timeout", "0.01", "3600", "0.009", "3600.001"),
        ("http.body_timeout", "0.01", "3600", "0.009", "3600.001"),
        ("http.idle_timeout", "0.01", "86400", "0.009", "86400.001"),
        ("http.write_timeout", "0.01", "3600", "0.009", "3600.001"),
        ("drain.delay", "0", "600", "-0.001", "600.001"),
        ("drain.timeout", "0.01", "3600", "0.009", "3600.001"),
        ("redis.deadline", "1", "60000", "0.999", "60000.001"),
    ]) func `a time has its bounds`(
        name: String, least: String, most: String, below: String, above: String
    ) {
        #expect(isAccepted(name, least) && isAccepted(name, most))
        #expect(!isAccepted(name, below) && !isAccepted(name, above))
    }

    @Test(arguments: [
        "", " ", "+1", "-1", "1 ", " 1", "1e2", "0x10", "1,000", "1_000", "one", "1.5", "\u{0661}",
        "9223372036854775808", "1000000000000000000000",
    ]) func `an integer is decimal digits`(text: String) {
        #expect(!isAccepted("quota.window", text))
    }

    @Test(arguments: [
        "", ".", "1.", ".5", "1.0000", "1.5.1", "1s", "-1", "1e1", "inf", "99999999999999999999",
    ])
    func `a time is a plain decimal number`(text: String) {
        #expect(!isAccepted("http.idle_timeout", text))
    }

    @Test(arguments: [
        (EventLoops.auto, 1, 1), (.auto, 2, 1), (.auto, 3, 2), (.auto, 64, 63), (.cores, 1, 1),
        (.cores, 4, 4), (.count(7), 2, 7),
    ])
    func `auto leaves a core to others`(loops: EventLoops, cores: Int, count: Int) {
        #expect(loops.count(onCores: cores) == count)
    }

    @Test(arguments: [
        ("log.requests", "on", true), ("log.requests", "off", true), ("log.requests", "ON", false),
        ("log.requests", "true", false), ("log.requests", "", false),
        ("store", "memory", true), ("store", "Memory", false), ("store", "disk", false),
        ("http.reactors", "cores", true), ("http.reactors", "auto", true),
        ("http.reactors", "Auto", false), ("http.reactors", "core", false),
        ("http.host", "fe80::1%eth0", true), ("http.host", "a b", false), ("http.host", "", false),
        ("http.host", "[::1]", false), ("http.host", "h/", false),
        ("operations.listen", "off", true), ("operations.listen", "127.0.0.1:0", true),
        ("operations.listen", "[::1]:9464", true), ("operations.listen", "unix:/a", true),
        ("operations.listen", "127.0.0.1", false), ("operations.listen", ":9464", false),
        ("operations.listen", "h:65536", false), ("operations.listen", "unix:", false),
        ("operations.listen", "OFF", false), ("operations.listen", "", false),
        ("operations.socket_mode", "600", true), ("operations.socket_mode", "0600", false),
        ("operations.socket_mode", "680", false), ("operations.socket_mode", "60", false),
        ("audit.sync", "always", true), ("audit.sync", "Always", false),
        ("jwt.issuer", "a\u{7F}", false), ("jwt.issuer", "a\tb", false),
        ("jwt.issuer", "https://issuer.example/ä", true),
        ("jwt.scope", "churn:predict", true), ("jwt.scope", "a b", true),
        ("jwt.scope", "a  b", false), ("jwt.scope", " a", false),
        ("jwt.scope", "a\"", false), ("jwt.scope", "a\\", false), ("jwt.scope", "ä", false),
    ]) func `words and texts`(name: String, text: String, expected: Bool) {
        #expect(isAccepted(name, text) == expected)
    }

    @Test(arguments: [
        ("jwt.issuer", 256), ("jwt.audience", 256), ("jwt.scope", 256), ("http.host", 253),
        ("model.path", 4096),
    ]) func `a text has its length`(name: String, bytesMax: Int) {
        for (count, expected) in [(bytesMax - 1, true), (bytesMax, true), (bytesMax + 1, false)] {
            #expect(isAccepted(name, String(repeating: "a", count: count)) == expected)
        }
    }

    @Test(arguments: [
        ("--quota.lmiit", "--quota.limit"), ("--limit", "--quota.limit"),
        ("--quota-limit", "--quota.limit"), ("--http.prot", "--http.port"),
        ("--timeout", nil), ("--x", nil),
        ("--" + String(repeating: "quota.limit", count: 7), nil),
    ]) func `the nearest key is suggested, if one is near`(flag: String, expected: String?) {
        do {
            let sources = ConfigurationSources(
                flags: try ConfigurationFlag.parse([flag, "1"]), filePath: nil, environment: [:],
                files: ConfigurationFiles(
                    read: { _, _ in .success([]) }, names: { _ in .success([]) }))
            _ = try ServiceConfiguration.load(sources, isDevelopment: true)
            Issue.record("accepted")
        } catch {
            guard case .unknownKey(at: _, name: _, nearest: let nearest) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(nearest == expected)
        }
    }
}
