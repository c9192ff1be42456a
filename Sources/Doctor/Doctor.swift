internal import Bundle
package import Configuration
internal import Bundle
internal import POSIX

/// Looks at all that a churnd with this configuration would depend on, without disturbing one that
/// runs.
package struct Doctor {
    private let configuration: ServiceConfiguration
    private let settings: ConfigurationSettings

    package init(
        _ sources: ConfigurationSources, isDevelopment: Bool
    ) throws(ConfigurationError) {
        configuration = try ServiceConfiguration.read(sources, isDevelopment: isDevelopment)
        settings = try sources.settings()
    }

    /// Makes every check, and reports each finding as soon as there is one. Takes a few times
    /// `redis.deadline` and `outgoing.timeout` at the most, and as long as the model takes to load.
    package func examine(_ report: (DoctorFinding) -> Void) {
        ConfigurationCheck(configuration, settings).findings.forEach(report)
        KeySetCheck.examine(configuration).forEach(report)
        TLSCheck.examine(configuration).forEach(report)
        report(
            ModelCheck.examine(
                configuration.model.path,
                signers: configuration.model.signersPath.map(ModelSigners.init)))
        switch configuration.store {
        case .memory: report(StoreCheck.memory)
        case .redis(let endpoint, let deadline, let markerKey):
            RedisCheck(
                endpoint: endpoint, deadlineNanoseconds: deadline.nanoseconds,
                markerKey: markerKey,
                leewaySeconds: configuration.tokens.leewaySeconds,
                noticesRevocations: configuration.noticesRevocations
            ).examine(report)
        }
        if let audit = configuration.audit {
            AuditCheck.examine(
                directory: audit.directory, key: audit.key.bytes,
                segmentBytesMax: audit.segmentBytesMax,
                isServing: PortCheck.isChurndListening(configuration.http)
            ).forEach(report)
        }
        report(DescriptorCheck.examine(configuration))
        report(PortCheck.examine(configuration.http))
        report(
            OperationsCheck.examine(
                configuration.operations, http: configuration.http))
        if let finding = BacklogCheck.examine() { report(finding) }
    }
}
