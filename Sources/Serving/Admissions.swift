package import Access
package import Redis

/// One loop's end of the store of revocations and quotas.
package enum Admissions {
    case memory(InMemoryAdmissionStore)
    case redis(RedisAdmissionStore, RedisConnection)

    /// The connection to Redis; its callers have a store in Redis.
    package var connection: RedisConnection {
        guard case .redis(_, let connection) = self else {
            preconditionFailure("the store is in memory")
        }
        return connection
    }

    func admit(_ request: borrowing AdmissionRequest) {
        switch self {
        case .memory(let store): store.admit(request)
        case .redis(let store, _): store.admit(request)
        }
    }

    func takeDecision() -> (ticket: UInt64, decision: AdmissionDecision)? {
        switch self {
        case .memory(let store): store.takeDecision()
        case .redis(let store, _): store.takeDecision()
        }
    }

    /// Whether the next turn must not wait for an event.
    var isBusy: Bool {
        switch self {
        case .memory(let store): store.isBusy
        case .redis(let store, let connection): store.isBusy || connection.isBusy
        }
    }

    var deadline: Int64? {
        guard case .redis(let store, let connection) = self else { return nil }
        guard let waitEnd = store.deadline else { return connection.deadline }
        return min(waitEnd, connection.deadline ?? .max)
    }

    func deadlinePassed() {
        if case .redis(_, let connection) = self { connection.deadlinePassed() }
    }

    /// Queues one question for all that were asked since the last one.
    func ask() {
        if case .redis(let store, _) = self { store.ask() }
    }

    /// Sends what is queued.
    func flush() {
        if case .redis(_, let connection) = self { connection.endTurn() }
    }
}
