internal import Configuration
internal import HTTP
internal import JSON
internal import Reactor
internal import Telemetry

/// `GET /health`: whether everything that churnd depends on works, as far as it is known.
enum HealthRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        calls.health.answer(
            call, calls, store: calls.state.store(now: calls.loop.now), isDraining: false)
    }
}

/// `GET /readyz`: whether requests should be sent here.
enum ReadinessRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        calls.health.answer(
            call, calls, store: calls.state.readyStore(now: calls.loop.now),
            isDraining: calls.state.isDraining)
    }
}

/// `GET /livez`: that an answer is made at all is the answer.
enum LivenessRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        calls.answer(call) {
            $0.answer(
                call, status: 200, contentType: HealthDocument.contentType,
                content: Array("{\"status\":\"pass\"}".utf8))
        }
    }
}

extension Calls {
    /// What `/readyz` answers with: neither Redis nor the disk is asked.
    var readiness: HealthReport {
        let now = loop.now
        return HealthReport(
            store: state.readyStore(now: now), audit: state.audit(now: now), keys: state.keys,
            isDraining: state.isDraining)
    }
}

/// The latest health report; the next request nearly always gets the same.
final class HealthDocument {
    static let contentType: StaticString = "application/health+json"

    private var report: HealthReport?
    private var generation = 0
    private var content: [UInt8] = []

    /// Answers with what is known; neither Redis nor the disk is asked.
    func answer(
        _ call: Call, _ calls: Calls, store: HealthReport.Store, isDraining: Bool
    ) {
        let now = calls.loop.now
        let report = HealthReport(
            store: store, audit: calls.state.audit(now: now), keys: calls.state.keys,
            features: calls.state.features(now: now), isDraining: isDraining)
        let model = calls.model
        if report != self.report || generation != model.generation {
            var writer = JSONWriter()
            report.append(
                modelName: model.scorer.model.name, modelVersion: model.scorer.model.version,
                serviceVersion: Release.version, to: &writer)
            content = writer.finish()
            self.report = report
            generation = model.generation
        }
        let content = content
        calls.answer(call) {
            $0.answer(
                call, status: report.passes ? 200 : 503, contentType: HealthDocument.contentType,
                fields: report.passes ? "" : "Retry-After: 1\r\n", content: content)
        }
    }
}
