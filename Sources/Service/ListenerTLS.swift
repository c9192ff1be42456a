internal import Configuration
internal import Deployment
internal import Dispatch
internal import Logging
internal import OpenSSL
internal import POSIX
internal import Serving
internal import Synchronization
internal import Telemetry

/// The TLS of one listener. Its files are checked each second; when they have changed, new
/// connections get the new certificate, and old ones keep theirs. A pair that cannot be used
/// changes nothing.
final class ListenerTLS: Sendable {
    private static let interval = DispatchTimeInterval.seconds(1)
    /// Keys of session tickets live with the context, and a stolen one opens recorded sessions of
    /// TLS 1.2: so another context is made after so long, also of the same files.
    private static let ticketKeysLifetime: Int64 = 12 * 3600 * 1_000_000_000

    private struct State {
        /// The files, when they were read last.
        var read: [FileIdentity?]
        /// At the last look.
        var seen: [FileIdentity?]
        var readAt: Int64
    }

    let published: Published<TLSContext>
    private let configuration: ServiceConfiguration.TLS
    private let listener: String
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the files.
    ///
    /// - Parameter listener: what the log calls it.
    init(
        _ configuration: ServiceConfiguration.TLS, listener: String, logger: Logger
    ) throws(StartError) {
        self.configuration = configuration
        self.listener = listener
        self.logger = logger
        let stamps = configuration.paths.map { Files.identity(of: $0) }
        state = Mutex(State(read: stamps, seen: stamps, readAt: Clock.monotonicNanoseconds()))
        let context: TLSContext
        do throws(TLSFileError) { context = try configuration.load() } catch { throw .tls(error) }
        published = Published(context)
        logExpiry(of: context)
    }

    /// Looks at the files each second for as long as the process lives.
    func watch(on queue: DispatchQueue, countedBy figures: ServiceFigures) {
        queue.asyncAfter(deadline: .now() + ListenerTLS.interval) {
            if self.isChanged() { self.reload(countedBy: figures) }
            self.watch(on: queue, countedBy: figures)
        }
    }

    /// Whether the files are others than those that were read, and the same as a look before: of a
    /// pair one is replaced first.
    private func isChanged() -> Bool {
        let stamps = configuration.paths.map { Files.identity(of: $0) }
        let now = Clock.monotonicNanoseconds()
        return state.withLock { state in
            defer { state.seen = stamps }
            if now - state.readAt >= ListenerTLS.ticketKeysLifetime { return true }
            return stamps == state.seen && stamps != state.read
        }
    }

    /// Reads the files again, also if they have not changed.
    func reload(countedBy figures: ServiceFigures) {
        let stamps = configuration.paths.map { Files.identity(of: $0) }
        state.withLock { state in
            state.read = stamps
            state.readAt = Clock.monotonicNanoseconds()
        }
        do throws(TLSFileError) {
            let context = try configuration.load()
            published.publish(context) {}
            figures.countCertificate(.loaded)
            logger.info("certificate loaded", metadata: ["listener": "\(listener)"])
            logExpiry(of: context)
        } catch {
            figures.countCertificate(.refused)
            logger.error(
                "certificate refused, the previous one stays in use",
                metadata: ["listener": "\(listener)", "reason": "\(error)"])
        }
    }

    private func logExpiry(of context: TLSContext) {
        guard let fault = context.certificate?.fault(unixSeconds: Clock.unixMilliseconds() / 1000)
        else { return }
        logger.warning(
            "certificate not valid now: clients refuse it",
            metadata: ["listener": "\(listener)", "reason": "\(fault)"])
    }
}

/// The TLS of both listeners; nil for one without.
struct ServiceTLS: Sendable {
    let service: ListenerTLS?
    let operations: ListenerTLS?

    /// Reads the files of both.
    init(_ configuration: ServiceConfiguration, _ logger: Logger) throws(StartError) {
        service = try configuration.http.tls.map { (tls) throws(StartError) in
            try ListenerTLS(tls, listener: "public", logger: logger)
        }
        operations = try configuration.operations.tls.map { (tls) throws(StartError) in
            try ListenerTLS(tls, listener: "operations", logger: logger)
        }
    }

    var all: [ListenerTLS] { [service, operations].compactMap { $0 } }

    var published: ServiceFigures.Certificates {
        ServiceFigures.Certificates(
            service: service?.published, operations: operations?.published)
    }
}
