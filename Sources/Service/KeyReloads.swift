internal import Bytes
internal import Configuration
internal import Deployment
internal import Dispatch
internal import HTTPClient
internal import JWT
internal import OpenSSL
internal import POSIX
internal import Serving
internal import Synchronization

/// What became of the keys of tokens.
enum KeyEvent: Sendable {
    /// Every event loop has them.
    case changed(KeyChange, trigger: KeyReloads.Trigger)
    case unchanged
    /// Those before stay in use. The reason holds nothing of a secret.
    case refused(reason: String, trigger: KeyReloads.Trigger)
}

/// The difference between two sets of keys, by `kid`.
struct KeyChange: Sendable {
    let count: Int
    let added: [String]
    let removed: [String]
    /// The same `kid` with another key.
    let replaced: [String]
    let skipped: [SkippedKey]
    /// What could be guessed, in words that hold nothing of a secret.
    let guessable: [String]
}

/// Reads the keys of tokens again when their files change or a signal asks for it, has those of an
/// issuer fetched, and publishes them together. All its work is done on a queue of its own.
final class KeyReloads: Sendable {
    enum Trigger: String, Sendable {
        case watch, reload, fetch
        /// The issuer's keys are too old.
        case expiry
    }

    private struct State {
        /// A MAC of each key in use, by its `kid`.
        var macs: [String: [UInt8]] = [:]
        /// What was fetched last; nil where there is no URL, or what it led to is too old.
        var fetched: JSONWebKeySet?
        /// Those of `macs` that are an issuer's.
        var publishedIDs: Set<String> = []
        /// The issuer's keys in use are too old.
        var mustDrop = false
        /// Publications that not every event loop has taken.
        var publications = 0
    }

    private let files: TokenKeyFiles
    private let followed: FollowedFiles
    private let published: Published<SigningKeys>
    private let listeners: KeyListeners
    private let refusesGuessable: Bool
    /// Of the MACs by which keys are compared; a secret is not kept for that.
    private let salt = RandomBytes.make(32)
    private let auditKeyMAC: [UInt8]?
    private let queue = DispatchQueue(label: "churnd.keys")
    private let state: Mutex<State>
    /// Nil where nothing is fetched.
    private let fetches: KeySetFetches?
    private let issuerKeys: IssuerKeys?

    /// To be made while the secrets of `configuration` are there. Nil where neither files nor an
    /// issuer are followed.
    ///
    /// - Parameter issuerKeys: nil where nothing is fetched.
    init?(
        _ configuration: ServiceConfiguration, _ published: Published<SigningKeys>,
        _ listeners: KeyListeners, issuerKeys: IssuerKeys?
    ) {
        guard case .named(let keys) = configuration.tokens.keys else { return nil }
        let files = keys.files
        self.files = files
        followed = FollowedFiles { files.identity() }
        self.issuerKeys = issuerKeys
        let queue = queue
        fetches = keys.files.source.flatMap { source in
            issuerKeys.map { issuerKeys in
                KeySetFetches(
                    source,
                    client: OutgoingClient("keys.fetch", configuration.outgoing),
                    keys: issuerKeys, logger: listeners.logger, queue: queue)
            }
        }
        self.published = published
        self.listeners = listeners
        refusesGuessable = configuration.isStrict
        let salt = salt
        auditKeyMAC = configuration.audit?.key.withBytes { KeyReloads.mac($0, salt) }
        state = Mutex(
            State(
                macs: KeyReloads.macs(of: keys, salt),
                publishedIDs: KeyReloads.publishedIDs(of: keys)))
    }

    /// Checks from now on each second whether the files have changed, and whether the issuer's keys
    /// are due. Before that the keys of the start are in use, by event loops that are still made.
    func follow() {
        queue.async { self.fetch() }
        followed.watch(on: queue) { [weak self] in
            guard let self else { return }
            if followed.areChanged { read(.watch) }
            fetch()
        }
    }

    private func fetch() {
        fetches?.poll { [weak self] outcome in
            guard let self, !followed.isStopped else { return }
            take(outcome)
        }
    }

    /// Reads and fetches them, whether they have changed or not.
    ///
    /// - Parameter done: called with what came of reading them.
    func reload(_ done: @escaping @Sendable (KeyReloading.Outcome) -> Void = { _ in }) {
        queue.async { [self] in
            read(.reload, done)
            fetches?.force()
            fetch()
        }
    }

    /// As administrators ask for it.
    var reloading: KeyReloading {
        KeyReloading(fetches: fetches != nil) { done in self.reload(done) }
    }

    func stop() { followed.stop() }
}

// On the queue.
extension KeyReloads {
    private func take(_ outcome: KeySetFetches.Outcome) {
        switch outcome {
        case .use(let set):
            state.withLock { $0.fetched = set }
            read(.fetch)
        case .drop:
            state.withLock { state in
                state.fetched = nil
                state.mustDrop = true
            }
            read(.expiry)
        }
    }

