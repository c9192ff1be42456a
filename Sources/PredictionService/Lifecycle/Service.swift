internal import Dispatch
internal import HTTPServer
internal import Logging
internal import Models
internal import POSIX
internal import Reactor

/// A running churnd: its reactors from the start until they have drained.
package final class Service: Sendable {
    /// Of the program, as health and `--version` say it.
    package static let version = "0.1.0"

    /// The port that is listened on, also where the configuration left the choice to the kernel.
    package let port: UInt16
    private let configuration: ServiceConfiguration
    private let logger: Logger
    private let state: ServiceState
    private let reactors: ReactorGroup
    private let ended = DispatchSemaphore(value: 0)
    private let timers = DispatchQueue(label: "churnd.lifecycle")

    /// Loads the model, binds the port and starts the reactors; when this returns, requests are
    /// answered.
    package static func start(
        _ configuration: ServiceConfiguration, sink: LogSink
    ) throws(StartError) -> Service {
        let logger = Logger(label: "churnd") { _ in JSONLogHandler(sink: sink) }
        for warning in configuration.warnings { logger.warning("\(warning)") }
        Signals.ignoreBrokenPipes()
        checkDescriptorLimit(configuration, logger)
        let model: ModelBundle
        do throws(ModelError) {
            model = try ModelBundle(directory: configuration.modelPath)
        } catch {
            throw .model(path: configuration.modelPath, error)
        }
        logger.info(
            "model loaded",
            metadata: [
                "model": "\(model.fullName)", "sha256": "\(model.sha256)",
                "golden_rows": "\(model.goldenRowCount)",
            ])
        return try Service(configuration, model: model, sink: sink, logger: logger)
    }

    private init(
        _ configuration: ServiceConfiguration, model: ModelBundle, sink: LogSink, logger: Logger
    ) throws(StartError) {
        self.configuration = configuration
        self.logger = logger
        let address = try ListeningAddress.claim(
            host: configuration.http.host, port: configuration.http.port)
        port = address.port
        let store = SharedStore(configuration)
        state = ServiceState(redis: store.health)
        let parts = try ReactorParts(
            configuration: configuration, model: model, store: store, state: state, sink: sink)
        let count = configuration.http.reactors ?? ProcessLimits.processorCount
        reactors = try ReactorGroup(count: count) { reactor in
            try parts.setUp(reactor, listener: address.listen())
        }
        store.logStart(logger)
        StoreWatch(state: state, logger: logger).start(on: timers)
        logger.info(
            "listening",
            metadata: [
                "host": "\(configuration.http.host)", "port": "\(port)", "reactors": "\(count)",
                "version": "\(Service.version)",
            ])
    }

    /// Fails readiness, after `drain.delay` stops listening, lets requests that have begun be
    /// answered, and closes the connections; `waitUntilEnded` then returns. Calling it again ends
    /// at once.
    package func beginDraining() {
        guard state.beginDraining() else {
            logger.warning("told again to end: not waiting for requests")
            ended.signal()
            return
        }
        logger.info("draining")
        reactors.notify(on: timers) { self.ended.signal() }
        timers.asyncAfter(deadline: .now() + configuration.drain.delay.dispatchInterval) {
            self.drainReactors()
        }
        timers.asyncAfter(deadline: .now() + configuration.drain.timeout.dispatchInterval) {
            guard self.reactors.isRunning else { return }
            self.logger.warning("the drain timeout passed with connections still open")
            self.ended.signal()
        }
    }

    /// Returns when all connections are closed and the last log lines are with the sink, or when
    /// there is no more time to wait for that.
    package func waitUntilEnded() {
        ended.wait()
        logger.info("ended")
    }

    private func drainReactors() {
        reactors.post { reactor in
            // The reactor ends this turn before it stops, and with it its last log lines.
            reactor.participant(HTTPServer.self)?.drain { reactor.stop() }
        }
    }

    private static func checkDescriptorLimit(
        _ configuration: ServiceConfiguration, _ logger: Logger
    ) {
        // Beside the clients: listeners, epoll, mailboxes, Redis, the log, files being read.
        let wanted = UInt64(configuration.http.connectionsMax) + 64
        do throws(SystemError) {
            let limit = try ProcessLimits.raiseDescriptorLimit()
            if limit < wanted {
                logger.warning(
                    "the limit of open descriptors is too low for http.connections",
                    metadata: ["limit": "\(limit)", "wanted": "\(wanted)"])
            }
        } catch {
            logger.warning("the limit of open descriptors cannot be read: \(error)")
        }
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    fileprivate var dispatchInterval: DispatchTimeInterval { .nanoseconds(Int(nanoseconds)) }
}
