internal import Bytes
internal import Configuration
internal import Identity
internal import JWT

/// What there is to say of a configuration that could be loaded.
struct ConfigurationCheck {
    private static let security = "security"
    /// A login that is older than an hour may be another person's at an unlocked machine.
    private static let loginSecondsMax = 3600

    let findings: [DoctorFinding]

    init(_ configuration: ServiceConfiguration, _ settings: ConfigurationSettings) {
        let keys = ConfigurationTable.keys
        let givenCount = keys.count { settings.place($0) != .standard }
        var findings = [
            DoctorFinding(
                .good, "configuration",
                "\(keys.count) keys, \(givenCount) of them given, the others at their defaults")
        ]
        for warning in configuration.warnings {
            findings.append(DoctorFinding(.warning, "configuration", warning.description))
        }
        findings.append(
            DoctorFinding(
                .good, "token keys", ConfigurationCheck.source(of: configuration, settings)))
        if case .named(let keys) = configuration.tokens.keys {
            findings += ConfigurationCheck.keys(keys)
        }
        if let roles = configuration.tokens.roles {
            findings += ConfigurationCheck.roles(roles, settings)
        }
        let verdict: DoctorFinding.Verdict = configuration.isStrict ? .failure : .warning
        findings += configuration.weakSettings.map { weak in
            DoctorFinding(verdict, ConfigurationCheck.security, weak.description)
        }
        if configuration.weakSettings.isEmpty {
            findings.append(
                DoctorFinding(
                    .good, ConfigurationCheck.security,
                    "none of \(WeakSettingRule.all.count) weak settings"))
        }
        self.findings = findings
    }

    /// What the file of roles holds, and which logins it takes for recent that are not.
    private static func roles(
        _ roles: Roles, _ settings: ConfigurationSettings
    ) -> [DoctorFinding] {
        let path = settings.optionalText(.rolesPath) ?? ""
        let counts = "\(roles.roleCount) roles and \(roles.quotaCount) quotas in \(path)"
        let old = Scope.administrative.filter {
            roles.stepUp(for: $0).ageSecondsMax > loginSecondsMax
        }
        return [DoctorFinding(.good, "roles", counts)]
            + old.map { scope in
                let age = roles.stepUp(for: scope).ageSecondsMax
                return DoctorFinding(
                    .warning, "roles",
                    "step_up.age.\(scope.name): a login \(age) seconds old may administer, "
                        + "expected at most \(loginSecondsMax)")
            }
    }

    private static func source(
        of configuration: ServiceConfiguration, _ settings: ConfigurationSettings
    ) -> String {
        switch configuration.tokens.keys {
        case .secret: "a secret from \(settings.place(.tokenSecret))"
        case .named(let keys):
            [
                place(of: .tokenKeys, keys.secrets.count, settings),
                keys.files.source.map {
                    "those of \($0.host), from \(settings.place(.tokenKeySet))"
                } ?? place(of: .tokenKeySet, keys.published?.keys.count ?? 0, settings),
            ].compactMap { $0 }.joined(separator: "; ")
        case .madeAtStart: "a secret is made at each start"
        }
    }

    private static func place(
        of key: ConfigurationKey, _ count: Int, _ settings: ConfigurationSettings
    ) -> String? {
        settings.optionalText(key).map { "\(count) in \($0), from \(settings.place(key))" }
    }

    /// Each key by its `kid`, with the one algorithm it is for. Those that are skipped are among
    /// the warnings.
    private static func keys(_ keys: NamedKeys) -> [DoctorFinding] {
        var all: [(id: String?, algorithm: TokenAlgorithm)] = []
        for key in keys.secrets { all.append((key.id, .hs256)) }
        for key in keys.published?.keys ?? [] { all.append((key.id, key.algorithm)) }
        return all.map { id, algorithm in
            DoctorFinding(
                .good, "token key",
                "\(id.map(ShownText.name) ?? "without a kid"): \(algorithm.rawValue)")
        }
    }
}

/// Where revocations and quotas are kept, when that is not Redis.
package enum StoreCheck {
    /// Whether that is weak is reported as `security`.
    package static let memory = DoctorFinding(
        .good, "store",
        "in churnd's own memory: revocations and quotas are lost when it ends, and no other "
            + "process shares them")
}
