internal import Bundle
internal import Deployment
internal import POSIX

/// What a registry knows from one request to the next.
struct ModelKnowledge: Sendable {
    /// Errors that are remembered so that each is reported once.
    private static let toldMax = 16

    /// Where a rollback leads to when `active` does not say.
    private(set) var previous: String?
    /// The bytes of `active` that were dealt with; nil when the model is pinned.
    private(set) var settled: [UInt8]?
    /// The last bundle that `active` asked for and that was refused.
    private(set) var refusal: ModelRefusal?
    /// The bytes of `active` that were refused, and the errors that were reported about them.
    private var refused: [UInt8]?
    private var told: [RegistryError] = []

    init(previous: String?, settled: [UInt8]?) {
        self.previous = previous
        self.settled = settled
    }

    /// `active` says this now, and it serves, or will when the reactors have it.
    mutating func settle(_ bytes: [UInt8], previous: String?) {
        settled = bytes
        self.previous = previous
        refusal = nil
        refused = nil
        told = []
    }

    /// Keeps a refusal of what `active` names; true when it is the first of its kind.
    mutating func refuse(_ refusal: ModelRefusal, _ bytes: [UInt8]?) -> Bool {
        if bytes != refused { told = [] }
        refused = bytes
        self.refusal = refusal
        guard !told.contains(refusal.error) else { return false }
        if told.count == ModelKnowledge.toldMax { told.removeFirst() }
        told.append(refusal.error)
        return true
    }
}

/// One request, carried out up to the reactors.
struct ModelWork {
    enum Decision {
        /// The active model stays active; nil when nothing asked for it.
        case unchanged(ModelChange?)
        /// - Parameter isNews: whether it has not been reported before.
        case refused(ModelRefusal, isNews: Bool)
        /// - Parameter isRecorded: whether the witness has recorded it.
        case install(ModelBundle, ModelChange, isRecorded: Bool)
    }

    struct Outcome {
        let decision: Decision
        let known: ModelKnowledge
    }

    let directory: ModelDirectory
    let known: ModelKnowledge
    /// The active model.
    let serving: DeployedModel
    let isStopped: () -> Bool

    func outcome(of wish: ModelWish, _ witness: ModelWitness?) -> Outcome {
        var version: String?
        do throws(RegistryError) {
            switch wish {
            case .activate(let wanted, let sha256):
                version = wanted
                return try activate(wanted, sha256: sha256, .activation, witness)
            case .rollback:
                let target = try rollbackTarget()
                version = target.version
                return try activate(target.version, sha256: target.sha256, .rollback, witness)
            case .reload:
                return directory.isPinned ? try reloadPinned() : follow(.reload)
            }
        } catch {
            let refusal = refusal(version, error, wish.trigger)
            return Outcome(decision: .refused(refusal, isNews: true), known: known)
        }
    }

    /// Loads what `active` names if it has changed since it was last handled.
    func poll() -> Outcome {
        if let settled = known.settled, let bytes = try? directory.readActive().bytes,
            bytes == settled
        {
            var known = known
            known.settle(settled, previous: known.previous)
            return Outcome(decision: .unchanged(nil), known: known)
        }
        return follow(.watch)
    }

    func listing() -> Result<ModelListing, RegistryError> {
        guard !directory.isPinned else {
            return .success(
                ModelListing(
                    active: serving, previous: nil, isPinned: true, versions: [serving.version],
                    total: 1, refusal: nil))
        }
        return Result { () throws(RegistryError) in
            var refusal: ModelRefusal?
            var previous = known.previous
            do throws(RegistryError) {
                let file = try directory.readActive().file
                previous = file.previous ?? previous
                if file.version != serving.version, known.refusal?.version == file.version {
                    refusal = known.refusal
                }
            } catch { refusal = self.refusal(nil, error, .watch) }
            let all: [String]
            do throws(RegistryError) {
                all = try directory.versions()
            } catch {
                guard case .unreadable(let reason) = error else { throw error }
                throw .listing(reason, active: serving.fullName)
            }
            let versions = all.suffix(ModelRegistry.listedVersionsMax)
            return ModelListing(
                active: serving, previous: previous, isPinned: false,
                versions: Array(versions), total: all.count, refusal: refusal)
        }
    }

