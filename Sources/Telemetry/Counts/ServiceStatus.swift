package import Access
package import Behaviour
package import HTTPServer
package import POSIX

/// What activating a model led to.
package enum ModelReloadResult: Int, MetricLabel {
    case activated
    /// The bundle could not be read or verified; the previous model stays active.
    case refused
    /// Activated by a rollback.
    case rolledBack
    /// The model was active already.
    case unchanged

    package var label: String {
        switch self {
        case .activated: "activated"
        case .refused: "refused"
        case .rolledBack: "rolled_back"
        case .unchanged: "unchanged"
        }
    }
}

/// What has come of comparing subjects with their baselines.
package struct BehaviourFigures: Equatable, Sendable {
    /// By their strongest signal.
    package var alarms = ClosedCounter<BehaviourSignal>()
    /// Alarms that last.
    package var current = 0
    /// Subjects with a baseline.
    package var subjects = 0
    /// Requests that were not looked at, because too many came.
    package var dropped: UInt64 = 0

    package init() {}
}

extension BehaviourSignal: MetricLabel {}

/// What reading the keys of tokens, or the file of roles, again led to.
package enum FileReloadResult: Int, MetricLabel {
    case changed
    /// They could not be read, or are not acceptable; those before stay in use.
    case refused
    /// Asked for by a signal, and they are the same.
    case unchanged

    package var label: String {
        switch self {
        case .changed: "changed"
        case .refused: "refused"
        case .unchanged: "unchanged"
        }
    }
}

/// What fetching the keys of an issuer led to.
package enum KeyFetchResult: Int, MetricLabel {
    case fetched
    /// The issuer answered that they are the same.
    case unchanged
    /// The answer is no set that can be used.
    case refused
    /// There was no answer, or one that is no success.
    case failed

    package var label: String {
        switch self {
        case .fetched: "fetched"
        case .unchanged: "unchanged"
        case .refused: "refused"
        case .failed: "failed"
        }
    }
}

/// What became of a checkpoint that was to be kept outside the audit log.
package enum CheckpointDelivery: Int, MetricLabel {
    case delivered
    /// Answered with a status that is no success.
    case refused
    /// There was no answer, or one of a server in trouble.
    case failed
    /// A newer one took its place before it was delivered.
    case replaced

    package var label: String {
        switch self {
        case .delivered: "delivered"
        case .refused: "refused"
        case .failed: "failed"
        case .replaced: "replaced"
        }
    }
}

/// What reading a listener's certificate again led to.
package enum CertificateReloadResult: Int, MetricLabel {
    case loaded
    /// The files could not be read or used; the previous certificate stays in use.
    case refused

    package var label: String {
        switch self {
        case .loaded: "loaded"
        case .refused: "refused"
        }
    }
}

/// What a scrape reports of the process as a whole, beside the counts of its workers.
package struct ServiceStatus: Sendable {
    package struct Model: Equatable, Sendable {
        /// As answers carry it.
        package let version: String
        /// Of the bundle, in hexadecimal.
        package let sha256: String

        package init(version: String, sha256: String) {
            self.version = version
            self.sha256 = sha256
        }
    }

    package struct Audit: Equatable, Sendable {
        /// Written since the start.
        package let records: UInt64
        /// Written since the start.
        package let bytes: UInt64
        /// Writes that failed.
        package let failures: UInt64
        /// Whether the next record would be written, as far as is known.
        package let isUp: Bool

        package init(records: UInt64, bytes: UInt64, failures: UInt64, isUp: Bool) {
            self.records = records
            self.bytes = bytes
            self.failures = failures
            self.isUp = isUp
        }
    }

    /// The keys that are fetched from an issuer.
    package struct FetchedKeys: Equatable, Sendable {
        package let fetches: ClosedCounter<KeyFetchResult>
        /// Since they were fetched, or the issuer answered that they are the same; before that,
        /// since the start.
        package let ageSeconds: Double
        /// How old they may become before they are fetched again.
        package let maxAgeSeconds: Double

        package init(
            fetches: ClosedCounter<KeyFetchResult>, ageSeconds: Double, maxAgeSeconds: Double
        ) {
            self.fetches = fetches
            self.ageSeconds = ageSeconds
            self.maxAgeSeconds = maxAgeSeconds
        }
    }

    /// Checkpoints that are kept outside the audit log.
    package struct Checkpoints: Equatable, Sendable {
        package let deliveries: ClosedCounter<CheckpointDelivery>
        /// Since one was acknowledged; before that, since the start.
        package let ageSeconds: Double
        /// Since the oldest that was not acknowledged was written; 0 where all are.
        package let waitingSeconds: Double

        package init(
            deliveries: ClosedCounter<CheckpointDelivery>, ageSeconds: Double,
            waitingSeconds: Double
        ) {
            self.deliveries = deliveries
            self.ageSeconds = ageSeconds
            self.waitingSeconds = waitingSeconds
        }
    }

    /// Of the program.
    package var version: String
    /// The active one.
    package var model: Model?
    /// Until the certificate of the public listener expires; nil without TLS.
    package var publicCertificateSeconds: Int64?
    /// The same of the listener for operators.
    package var operationsCertificateSeconds: Int64?
    /// Nil where subjects are not compared with their baselines.
    package var behaviour: BehaviourFigures?
    package var certificateReloads = ClosedCounter<CertificateReloadResult>()
    package var reloads = ClosedCounter<ModelReloadResult>()
    package var keyReloads = ClosedCounter<FileReloadResult>()
    package var roleReloads = ClosedCounter<FileReloadResult>()
    package var noticedRevocations = ClosedCounter<NoticedRevocation.Change>()
    /// Nil where no keys are fetched.
    package var issuerKeys: FetchedKeys?
    /// Nil without an audit log.
    package var audit: Audit?
    /// Nil where checkpoints are kept in the audit log's directory alone.
    package var checkpoints: Checkpoints?
    /// Nil with the store in memory.
    package var isRedisUp: Bool?
    /// Of the public listener.
    package var publicConnections = ConnectionFigures()
    /// Of the listener for operators; nil without one.
    package var operationsConnections: ConnectionFigures?
    /// Lines that were not logged since the start, because their reader was too slow.
    package var droppedLogLines: UInt64 = 0
    /// Lines that could not be written since the start.
    package var lostLogLines: UInt64 = 0
    package var process = ProcessFigures()

    package init(version: String) { self.version = version }

    /// The listeners that speak TLS, by their names.
    var certificates: [(listener: String, secondsLeft: Int64)] {
        (publicCertificateSeconds.map { [("public", $0)] } ?? [])
            + (operationsCertificateSeconds.map { [("operations", $0)] } ?? [])
    }

    /// The connections of each listener, by its name.
    var listeners: [(name: String, figures: ConnectionFigures)] {
        [("public", publicConnections)]
            + (operationsConnections.map { [("operations", $0)] } ?? [])
    }
}

extension HandshakeResult: MetricLabel {
    package var label: String {
        switch self {
        case .full: "full"
        case .resumed: "resumed"
        case .badCertificate: "bad_certificate"
        case .expiredCertificate: "expired_certificate"
        case .unknownAuthority: "unknown_ca"
        case .noCertificate: "no_certificate"
        case .refusedByClient: "refused_by_client"
        case .protocolVersion: "protocol_version"
        case .applicationProtocol: "application_protocol"
        case .plainHTTP: "plain_http"
        case .closed: "closed"
        case .timeout: "timeout"
        case .displaced: "displaced"
        case .other: "other"
        }
    }
}
