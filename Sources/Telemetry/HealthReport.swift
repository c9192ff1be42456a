package import JSON

/// What the health routes say: `application/health+json`, as draft-inadarei-api-health-check has
/// it.
package struct HealthReport: Equatable, Sendable {
    /// What is known of the store of tokens and quotas.
    package enum Store: CaseIterable, Equatable, Sendable {
        /// Kept in this process: it cannot be away.
        case memory
        case redisAnswers
        case redisFails
    }

    /// What is known of the audit log.
    package enum Audit: CaseIterable, Equatable, Sendable {
        case off
        case writes
        case fails
    }

    /// What is known of the keys of tokens.
    package enum Keys: CaseIterable, Equatable, Sendable {
        /// None is fetched.
        case here
        case fetched
        /// None was fetched yet, or they are too old.
        case missing
    }

    /// What is known of the Redis that customers' features are looked up in.
    package enum Features: CaseIterable, Equatable, Sendable {
        /// None are.
        case off
        case answers
        /// Predictions for records that are sent are not affected.
        case fails
    }

    package let store: Store
    package let audit: Audit
    package let keys: Keys
    package let features: Features
    package let isDraining: Bool

    package init(
        store: Store, audit: Audit, keys: Keys, features: Features = .off, isDraining: Bool
    ) {
        self.features = features
        self.store = store
        self.audit = audit
        self.keys = keys
        self.isDraining = isDraining
    }

    package var passes: Bool {
        store != .redisFails && audit != .fails && keys != .missing && !isDraining
    }

    /// Writes the document.
    package func append(
        modelName: String, modelVersion: String, serviceVersion: String,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        HealthReport.add("status", passes, to: &writer)
        writer.name("version")
        writer.string(serviceVersion)
        writer.name("model")
        writer.beginObject()
        writer.name("name")
        writer.string(modelName)
        writer.name("version")
        writer.string(modelVersion)
        writer.endObject()
        writer.name("checks")
        writer.beginObject()
        HealthReport.addCheck("model", passes: true, to: &writer)
        switch store {
        case .memory: HealthReport.addCheck("memory", passes: true, to: &writer)
        case .redisAnswers: HealthReport.addCheck("redis", passes: true, to: &writer)
        case .redisFails: HealthReport.addCheck("redis", passes: false, to: &writer)
        }
        switch audit {
        case .off: break
        case .writes: HealthReport.addCheck("audit", passes: true, to: &writer)
        case .fails: HealthReport.addCheck("audit", passes: false, to: &writer)
        }
        switch keys {
        case .here: break
        case .fetched: HealthReport.addCheck("keys", passes: true, to: &writer)
        case .missing: HealthReport.addCheck("keys", passes: false, to: &writer)
        }
        switch features {
        case .off: break
        case .answers: HealthReport.addCheck("features", passes: true, to: &writer)
        case .fails: HealthReport.addCheck("features", passes: false, to: &writer)
        }
        if isDraining { HealthReport.addCheck("draining", passes: false, to: &writer) }
        writer.endObject()
        writer.endObject()
    }

    private static func addCheck(
        _ name: StaticString, passes: Bool, to writer: inout JSONWriter
    ) {
        writer.name(name)
        writer.beginArray()
        writer.beginObject()
        add("status", passes, to: &writer)
        writer.endObject()
        writer.endArray()
    }

    private static func add(_ name: StaticString, _ passes: Bool, to writer: inout JSONWriter) {
        writer.name(name)
        writer.string(passes ? "pass" : "fail")
    }
}
