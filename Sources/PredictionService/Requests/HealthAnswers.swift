internal import Configuration
internal import HTTP
internal import JSON
internal import Telemetry

/// The health routes of one reactor.
struct HealthAnswers {
    private struct Rendered {
        let report: HealthReport
        let generation: Int
        let content: [UInt8]
    }

    private let state: ServiceState
    private let model: ServedModel
    /// The latest document; the next request nearly always gets the same.
    private var rendered: Rendered?

    init(state: ServiceState, model: ServedModel) {
        self.state = state
        self.model = model
    }

    /// Answers with what is known; nobody is asked.
    mutating func answer(
        _ reply: Reply, now: Int64, isDraining: Bool = false, to responder: Responder
    ) {
        let report = HealthReport(
            store: state.store(now: now), audit: state.audit(now: now), isDraining: isDraining)
        responder.answer(
            reply, status: report.passes ? 200 : 503, contentType: "application/health+json",
            fields: report.passes ? "" : "Retry-After: 1\r\n", content: content(of: report))
    }

    /// That an answer is made at all is the answer.
    static func answerLiveness(_ reply: Reply, to responder: Responder) {
        responder.answer(
            reply, status: 200, contentType: "application/health+json",
            content: Array("{\"status\":\"pass\"}".utf8))
    }

    private mutating func content(of report: HealthReport) -> [UInt8] {
        if let rendered, rendered.report == report, rendered.generation == model.generation {
            return rendered.content
        }
        var writer = JSONWriter()
        report.append(
            modelName: model.scorer.model.name, modelVersion: model.scorer.model.version,
            serviceVersion: Release.version, to: &writer)
        let content = writer.finish()
        rendered = Rendered(report: report, generation: model.generation, content: content)
        return content
    }
}
