internal import OperationsAPI
internal import POSIX
internal import Redis

/// How many event loops serve callers.
package enum EventLoops: Equatable, Sendable, CustomStringConvertible {
    /// One for each core but one, at least one: a core is left to Redis, to the threads that write
    /// log and audit log, and to the kernel.
    case auto
    /// One for each core that the process may use.
    case cores
    case count(Int)

    package func count(onCores cores: Int) -> Int {
        switch self {
        case .auto: max(1, cores - 1)
        case .cores: cores
        case .count(let count): count
        }
    }

    /// As the configuration spells it.
    package var description: String {
        switch self {
        case .auto: "auto"
        case .cores: "cores"
        case .count(let count): "\(count)"
        }
    }
}

/// The descriptors that clients do not get, so that no number of them keeps the audit log from
/// rotating, a model from being loaded or an operator from being answered.
package struct DescriptorReserve: Equatable, Sendable {
    /// Standard streams, the audit log's files and lock, a model's bundle, files of /proc, sockets
    /// of name look-ups, and what libraries open for a moment.
    private static let ofProcess = 64
    /// epoll, mailbox, listener and Redis of an event loop.
    private static let ofReactor = 4

    package private(set) var count: Int

    /// - Parameter reactors: those of callers.
    package init(reactors: Int, hasOperationsListener: Bool) {
        var count = DescriptorReserve.ofProcess + DescriptorReserve.ofReactor * reactors
        if hasOperationsListener {
            count += DescriptorReserve.ofReactor + AdministrationRules.connectionsMax
        }
        self.count = count
    }

    package init(_ configuration: ServiceConfiguration) {
        self.init(
            reactors: configuration.http.reactors.count(onCores: ProcessLimits.processorCount),
            hasOperationsListener: configuration.operations.address != nil)
        if case .redis(let endpoint, _, _) = configuration.store, endpoint.primaryName != nil {
            count += endpoint.places.count
        }
        if configuration.noticesRevocations { count += DescriptorReserve.ofReactor }
    }

    /// How many of the wanted connections of callers can be open, nil for none.
    package func connections(ofWanted wanted: Int, descriptorLimit: UInt64) -> Int? {
        let limit = Int(clamping: descriptorLimit)
        return limit > count ? min(wanted, limit - count) : nil
    }
}
