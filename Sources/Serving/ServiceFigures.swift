package import AuditLog
internal import Configuration
internal import HTTPServer
internal import POSIX
internal import Synchronization
package import Telemetry

/// What a scrape reports of the process as a whole.
package final class ServiceFigures: Sendable {
    private struct Models {
        var served: ServiceStatus.Model?
        var reloads = ClosedCounter<ModelReloadResult>()
    }

    private let state: ServiceState
    /// Nil without an audit log.
    private let auditLog: AuditLog?
    private let sink: LogSink
    private let process = ProcessGauge()
    private let models = Mutex(Models())

    package init(state: ServiceState, auditLog: AuditLog?, sink: LogSink) {
        self.state = state
        self.auditLog = auditLog
        self.sink = sink
    }

    /// Notes what came of an attempt to serve another model.
    ///
    /// - Parameter served: what serves now; nil: what served before.
    package func modelReloaded(_ result: ModelReloadResult, served: ServiceStatus.Model?) {
        models.withLock { models in
            models.reloads.count(result)
            if let served { models.served = served }
        }
    }

    /// Notes what serves from the start on.
    package func modelServed(_ served: ServiceStatus.Model) {
        models.withLock { $0.served = served }
    }

    /// - Parameter now: nanoseconds of the monotonic clock.
    func facts(
        publicConnections: ConnectionFigures, operationsConnections: ConnectionFigures, now: Int64
    ) -> ServiceStatus {
        var facts = ServiceStatus(version: Release.version)
        models.withLock { models in
            facts.model = models.served
            facts.reloads = models.reloads
        }
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
        facts.droppedLogLines = sink.droppedLines
        facts.lostLogLines = sink.lostLines
        facts.process = process.read()
        return facts
    }
}
