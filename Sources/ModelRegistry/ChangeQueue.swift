/// What is asked of a registry.
enum ModelRequest: Sendable {
    case change(ModelWish, ModelWitness?, ModelRegistry.ChangeCompletion)
    case listing(ModelRegistry.ListingCompletion)
    /// Look whether `active` has changed.
    case poll
}

enum ModelWish: Sendable {
    /// - Parameter sha256: the digest that the manifest must have; any if nil.
    case activate(String, sha256: String?)
    case rollback
    case reload

    var trigger: ModelTrigger {
        switch self {
        case .activate: .activation
        case .rollback: .rollback
        case .reload: .reload
        }
    }
}

/// Requests in the order in which they came, one of them under way.
struct ChangeQueue: Sendable {
    enum Admission {
        case waits
        /// Nothing was under way: notify the queue.
        case isNext
        case refused(RegistryError)
    }

    private var waiting: [ModelRequest] = []
    private var isPollWaiting = false
    private var current: ModelRequest?
    /// The queue has been notified, or is working.
    private var isBusy = false
    private var isAwaitingInstallation = false
    /// Of the last installation, so that one that is reported twice, or too late, is recognized.
    private var serial = 0
    private(set) var isStopped = false

    mutating func add(_ request: ModelRequest) -> Admission {
        guard !isStopped else { return .refused(.stopped) }
        if case .poll = request {
            // One that waits will see what this one would.
            guard !isPollWaiting else { return .waits }
            isPollWaiting = true
        } else {
            guard waitingCount < ModelRegistry.waitingMax else {
                return .refused(.busy(waitingMax: ModelRegistry.waitingMax))
            }
        }
        waiting.append(request)
        guard !isBusy else { return .waits }
        isBusy = true
        return .isNext
    }

    /// Neither the one that is about to begin counts as waiting nor the poll, which nobody sent.
    private var waitingCount: Int {
        let behindCurrent = current == nil ? waiting.dropFirst() : waiting[...]
        return behindCurrent.count { if case .poll = $0 { false } else { true } }
    }

    /// The request to serve now; nil when the registry has stopped meanwhile.
    mutating func begin() -> ModelRequest? {
        guard !waiting.isEmpty else { return nil }
        let request = waiting.removeFirst()
        if case .poll = request { isPollWaiting = false }
        current = request
        return request
    }

    /// Nil when the registry has stopped, so that there may be no reactor to notify.
    mutating func awaitInstallation() -> Int? {
        guard !isStopped else { return nil }
        isAwaitingInstallation = true
        serial += 1
        return serial
    }

    /// False when it has ended before.
    mutating func endInstallation(_ serial: Int) -> Bool {
        guard isAwaitingInstallation, serial == self.serial else { return false }
        isAwaitingInstallation = false
        return true
    }

    /// Whether another one waits; if so, notify the queue.
    mutating func end() -> Bool {
        current = nil
        isBusy = !waiting.isEmpty
        return isBusy
    }

    /// Those that nobody will serve any more.
    mutating func stop() -> [ModelRequest] {
        isStopped = true
        defer {
            waiting = []
            isPollWaiting = false
        }
        guard isAwaitingInstallation, let current else { return waiting }
        isAwaitingInstallation = false
        self.current = nil
        return [current] + waiting
    }
}