    private func refusal(
        _ version: String?, _ error: RegistryError, _ trigger: ModelTrigger
    ) -> ModelRefusal {
        ModelRefusal(
            version: version, error: error, trigger: trigger,
            unixMilliseconds: Clock.unixMilliseconds())
    }

    private func rollbackTarget() throws(RegistryError) -> (version: String, sha256: String?) {
        guard !directory.isPinned else { throw .pinned }
        // An `active` that cannot be read says nothing of a version before; it will be replaced.
        let stated = try? directory.readActive().file
        guard let target = stated?.previous ?? known.previous else { throw .nothingToRollBackTo }
        return (target, stated?.pin(of: target))
    }

    private func activate(
        _ version: String, sha256: String?, _ trigger: ModelTrigger, _ witness: ModelWitness?
    ) throws(RegistryError) -> Outcome {
        let bundle = try directory.load(version, ofModel: serving.name, sha256: sha256)
        let change = change(to: bundle, trigger)
        // Whatever is wrong with the old file, it is replaced.
        let current = try? directory.readActive()
        // A pin that still matches is kept; a request without a digest drops one that does not.
        let kept = current?.file.pin(of: version)
        let pin = sha256 ?? (kept == bundle.sha256 ? kept : nil)
        if !change.isChanged, current?.file.version == version, current?.file.sha256 == pin {
            return Outcome(decision: .unchanged(change), known: known)
        }
        // Proving the bundle took its time; who stops now must find what was there before.
        guard !isStopped() else { throw .stopped }
        let before = previous(to: version)
        let bytes: [UInt8]
        let recorder = change.isChanged ? witness : nil
        if let recorder, !recorder.record(change) { throw .unrecorded }
        do throws(RegistryError) {
            // The record may have taken its time as well.
            guard !isStopped() else { throw .stopped }
            bytes = try directory.setActive(
                ActiveFile(
                    version: version, sha256: pin, previous: before,
                    previousSHA256: before.flatMap { current?.file.pin(of: $0) }))
        } catch {
            putBack(current?.file)
            recorder?.takeBack(change)
            throw error
        }
        var known = known
        known.settle(bytes, previous: before)
        return Outcome(
            decision: change.isChanged
                ? .install(bundle, change, isRecorded: recorder != nil) : .unchanged(change),
            known: known)
    }

    /// The file may have its new name although the directory could not be made durable.
    private func putBack(_ file: ActiveFile?) {
        guard let file, (try? directory.readActive().file) != file else { return }
        // It failed before; there is nothing else that could be tried.
        _ = try? directory.setActive(file)
    }

    private func reloadPinned() throws(RegistryError) -> Outcome {
        let bundle = try directory.loadPinned(ofModel: serving.name)
        let change = change(to: bundle, .reload)
        return Outcome(
            decision: change.isChanged
                ? .install(bundle, change, isRecorded: false) : .unchanged(change),
            known: known)
    }

    /// Serves with what `active` names.
    private func follow(_ trigger: ModelTrigger) -> Outcome {
        var known = known
        var version: String?
        var read: [UInt8]?
        do throws(RegistryError) {
            let (file, bytes) = try directory.readActive()
            version = file.version
            read = bytes
            let bundle = try directory.load(
                file.version, ofModel: serving.name, sha256: file.sha256)
            guard !isStopped() else { throw .stopped }
            known.settle(bytes, previous: file.previous ?? previous(to: file.version))
            let change = change(to: bundle, trigger)
            return Outcome(
                decision: change.isChanged
                    ? .install(bundle, change, isRecorded: false) : .unchanged(change),
                known: known)
        } catch {
            let refusal = refusal(version, error, trigger)
            let isFirst = known.refuse(refusal, read)
            // A request always gets the reason; a watch reports it once.
            return Outcome(
                decision: .refused(refusal, isNews: isFirst || trigger != .watch), known: known)
        }
    }

    private func change(to bundle: ModelBundle, _ trigger: ModelTrigger) -> ModelChange {
        let facts = DeployedModel(bundle)
        return ModelChange(
            active: facts, previous: facts == serving ? nil : serving,
            trigger: trigger)
    }

    /// Where a rollback leads to once `version` serves.
    private func previous(to version: String) -> String? {
        version == serving.version ? known.previous : serving.version
    }
}
