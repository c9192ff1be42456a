import Bundle
import Dispatch
import ModelRegistry
import Models
import Synchronization
import TestSupport

/// A registry that has started, its reactors played by the test.
final class RegistryUnderTest: Sendable {
    typealias Outcome = Result<ModelChange, RegistryError>

    enum Reactors {
        /// They take a model immediately, on another thread.
        case swap
        /// They take it when the test says so.
        case wait
    }

    private struct Seen {
        var serving: String
        var installs: [String] = []
        var events: [ModelEvent] = []
        var heldInstallations: [@Sendable () -> Void] = []
    }

    let registry: ModelRegistry
    private let seen: SeenState

    private final class SeenState: Sendable {
        let value = Mutex(Seen(serving: ""))
    }

    init(_ versions: ModelVersions, reactors: Reactors = .swap) throws {
        let seen = SeenState()
        self.seen = seen
        registry = ModelRegistry(path: versions.path) { bundle, installed in
            seen.value.withLock { seen in
                seen.installs.append(bundle.version)
                if reactors == .wait { seen.heldInstallations.append(installed) }
            }
            guard reactors == .swap else { return }
            DispatchQueue.global().async {
                seen.value.withLock { $0.serving = bundle.version }
                installed()
            }
        } report: { event in
            seen.value.withLock { $0.events.append(event) }
        }
        let bundle = try registry.start()
        seen.value.withLock { $0.serving = bundle.version }
    }

    deinit { registry.stop() }

    /// What the reactors serve with.
    var serving: String { seen.value.withLock(\.serving) }
    /// The versions that were handed to the reactors.
    var installs: [String] { seen.value.withLock(\.installs) }
    var events: [ModelEvent] { seen.value.withLock(\.events) }

    var refusals: [ModelRefusal] {
        events.compactMap { if case .refused(let refusal) = $0 { refusal } else { nil } }
    }

    var activations: [String] {
        events.compactMap {
            if case .activated(let change) = $0 { change.active.version } else { nil }
        }
    }

    /// Takes what was handed over and is held, as reactors do at the end of their turns.
    func swap() {
        let held = seen.value.withLock { seen in
            defer { seen.heldInstallations = [] }
            return seen.heldInstallations
        }
        for installed in held { installed() }
    }

    func activate(_ version: String, sha256: String? = nil) throws -> Outcome {
        try wait { registry.activate(version, sha256: sha256, completion: $0) }
    }

    func rollback() throws -> Outcome { try wait { registry.rollback(completion: $0) } }

    func reload() throws -> Outcome { try wait { registry.reload(completion: $0) } }

    func listing() throws -> ModelListing {
        let answer = Answers<Result<ModelListing, RegistryError>>()
        registry.listing { answer.add($0) }
        return try answer.wait().get()
    }

    private func wait(_ start: (@escaping ModelRegistry.ChangeCompletion) -> Void) throws -> Outcome
    {
        let answer = Answers<Outcome>()
        start { answer.add($0) }
        return try answer.wait()
    }
}
