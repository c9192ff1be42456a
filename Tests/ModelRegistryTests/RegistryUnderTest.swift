import Bundle
import Deployment
import Dispatch
import ModelRegistry
import Models
import Synchronization
import TestSupport

/// A registry that has started, its event loop played by the test.
final class RegistryUnderTest: Sendable {
    typealias Outcome = Result<ModelChange, RegistryError>

    enum Reactors {
        /// They take a model immediately, on another thread.
        case swap
        /// They take it when the test says so.
        case wait
    }

    private struct Seen {
        var serving = ""
        var installs: [String] = []
        var events: [ModelEvent] = []
        var reader: PublishedReader<Deployment>?

        mutating func take() {
            var taken: String?
            reader?.take { taken = $0.primary.version }
            if let taken { serving = taken }
        }
    }

    /// What `registry` was started with.
    let start: ModelBundle
    let registry: ModelRegistry
    private let seen: SeenState

    private final class SeenState: Sendable {
        let value = Mutex(Seen())
    }

    convenience init(_ versions: ModelVersions, reactors: Reactors = .swap) throws {
        try self.init(path: versions.path, reactors: reactors)
    }

    init(path: String, reactors: Reactors = .swap) throws {
        let seen = SeenState()
        self.seen = seen
        let model = try LoadedModel(path: path)
        start = model.bundle
        let deployed = Published(Deployment(primary: model.bundle))
        registry = ModelRegistry(model, deployed: deployed) { event in
            seen.value.withLock { $0.events.append(event) }
        }
        let reader = deployed.subscribe {
            let version = deployed.value.primary.version
            seen.value.withLock { $0.installs.append(version) }
            guard reactors == .swap else { return }
            DispatchQueue.global().async { seen.value.withLock { $0.take() } }
        }
        seen.value.withLock { seen in
            seen.reader = reader
            seen.serving = model.bundle.version
        }
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
            switch $0 {
            case .activated(let change, _), .rolledBack(let change, _): change.active.version
            case .unchanged, .refused: nil
            }
        }
    }

    /// Takes what was published, as reactors do at the end of their turns.
    func swap() { seen.value.withLock { $0.take() } }

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