    private func read(
        _ trigger: Trigger,
        _ done: @escaping @Sendable (KeyReloading.Outcome) -> Void = { _ in }
    ) {
        func refuse(_ reason: String) -> String {
            dropPublished()
            done(.refused(reason: reason))
            return reason
        }
        let refusal = followed.read(isAsked: trigger == .reload) {
            do throws(ConfigurationError) {
                let keys = try files.read(with: state.withLock(\.fetched))
                if let reason = objection(to: keys) { return refuse(reason) }
                take(keys, trigger, done)
                return nil
            } catch {
                return refuse("\(error)")
            }
        }
        if let refusal { listeners.report(.refused(reason: refusal, trigger: trigger)) }
    }

    /// Publishes keys, if they are others than those in use.
    private func take(
        _ keys: NamedKeys, _ trigger: Trigger,
        _ done: @escaping @Sendable (KeyReloading.Outcome) -> Void
    ) {
        let macs = Self.macs(of: keys, salt)
        let (before, isEverywhere) = state.withLock { state in
            defer { state.macs = macs }
            state.publishedIDs = Self.publishedIDs(of: keys)
            state.mustDrop = false
            return (state.macs, state.publications == 0)
        }
        let isComplete = !keys.signingKeys.isIncomplete
        let (listeners, issuerKeys) = (listeners, issuerKeys)
        let unchanged = { @Sendable in
            keys.signingKeys.wipe()
            if isComplete { issuerKeys?.becomeKnown(true) }
            // A watch looks again at files that were changed a moment ago.
            if trigger == .reload { listeners.report(.unchanged) }
            done(.unchanged(keys: macs.count))
        }
        guard macs != before else {
            if isEverywhere { return unchanged() }
            // The answer means that no event loop has a key that was withdrawn.
            return publish(keys, unchanged)
        }
        let change = KeyChange(
            count: macs.count, added: macs.keys.filter { before[$0] == nil }.sorted(),
            removed: before.keys.filter { macs[$0] == nil }.sorted(),
            replaced: macs.keys.filter { before[$0] != nil && before[$0] != macs[$0] }.sorted(),
            skipped: keys.published?.skipped ?? [], guessable: keys.guessable)
        publish(keys) {
            keys.signingKeys.wipe()
            if isComplete { issuerKeys?.becomeKnown(true) }
            listeners.report(.changed(change, trigger: trigger))
            done(.changed(keys: change.count))
        }
    }

    /// - Parameter done: called when every event loop has them.
    private func publish(_ keys: NamedKeys, _ done: @escaping @Sendable () -> Void) {
        state.withLock { $0.publications += 1 }
        published.publish(keys.signingKeys) { [self] in
            state.withLock { $0.publications -= 1 }
            done()
        }
    }

    /// Has the issuer's keys used no more where they are too old and the files, which would have to
    /// be read to publish the rest, are refused. The next reading does it where the keys before are
    /// not everywhere yet: an event loop that has not taken them would keep its own secrets.
    private func dropPublished() {
        let drops = state.withLock { state in
            guard state.mustDrop, state.publications == 0 else { return false }
            state.mustDrop = false
            for id in state.publishedIDs { state.macs[id] = nil }
            state.publishedIDs = []
            state.publications += 1
            return true
        }
        guard drops else { return }
        published.publish(.secretsInUse) { [self] in state.withLock { $0.publications -= 1 } }
    }

    /// What of the start's checks they do not pass.
    private func objection(to keys: NamedKeys) -> String? {
        if let auditKeyMAC {
            for key in keys.secrets
            where key.secret.withBytes({ KeyReloads.mac($0, salt) }) == auditKeyMAC {
                return "\(ConfigurationError.auditKeyIsTokenKey(name: "key \(key.id) of jwt.keys"))"
            }
        }
        guard refusesGuessable, let guessable = keys.guessable.first else { return nil }
        return "security is strict, and a secret is weak: \(guessable)"
    }

    private static func macs(of keys: NamedKeys, _ salt: [UInt8]) -> [String: [UInt8]] {
        var macs: [String: [UInt8]] = [:]
        for key in keys.secrets { macs[key.id] = key.secret.withBytes { mac($0, salt) } }
        for key in keys.published?.keys ?? [] {
            let bytes = Array("\(key.algorithm)".utf8) + key.fingerprint
            macs[key.id ?? ""] = mac(bytes.span, salt)
        }
        return macs
    }

    private static func publishedIDs(of keys: NamedKeys) -> Set<String> {
        Set((keys.published?.keys ?? []).map { $0.id ?? "" })
    }

    private static func mac(_ bytes: Span<UInt8>, _ salt: [UInt8]) -> [UInt8] {
        var mac = HMACSHA256(key: salt.span)
        return mac.authenticate(bytes)
    }
}
