internal import Synchronization
package import Telemetry

/// What all threads know of the keys that are fetched from an issuer.
package final class IssuerKeys: Sendable {
    private struct Freshness {
        var fetchedAt: Int64
        var maxAgeSeconds: Int64
    }

    private let isWanted = Atomic(false)
    private let known = Atomic(false)
    private let fetches = Mutex(ClosedCounter<KeyFetchResult>())
    private let freshness: Mutex<Freshness>

    /// - Parameters:
    ///   - now: nanoseconds of the monotonic clock, here and below.
    ///   - maxAgeSeconds: until a set says another.
    package init(now: Int64, maxAgeSeconds: Int64) {
        freshness = Mutex(Freshness(fetchedAt: now, maxAgeSeconds: maxAgeSeconds))
    }

    /// A token named a key that is not known. All that it costs an event loop.
    func want() {
        if !isWanted.load(ordering: .relaxed) { isWanted.store(true, ordering: .relaxed) }
    }

    /// Whether a token has named an unknown key since the last fetch began.
    package var areWanted: Bool { isWanted.load(ordering: .relaxed) }

    package func fetchBegins() { isWanted.store(false, ordering: .relaxed) }

    /// Whether tokens can be judged by them.
    package var areKnown: Bool { known.load(ordering: .relaxed) }

    package func becomeKnown(_ known: Bool) { self.known.store(known, ordering: .relaxed) }

    package func count(_ result: KeyFetchResult) { fetches.withLock { $0.count(result) } }

    package func fetched(now: Int64, maxAgeSeconds: Int64) {
        freshness.withLock { $0 = Freshness(fetchedAt: now, maxAgeSeconds: maxAgeSeconds) }
    }

    func status(now: Int64) -> ServiceStatus.FetchedKeys {
        let freshness = freshness.withLock { $0 }
        return ServiceStatus.FetchedKeys(
            fetches: fetches.withLock { $0 },
            ageSeconds: Double(max(0, now - freshness.fetchedAt)) / 1e9,
            maxAgeSeconds: Double(freshness.maxAgeSeconds))
    }
}
