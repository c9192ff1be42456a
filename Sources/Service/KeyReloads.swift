internal import Bytes
internal import Configuration
internal import Deployment
internal import Dispatch
internal import JWT
internal import OpenSSL
internal import POSIX
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

/// Reads the keys of tokens again when their files change or a signal asks for it, and publishes
/// them. All its work is done on a queue of its own. Whatever else keys come from can publish them
/// by `take`.
final class KeyReloads: Sendable {
    enum Trigger: String, Sendable { case watch, reload }

    private let files: TokenKeyFiles
    private let followed: FollowedFiles
    private let published: Published<SigningKeys>
    private let listeners: KeyListeners
    private let refusesGuessable: Bool
    /// Of the MACs by which keys are compared; a secret is not kept for that.
    private let salt = RandomBytes.make(32)
    private let auditKeyMAC: [UInt8]?
    private let queue = DispatchQueue(label: "churnd.keys")
    /// A MAC of each key in use, by its `kid`.
    private let macs: Mutex<[String: [UInt8]]>

    /// Checks from now on each second whether the files have changed. To be made while the secrets
    /// of `configuration` are there. Nil where no file is followed.
    init?(
        _ configuration: ServiceConfiguration, _ published: Published<SigningKeys>,
        _ listeners: KeyListeners
    ) {
        guard case .named(let keys) = configuration.tokens.keys else { return nil }
        let files = keys.files
        self.files = files
        followed = FollowedFiles { files.identity() }
        self.published = published
        self.listeners = listeners
        refusesGuessable = configuration.isStrict
        let salt = salt
        auditKeyMAC = configuration.audit?.key.withBytes { KeyReloads.mac($0, salt) }
        macs = Mutex(KeyReloads.macs(of: keys, salt))
        followed.watch(on: queue) { [weak self] in
            if let self, followed.areChanged { read(.watch) }
        }
    }

    /// Reads them, whether they have changed or not.
    func reload() { queue.async { self.read(.reload) } }

    func stop() { followed.stop() }
}

// On the queue.
extension KeyReloads {
    private func read(_ trigger: Trigger) {
        let refusal = followed.read(isAsked: trigger == .reload) {
            do throws(ConfigurationError) {
                let keys = try files.read()
                if let reason = objection(to: keys) { return reason }
                take(keys, trigger)
                return nil
            } catch {
                return "\(error)"
            }
        }
        if let refusal { listeners.report(.refused(reason: refusal, trigger: trigger)) }
    }

    /// Publishes keys, if they are others than those in use.
    private func take(_ keys: NamedKeys, _ trigger: Trigger) {
        let macs = Self.macs(of: keys, salt)
        let before = self.macs.withLock { kept in
            defer { kept = macs }
            return kept
        }
        guard macs != before else {
            keys.signingKeys.wipe()
            // A watch looks again at files that were changed a moment ago.
            if trigger == .reload { listeners.report(.unchanged) }
            return
        }
        let change = KeyChange(
            count: macs.count, added: macs.keys.filter { before[$0] == nil }.sorted(),
            removed: before.keys.filter { macs[$0] == nil }.sorted(),
            replaced: macs.keys.filter { before[$0] != nil && before[$0] != macs[$0] }.sorted(),
            skipped: keys.published?.skipped ?? [], guessable: keys.guessable)
        let listeners = listeners
        published.publish(keys.signingKeys) {
            keys.signingKeys.wipe()
            listeners.report(.changed(change, trigger: trigger))
        }
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

    private static func mac(_ bytes: Span<UInt8>, _ salt: [UInt8]) -> [UInt8] {
        var mac = HMACSHA256(key: salt.span)
        return mac.authenticate(bytes)
    }
}
