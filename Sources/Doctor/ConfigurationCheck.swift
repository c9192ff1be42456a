internal import Configuration

/// What there is to say of a configuration that could be loaded.
struct ConfigurationCheck {
    private static let security = "security"

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

    private static func source(
        of configuration: ServiceConfiguration, _ settings: ConfigurationSettings
    ) -> String {
        switch configuration.tokens.keys {
        case .secret: "a secret from \(settings.place(.tokenSecret))"
        case .named(let keys):
            "\(keys.count) in \(settings.optionalText(.tokenKeys) ?? ""), "
                + "from \(settings.place(.tokenKeys))"
        case .madeAtStart: "a secret is made at each start"
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
