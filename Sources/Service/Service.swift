internal import AuditLog
internal import Bundle
package import Configuration
internal import Deployment
internal import Dispatch
internal import HTTPClient
internal import HTTPServer
internal import JWT
internal import Logging
internal import ModelRegistry
internal import Models
internal import OpenSSL
package import OperationsAPI
internal import POSIX
internal import Reactor
internal import Redis
internal import Serving
internal import Synchronization
package import Telemetry

/// A running churnd: its reactors from the start until they have drained.
package final class Service: Sendable {
    /// How long a repeated signal counts as the same one: timeout(1) and some supervisors send it
    /// to the process and to its group, so that it comes twice.
    package static let repeatNanoseconds: Int64 = 1_000_000_000

    /// The port that is listened on, also where the configuration left the choice to the kernel.
    package let port: UInt16
    /// Where operators come to; nil where there is no operations listener.
    package let operationsAddress: OperationsAddress?
    private let socketFile: UnixSocketFile?
    private let configuration: ServiceConfiguration
    private let logger: Logger
    private let state: ServiceState
    private let auditLog: AuditLog?
    /// Nil where checkpoints are kept in the log's directory alone.
    private let checkpoints: CheckpointDeliveries?
    private let models: ModelRegistry
    /// Nil where the key is one secret.
    private let keys: KeyReloads?
    /// Nil without `roles.path`.
    private let roles: RolesReloads?
    private let figures: ServiceFigures
    private let tls: ServiceTLS
    private let reactors: WorkerGroup
    private let operations: WorkerGroup?
    /// Nil where nobody listens to what is changed in Redis.
    private let revocationLoop: Mailbox<RedisConnection>?
    private let ended = DispatchSemaphore(value: 0)
    private let drainingSince = Mutex<Int64?>(nil)
    private let timers = DispatchQueue(label: "churnd.lifecycle")
    private let lastExit: LastExit
    /// When draining must be over, by the monotonic clock; 0 before it has begun.
    private let drainsUntil = Atomic<Int64>(0)
    private let isHurried = Atomic(false)

    /// What an end takes beside `drain.timeout` at most.
    private enum Rest {
        /// For the audit log, where draining took all its time.
        static let audit: Int64 = 500_000_000
        /// The same after a second signal.
        static let hurriedAudit: Int64 = 250_000_000
        /// For the last turn of reactors.
        /// For the log's last checkpoint, on its way to `audit.checkpoint_url`.
        static let checkpoint = DispatchTimeInterval.seconds(1)
        static let hurriedCheckpoint = DispatchTimeInterval.milliseconds(250)
        static let turn = DispatchTimeInterval.milliseconds(100)
        /// For all of it, the log's last lines included; then `LastExit` ends the process.
        static let all = DispatchTimeInterval.seconds(2)
        static let hurriedAll = DispatchTimeInterval.seconds(1)
    }

    /// Loads the model, opens the audit log, binds the addresses and starts the reactors; when this
    /// returns, requests are answered, and the configuration's secrets are overwritten: a
    /// configuration starts one service.
    package static func start(
        _ configuration: ServiceConfiguration, sink: LogSink
    ) throws(StartError) -> Service {
        let logger = Logger(label: "churnd") { _ in JSONLogHandler(sink: sink) }
        for warning in configuration.warnings { logger.warning("\(warning)") }
        for weak in configuration.weakSettings {
            logger.warning(
                "weak setting",
                metadata: [
                    "setting": "\(weak.name)", "found": "\(weak.found)",
                    "wanted": "\(weak.wanted)",
                ])
        }
        Signals.ignoreBrokenPipes()
        let connectionsMax = try connectionsMax(configuration, logger)
        return try Service(
            configuration, connectionsMax: connectionsMax, sink: sink, logger: logger)
    }

    private init(
        _ configuration: ServiceConfiguration, connectionsMax: Int, sink: LogSink, logger: Logger
    ) throws(StartError) {
        self.configuration = configuration
        self.logger = logger
        lastExit = LastExit(sink: sink)
        // What can be refused without a trace comes first: the audit log notes each start.
        let model = try Service.loadModel(configuration.model, logger)
        tls = try ServiceTLS(configuration, logger)
        try Service.checkRedisTLS(configuration.store)
        try OutgoingTrust.check(configuration)
        let issuerKeys = IssuerKeys(configuration)
        let address = try Service.claimAddress(configuration.http)
        port = address.port
        let operationsConfiguration = configuration.operations
        var listener: OperationsListener?
        if let wanted = operationsConfiguration.address {
            listener = try OperationsListener.open(
                operationsConfiguration, at: wanted, beside: address)
        }
        operationsAddress = listener?.address
        socketFile = listener?.socketFile
        checkpoints = CheckpointDeliveries(configuration, logger: logger)
        auditLog = try AuditLog.open(configuration, checkpoints: checkpoints, logger: logger)
        let store = AdmissionsSource(configuration)
        state = ServiceState(
            redis: store.health, auditLog: auditLog, issuerKeys: issuerKeys,
            featureHealth: configuration.features?.health)
        let deployed = Published(Deployment(primary: model.bundle))
        let common = try SharedSettings(
            configuration: configuration, deployed: deployed, store: store, state: state,
            auditLog: auditLog, sink: sink, logger: logger)
        let figures = ServiceFigures(
            state: state, deployed: deployed, auditLog: auditLog, sink: sink,
            certificates: tls.published, behaviour: common.behaviour,
            checkpoints: checkpoints?.figures)
        self.figures = figures
        let count = configuration.http.reactors.count(onCores: ProcessLimits.processorCount)
        let settings = try WorkerSettings(
            predictions: common, tls: tls.service?.published, connectionsMax: connectionsMax,
            workerCount: count)
        reactors = try Service.workers(settings, count: count, at: address)
        revocationLoop = try store.listen(auditLog, figures, logger)
        let listeners = ModelListeners(auditLog: auditLog, figures: figures, logger: logger)
        models = ModelRegistry(model, deployed: deployed) { listeners.report($0) }
        let startKeys = common.keys.value
        let keyListeners = KeyListeners(auditLog: auditLog, figures: figures, logger: logger)
        keys = KeyReloads(configuration, common.keys, keyListeners, issuerKeys: issuerKeys)
        operations = try Service.startOperations(
            consume listener, common: common, tls: tls.operations?.published,
            Administration.Subjects(
                figures: figures, models: models,
                revocations: TokenRevocations(
                    admissions: store.admissions,
                    tokenIDClaim: configuration.tokens.claims.tokenIDText),
                keys: keys?.reloading, records: common.records, behaviour: common.behaviour,
                workers: reactors))
        if let interval = configuration.model.watchInterval {
            models.watch(everyNanoseconds: interval.nanoseconds)
        }
        roles = RolesReloads(common, figures, logger)
        // Every event loop has its keyed MACs now.
        startKeys.wipe()
        keys?.follow()
        configuration.audit?.key.wipe()
        store.logStart(logger)
        watch()
        logger.info("listening", metadata: listeningMetadata(count))
    }

    private static func workers(
        _ settings: WorkerSettings, count: Int, at address: ListeningAddress
    ) throws(StartError) -> WorkerGroup {
        do throws(SystemError) {
            return try WorkerGroup(count: count) { (index, loop, mailbox) throws(SystemError) in
                try settings.makeWorker(loop, mailbox, index: index, descriptor: address.listen())
            }
        } catch {
            throw .reactor(error)
        }
    }

    private func watch() {
        StoreWatch(state: state, logger: logger).start(on: timers)
        for listener in tls.all { listener.watch(on: timers, countedBy: figures) }
    }

    private static func loadModel(
        _ configuration: ServiceConfiguration.Model, _ logger: Logger
    ) throws(StartError) -> LoadedModel {
        do throws(RegistryError) {
            let model = try LoadedModel(
                path: configuration.path,
                signers: configuration.signersPath.map(ModelSigners.init))
            ModelListeners.logStart(of: model.bundle, logger)
            return model
        } catch { throw .model(path: configuration.path, error) }
    }

    /// They are read again at each connect.
    private static func checkRedisTLS(
        _ store: ServiceConfiguration.Store
    ) throws(StartError) {
        guard case .redis(let endpoint, _, _) = store else { return }
        do throws(RedisFailure) { _ = try endpoint.tls?.load() } catch { throw .redis(error) }
    }

    private static func claimAddress(
        _ http: ServiceConfiguration.HTTP
    ) throws(StartError) -> ListeningAddress {
        do throws(ListeningError) { return try ListeningAddress.claim(http) } catch {
            throw .listening(error)
        }
    }

    private func listeningMetadata(_ reactorCount: Int) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "host": "\(configuration.http.host)", "port": "\(port)",
            "reactors": "\(reactorCount)", "version": "\(Release.version)",
        ]
        if let operationsAddress { metadata["operations"] = "\(operationsAddress)" }
        return metadata
    }

    private static func startOperations(
        _ listener: consuming OperationsListener?, common: SharedSettings,
        tls: Published<TLSContext>?, _ subjects: Administration.Subjects
    ) throws(StartError) -> WorkerGroup? {
        guard let listener else { return nil }
        let settings = try WorkerSettings(
            operations: common, tls: tls, subjects: subjects, address: listener.address)
        let descriptor = Handover(listener.descriptor)
        let index = subjects.workers.count
        do throws(SystemError) {
            return try WorkerGroup("operations", count: 1) {
                (_, loop, mailbox) throws(SystemError) in
                try settings.makeWorker(loop, mailbox, index: index, descriptor: descriptor.take())
            }
        } catch {
            throw .reactor(error)
        }
    }

    /// Loads again what `active` names, also the version that serves, and reads the keys of tokens,
    /// the file of roles and the certificates again.
    package func reload() {
        models.reload { _ in }
        keys?.reload()
        roles?.reload()
        timers.async {
            for listener in self.tls.all { listener.reload(countedBy: self.figures) }
        }
    }

    /// Fails readiness, after `drain.delay` stops listening, lets requests that have begun be
    /// answered, and closes the connections; `waitUntilEnded` then returns.
    ///
    /// Called again it lets `waitUntilEnded` return immediately, and returns true; but for
    /// `repeatNanoseconds` after the first call it does nothing.
    ///
    /// - Parameter now: nanoseconds of the monotonic clock.
    @discardableResult
    package func beginDraining(now: Int64 = Clock.monotonicNanoseconds()) -> Bool {
        let began = drainingSince.withLock { since in
            defer { since = since ?? now }
            return since
        }
        if let began {
            guard now - began >= Service.repeatNanoseconds else {
                logger.info("draining already: the repeated signal is ignored")
                return false
            }
            logger.warning("second signal: exiting without waiting for requests")
            isHurried.store(true, ordering: .sequentiallyConsistent)
            ended.signal()
            endProcess(after: Rest.hurriedAll)
            return true
        }
        state.beginDraining()
        logger.info("draining")
        let timeout = configuration.drain.timeout.nanoseconds
        drainsUntil.store(
            Clock.monotonicNanoseconds() + timeout, ordering: .sequentiallyConsistent)
        timers.asyncAfter(deadline: .now() + configuration.drain.timeout.dispatchInterval) {
            self.endProcess(after: Rest.all)
        }
        models.stop()
        keys?.stop()
        roles?.stop()
        reactors.notify(on: timers) { self.ended.signal() }
        timers.asyncAfter(deadline: .now() + configuration.drain.delay.dispatchInterval) {
            self.reactors.post { $0.drain() }
        }
        timers.asyncAfter(deadline: .now() + configuration.drain.timeout.dispatchInterval) {
            guard self.reactors.isRunning else { return }
            self.logger.warning("the drain timeout passed with connections still open")
            self.ended.signal()
        }
        return false
    }

    /// Returns when all connections are closed and the last log lines are with the sink, or when
    /// there is no time left to wait for that. False if the audit log could not be closed in time.
    @discardableResult
    package func waitUntilEnded() -> Bool {
        ended.wait()
        do throws(UnixSocketError) { try socketFile?.unlink() } catch {
            logger.warning("\(error)")
        }
        for group in [reactors, operations].compactMap({ $0 }) where group.isRunning {
            // What they have counted goes into the logs.
            group.post { $0.stop() }
            group.wait(atMost: Rest.turn)
        }
        revocationLoop?.post { $0.stopListening() }
        let isClosed = closeAuditLog()
        let isHurried = isHurried.load(ordering: .sequentiallyConsistent)
        checkpoints?.end(waitingAtMost: isHurried ? Rest.hurriedCheckpoint : Rest.checkpoint)
        if isClosed { logger.info("ended") }
        lastExit.isNotNeeded()
        return isClosed
    }

    private func closeAuditLog() -> Bool {
        guard let auditLog else { return true }
        var time = Rest.hurriedAudit
        if !isHurried.load(ordering: .sequentiallyConsistent) {
            let end = drainsUntil.load(ordering: .sequentiallyConsistent)
            time = max(Rest.audit, end - Clock.monotonicNanoseconds())
        }
        if auditLog.close(waitingAtMost: time) { return true }
        logger.error(
            "ended without closing the audit log: its disk does not answer, or does not take it",
            metadata: ["undone": "\(Service.undone(auditLog))"])
        return false
    }

    /// Ends the process, whatever it waits for, unless it has ended by itself.
    private func endProcess(after time: DispatchTimeInterval) {
        let auditLog = auditLog
        lastExit.end(after: time) { auditLog.map(Service.undone) ?? "requests" }
    }

    private static func undone(_ auditLog: AuditLog) -> String {
        let unwritten = auditLog.unwritten
        return "audit log: a stop record, \(unwritten.records) records, "
            + "\(unwritten.refusals) counted refusals"
    }

    /// As many connections as are wanted, or as there are descriptors for beside those that the
    /// service itself needs.
    private static func connectionsMax(
        _ configuration: ServiceConfiguration, _ logger: Logger
    ) throws(StartError) -> Int {
        let wanted = configuration.http.connectionsMax
        let reserve = DescriptorReserve(configuration)
        let limit: UInt64
        do throws(SystemError) { limit = try ProcessLimits.raiseDescriptorLimit() } catch {
            logger.warning("the limit of open descriptors cannot be read: \(error)")
            return wanted
        }
        guard let count = reserve.connections(ofWanted: wanted, descriptorLimit: limit) else {
            throw .descriptors(limit: limit, reserve: reserve.count)
        }
        if count < wanted {
            logger.warning(
                "the limit of open descriptors is too low for http.connections: fewer are open",
                metadata: [
                    "limit": "\(limit)", "wanted": "\(wanted + reserve.count)",
                    "connections": "\(count)",
                ])
        }
        return count
    }
}

/// Hands a descriptor to the first taker.
private final class Handover: Sendable {
    private let descriptor: Mutex<FileDescriptor?>

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = Mutex(descriptor) }

    /// To be called once.
    func take() -> FileDescriptor {
        guard let taken = descriptor.withLock({ $0.take() }) else {
            preconditionFailure("the descriptor was taken already")
        }
        return taken
    }
}

extension Duration {
    fileprivate var dispatchInterval: DispatchTimeInterval { .nanoseconds(Int(nanoseconds)) }
}
