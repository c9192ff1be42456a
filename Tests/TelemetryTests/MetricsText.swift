import Metrics
import Telemetry
import TestSupport
import Testing

/// What a scrape is answered with, taken apart.
struct MetricsText {
    let text: String
    /// The value of each sample, by its name with its labels.
    let samples: [String: String]
    /// The names after `# TYPE`, in their order.
    let families: [String]

    init(
        _ metrics: ServiceMetrics = ServiceMetrics(labels: .sample),
        _ facts: ServiceStatus = ServiceStatus(version: "0"), format: ExpositionFormat = .text
    ) {
        text = String(
            decoding: MetricsReport.render(metrics, facts, format: format), as: UTF8.self)
        let parsed = MetricSamples(text)
        #expect(parsed.repeated == [])
        samples = parsed.values
        families = parsed.families
    }

    subscript(_ name: String) -> String? { samples[name] }

    /// The samples whose names begin like this.
    func samples(of prefix: String) -> [String: String] {
        samples.filter { $0.key.hasPrefix(prefix) }
    }
}
