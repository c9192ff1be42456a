package import Access
package import AuditLog
internal import Configuration
package import Deployment
internal import HTTPServer
package import OpenSSL
internal import POSIX
internal import Synchronization
package import Telemetry

/// What a scrape reports of the process as a whole.
package final class ServiceFigures: Sendable {
    private let state: ServiceState
    /// Nil without an audit log.
    private let auditLog: AuditLog?
    private let sink: LogSink
    private let process = ProcessGauge()
    private let deployed: Published<Deployment>
    private let certificates: Certificates
    /// Nil where subjects have no baselines.
    private let behaviour: BehaviourMonitor?
    /// Nil where checkpoints are kept in the audit log's directory alone.
    private let checkpoints: CheckpointFigures?
    private let certificateReloads = Mutex(ClosedCounter<CertificateReloadResult>())
    private let noticed = Mutex(ClosedCounter<NoticedRevocation.Change>())
    private let reloads = Mutex(ClosedCounter<ModelReloadResult>())
    private let keyReloads = Mutex(ClosedCounter<FileReloadResult>())
    private let roleReloads = Mutex(ClosedCounter<FileReloadResult>())

    /// The TLS of each listener; nil without.
    package struct Certificates: Sendable {
        let service: Published<TLSContext>?
        let operations: Published<TLSContext>?

        package init(service: Published<TLSContext>?, operations: Published<TLSContext>?) {
            self.service = service
            self.operations = operations
        }
    }

    package init(
        state: ServiceState, deployed: Published<Deployment>, auditLog: AuditLog?, sink: LogSink,
        certificates: Certificates, behaviour: BehaviourMonitor? = nil,
        checkpoints: CheckpointFigures? = nil
    ) {
        self.checkpoints = checkpoints
        self.behaviour = behaviour
        self.state = state
        self.deployed = deployed
        self.auditLog = auditLog
        self.sink = sink
        self.certificates = certificates
    }

    /// Counts what came of an attempt to change the model.
    package func count(_ result: ModelReloadResult) { reloads.withLock { $0.count(result) } }

    /// The same for an attempt to read the keys of tokens.
    package func countKeys(_ result: FileReloadResult) { keyReloads.withLock { $0.count(result) } }

    /// The same for an attempt to read the file of roles.
    package func countRoles(_ result: FileReloadResult) {
        roleReloads.withLock { $0.count(result) }
    }

    /// Counts what came of reading a certificate again.
    package func countCertificate(_ result: CertificateReloadResult) {
        certificateReloads.withLock { $0.count(result) }
    }

    /// Counts a change of a revocation that another has made in Redis.
    package func countNoticed(_ change: NoticedRevocation.Change) {
        noticed.withLock { $0.count(change) }
    }

    /// - Parameter now: nanoseconds of the monotonic clock.
    func facts(
        publicConnections: ConnectionFigures, operationsConnections: ConnectionFigures, now: Int64
    ) -> ServiceStatus {
        var facts = ServiceStatus(version: Release.version)
        let model = deployed.value.model
        facts.model = ServiceStatus.Model(version: model.fullName, sha256: model.sha256)
        facts.reloads = reloads.withLock { $0 }
        facts.keyReloads = keyReloads.withLock { $0 }
        facts.roleReloads = roleReloads.withLock { $0 }
        facts.issuerKeys = state.issuerKeys?.status(now: now)
        facts.checkpoints = checkpoints?.status(now: now)
        if let auditLog {
            let statistics = auditLog.statistics
            facts.audit = ServiceStatus.Audit(
                records: statistics.records, bytes: statistics.bytes,
                failures: statistics.failedAppends, isUp: state.audit(now: now) == .writes)
        }
        switch state.store(now: now) {
        case .memory: facts.isRedisUp = nil
        case .redisAnswers: facts.isRedisUp = true
        case .redisFails: facts.isRedisUp = false
        }
        facts.publicConnections = publicConnections
        facts.operationsConnections = operationsConnections
        let unixSeconds = Clock.unixMilliseconds() / 1000
        facts.publicCertificateSeconds = certificates.service?.secondsLeft(at: unixSeconds)
        facts.operationsCertificateSeconds = certificates.operations?.secondsLeft(at: unixSeconds)
        facts.behaviour = behaviour?.figures
        facts.certificateReloads = certificateReloads.withLock { $0 }
        facts.noticedRevocations = noticed.withLock { $0 }
        facts.droppedLogLines = sink.droppedLines
        facts.lostLogLines = sink.lostLines
        facts.process = process.read()
        return facts
    }
}

extension Published<TLSContext> {
    /// Until the certificate expires; negative afterwards.
    fileprivate func secondsLeft(at unixSeconds: Int64) -> Int64? {
        value.certificate.map { $0.notAfter - unixSeconds }
    }
}
