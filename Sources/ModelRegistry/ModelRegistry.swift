package import Deployment
internal import Dispatch
internal import POSIX
internal import Synchronization

/// Decides which bundle is active, and publishes it. All its work, reading and verifying bundles
/// first of all, is done on a queue of its own, one request after the other; no caller waits.
package final class ModelRegistry: Sendable {
    package typealias ChangeCompletion = @Sendable (Result<ModelChange, RegistryError>) -> Void
    package typealias ListingCompletion = @Sendable (Result<ModelListing, RegistryError>) -> Void

    /// Requests that wait after the one that is under way.
    package static let waitingMax = 16
    /// The highest versions are listed.
    package static let listedVersionsMax = 1000

    private let directory: ModelDirectory
    private let deployed: Published<Deployment>
    private let report: @Sendable (ModelEvent) -> Void
    private let queue = DispatchQueue(label: "churnd.models")
    private let requests = Mutex(ChangeQueue())
    /// Changed on the queue only.
    private let knowledge: Mutex<ModelKnowledge>

    /// - Parameters:
    ///   - model: as it was loaded at the start; `deployed` holds it.
    ///   - deployed: where another model is published, once `active` names it.
    ///   - report: called on the registry's queue.
    package init(
        _ model: LoadedModel, deployed: Published<Deployment>,
        report: @escaping @Sendable (ModelEvent) -> Void
    ) {
        directory = model.directory
        self.deployed = deployed
        self.report = report
        knowledge = Mutex(
            ModelKnowledge(previous: model.active?.file.previous, settled: model.active?.bytes))
    }

    package var isPinned: Bool { directory.isPinned }

    /// Serves with another version, once its bundle is verified and `active` names it.
    ///
    /// - Parameters:
    ///   - sha256: the digest the manifest must have from then on under this version; any if nil.
    ///   - witness: nil: nothing is recorded.
    ///   - completion: called once, on the registry's queue; where the request is refused as `busy`
    ///     or `stopped`, immediately.
    package func activate(
        _ version: String, sha256: String? = nil, witness: ModelWitness? = nil,
        completion: @escaping ChangeCompletion
    ) {
        add(.change(.activate(version, sha256: sha256), witness, completion))
    }

    /// Serves with the version that `active` has in its second line, else with the one that served
    /// before. Twice in a row leads back.
    package func rollback(
        witness: ModelWitness? = nil, completion: @escaping ChangeCompletion
    ) {
        add(.change(.rollback, witness, completion))
    }

    /// Loads again what `active` names, or the bundle that the model is pinned to.
    package func reload(completion: @escaping ChangeCompletion) {
        add(.change(.reload, nil, completion))
    }

    package func listing(completion: @escaping ListingCompletion) { add(.listing(completion)) }

    /// From now on checks that often whether another program has changed `active`, and loads what
    /// it names. What is refused is tried again each time; it may be half-written. A pinned model
    /// is not watched.
    package func watch(everyNanoseconds interval: Int64) {
        guard !directory.isPinned else { return }
        pollAfter(.nanoseconds(Int(interval)))
    }

    /// Refuses everything that waits or comes later. What is being published at this moment is
    /// refused as well, since the loops may never take it; `active` names it already.
    package func stop() {
        for request in requests.withLock({ $0.stop() }) { refuse(request, .stopped) }
    }

    private func pollAfter(_ interval: DispatchTimeInterval) {
        queue.asyncAfter(deadline: .now() + interval) { [weak self] in
            guard let self, add(.poll) else { return }
            pollAfter(interval)
        }
    }

    /// False when the registry has stopped.
    @discardableResult
    private func add(_ request: ModelRequest) -> Bool {
        switch requests.withLock({ $0.add(request) }) {
        case .waits: break
        case .isNext: queue.async { self.serveNext() }
        case .refused(let error):
            refuse(request, error)
            return error != .stopped
        }
        return true
    }

    private func refuse(_ request: ModelRequest, _ error: RegistryError) {
        switch request {
        case .change(_, _, let completion): completion(.failure(error))
        case .listing(let completion): completion(.failure(error))
        case .poll: break
        }
    }
}

// On the queue.
extension ModelRegistry {
    private func serveNext() {
        guard let request = requests.withLock({ $0.begin() }) else { return }
        let work = ModelWork(
            directory: directory, known: knowledge.withLock { $0 }, serving: deployed.value.model,
            isStopped: { self.requests.withLock(\.isStopped) })
        switch request {
        case .listing(let completion):
            let listing = work.listing()
            finish()
            completion(listing)
        case .change(let wish, let witness, let completion):
            carryOut(work.outcome(of: wish, witness)) { completion($0) }
        case .poll:
            carryOut(work.poll()) { _ in }
        }
    }

    private func carryOut(_ outcome: ModelWork.Outcome, completion: @escaping ChangeCompletion) {
        knowledge.withLock { $0 = outcome.known }
        switch outcome.decision {
        case .unchanged(let change):
            finish()
            guard let change else { return }
            // A watch finds the active model again and again.
            if change.trigger != .watch { report(.unchanged(change)) }
            completion(.success(change))
        case .refused(let refusal, let isNews):
            finish()
            if isNews { report(.refused(refusal)) }
            completion(.failure(refusal.error))
        case .install(let bundle, let change, let isRecorded):
            guard let serial = requests.withLock({ $0.awaitInstallation() }) else {
                return completion(.failure(.stopped))
            }
            deployed.publish(Deployment(primary: bundle)) {
                self.queue.async {
                    self.installed(change, isRecorded: isRecorded, serial, completion)
                }
            }
        }
    }

    private func installed(
        _ change: ModelChange, isRecorded: Bool, _ serial: Int, _ completion: ChangeCompletion
    ) {
        guard requests.withLock({ $0.endInstallation(serial) }) else { return }
        finish()
        report(
            change.trigger == .rollback
                ? .rolledBack(change, isRecorded: isRecorded)
                : .activated(change, isRecorded: isRecorded))
        completion(.success(change))
    }

    private func finish() {
        if requests.withLock({ $0.end() }) { queue.async { self.serveNext() } }
    }
}
