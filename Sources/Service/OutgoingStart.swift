internal import Configuration
internal import HTTPClient
internal import Logging
internal import POSIX
internal import Serving

// What a start makes of the configuration for requests that churnd itself sends.

extension OutgoingTrust {
    /// Authorities that cannot be used stop the start; a server that cannot be reached does not.
    static func check(_ configuration: ServiceConfiguration) throws(StartError) {
        guard configuration.sendsRequests else { return }
        let trust = OutgoingTrust(path: configuration.outgoing.authoritiesPath)
        do throws(OutgoingTrustError) { _ = try trust.context() } catch { throw .trust(error) }
    }
}

extension OutgoingClient {
    /// - Parameter name: of its thread.
    convenience init(_ name: String, _ outgoing: ServiceConfiguration.Outgoing) {
        self.init(
            name, rules: outgoing.rules, trust: OutgoingTrust(path: outgoing.authoritiesPath))
    }
}

extension IssuerKeys {
    /// Nil where no keys are fetched.
    convenience init?(_ configuration: ServiceConfiguration) {
        guard let source = configuration.keySetSource else { return nil }
        self.init(
            now: Clock.monotonicNanoseconds(), maxAgeSeconds: source.ageSeconds.lowerBound)
    }
}

extension CheckpointDeliveries {
    /// Nil where checkpoints are kept in the audit log's directory alone.
    convenience init?(_ configuration: ServiceConfiguration, logger: Logger) {
        guard let sink = configuration.audit?.checkpointSink else { return nil }
        self.init(
            sink, client: OutgoingClient("audit.checkpoints", configuration.outgoing),
            logger: logger)
    }
}
