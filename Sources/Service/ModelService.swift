internal import Bundle
internal import Configuration
internal import Dispatch
internal import Logging
internal import ModelRegistry
internal import Models
internal import POSIX
internal import Serving
internal import Synchronization
internal import Telemetry

/// The model of a running service: what it begins with, and how another one takes its place.
final class ModelService: Sendable {
    /// What must be notified of a model change; known once the reactors run.
    private struct Audience {
        let parts: CommonParts
        let notes: ModelNotes
    }

    let registry: ModelRegistry
    let current: CurrentModel
    private let audience: Mutex<Audience?>
    private let watchInterval: Duration?

    /// Loads the bundle that is to serve at first.
    static func start(
        _ configuration: ServiceConfiguration.Model, logger: Logger
    ) throws(StartError) -> ModelService {
        let service = Forward()
        let registry = ModelRegistry(
            path: configuration.path,
            install: { bundle, installed in service.value.install(bundle, installed) },
            report: { event in service.value.report(event) })
        let bundle: ModelBundle
        do throws(RegistryError) {
            bundle = try registry.start()
        } catch {
            throw .model(path: configuration.path, error)
        }
        logger.info(
            "model loaded",
            metadata: [
                "model": "\(bundle.fullName)", "sha256": "\(bundle.sha256)",
                "golden_rows": "\(bundle.goldenRowCount)", "thresholds": "\(bundle.thresholds)",
            ])
        if let remark = bundle.manifest.remark {
            logger.warning("model has a remark", metadata: ["remark": "\(remark)"])
        }
        let made = ModelService(registry, bundle, watchInterval: configuration.watchInterval)
        service.set(made)
        return made
    }

    private init(_ registry: ModelRegistry, _ bundle: ModelBundle, watchInterval: Duration?) {
        self.registry = registry
        current = CurrentModel(bundle)
        audience = Mutex(nil)
        self.watchInterval = watchInterval
    }

    /// Begins to serve on reactors that run, and to look for another model.
    func serve(on reactors: WorkerGroup, _ parts: CommonParts, _ notes: ModelNotes) {
        current.serve(on: reactors)
        let bundle = current.bundle
        notes.figures.modelServed(
            ServiceStatus.Model(version: bundle.fullName, sha256: bundle.sha256))
        audience.withLock { $0 = Audience(parts: parts, notes: notes) }
        if let watchInterval { registry.watch(everyNanoseconds: watchInterval.nanoseconds) }
    }

    /// Loads again what `active` names, also the version that serves.
    func reload() {
        registry.reload { outcome in
            guard case .success(let change) = outcome, !change.isChanged else { return }
            self.audience.withLock { $0 }?.notes.unchanged(change)
        }
    }

    private func install(_ bundle: ModelBundle, _ installed: @escaping @Sendable () -> Void) {
        guard let audience = audience.withLock({ $0 }) else {
            preconditionFailure("nobody asks for another model before the reactors run")
        }
        current.replace(by: bundle, with: audience.parts, installed)
    }

    private func report(_ event: ModelEvent) {
        guard let notes = audience.withLock({ $0 })?.notes else { return }
        switch event {
        case .activated(let change): notes.changed(change)
        case .refused(let refusal): notes.refused(refusal)
        }
    }

    /// Closes the circle of the registry and of who acts for it.
    private final class Forward: Sendable {
        private let service = Mutex<ModelService?>(nil)

        var value: ModelService {
            guard let value = service.withLock({ $0 }) else {
                preconditionFailure("the registry reports nothing before it has started")
            }
            return value
        }

        func set(_ value: ModelService) { service.withLock { $0 = value } }
    }
}
