internal import JSON

/// What the health routes say: `application/health+json`, as draft-inadarei-api-health-check has
/// it.
package struct HealthReport {
    /// What is known of the store of tokens and quotas.
    package enum Store: CaseIterable, Equatable, Sendable {
        /// Kept in this process: it cannot be away.
        case memory
        case redisAnswers
        case redisFails
    }

    private let modelName: String
    private let modelVersion: String
    private let serviceVersion: String
    /// Rendered bodies by what they depend on; there are six of them.
    private var rendered: [Key: [UInt8]] = [:]

    private struct Key: Hashable {
        let store: Store
        let isDraining: Bool
    }

    package init(modelName: String, modelVersion: String, serviceVersion: String) {
        self.modelName = modelName
        self.modelVersion = modelVersion
        self.serviceVersion = serviceVersion
    }

    package static func passes(store: Store, isDraining: Bool) -> Bool {
        store != .redisFails && !isDraining
    }

    /// The body; made once for each state.
    package mutating func body(store: Store, isDraining: Bool) -> [UInt8] {
        let key = Key(store: store, isDraining: isDraining)
        if let body = rendered[key] { return body }
        let body = render(store: store, isDraining: isDraining)
        rendered[key] = body
        return body
    }

    private func render(store: Store, isDraining: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        HealthReport.add(
            "status", HealthReport.passes(store: store, isDraining: isDraining), to: &writer)
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
        if isDraining { HealthReport.addCheck("draining", passes: false, to: &writer) }
        writer.endObject()
        writer.endObject()
        return writer.finish()
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
