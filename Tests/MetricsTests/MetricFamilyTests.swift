import Metrics
import Testing

@Suite struct MetricFamilyTests {
    @Test(arguments: [
        ("a_total", MetricKind.counter, "a"), ("a_seconds_total", .counter, "a_seconds"),
        ("a_info", .info, "a"), ("a_info", .gauge, "a_info"), ("a", .gauge, "a"),
        ("a_seconds", .histogram, "a_seconds"),
    ]) func `the stem is the name without what its kind adds`(
        name: String, kind: MetricKind, stem: String
    ) {
        #expect(MetricFamily(name, kind, help: "h").stem == stem)
    }

    @Test func `names have letters, digits and underscores`() async {
        #expect(MetricFamily("_aZ9", .gauge, labels: ["_b9"], help: "h").name == "_aZ9")
        await #expect(processExitsWith: .failure) { _ = MetricFamily("", .gauge, help: "h") }
        await #expect(processExitsWith: .failure) { _ = MetricFamily("9a", .gauge, help: "h") }
        await #expect(processExitsWith: .failure) { _ = MetricFamily("a-b", .gauge, help: "h") }
        await #expect(processExitsWith: .failure) { _ = MetricFamily("a:b", .gauge, help: "h") }
        await #expect(processExitsWith: .failure) { _ = MetricFamily("é", .gauge, help: "h") }
    }

    @Test func `a counter ends with total, an info with info, and nothing else is a total`() async {
        await #expect(processExitsWith: .failure) { _ = MetricFamily("a", .counter, help: "h") }
        await #expect(processExitsWith: .failure) {
            _ = MetricFamily("_total", .counter, help: "h")
        }
        await #expect(processExitsWith: .failure) { _ = MetricFamily("a", .info, help: "h") }
        await #expect(processExitsWith: .failure) { _ = MetricFamily("a_total", .gauge, help: "h") }
        await #expect(processExitsWith: .failure) { _ = MetricFamily("a", .gauge, help: "") }
    }

    @Test func `a unit ends the name or stands before total`() async {
        let counter = MetricFamily("a_bytes_total", .counter, unit: .bytes, help: "h")
        #expect(counter.unit == .bytes)
        await #expect(processExitsWith: .failure) {
            _ = MetricFamily("a_total", .counter, unit: .bytes, help: "h")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricFamily("a_bytes", .gauge, unit: .seconds, help: "h")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricFamily("a_bytes_info", .info, unit: .bytes, help: "h")
        }
    }

    @Test func `labels are names, each once, none of them Prometheus' own`() async {
        await #expect(processExitsWith: .failure) {
            _ = MetricFamily("a", .gauge, labels: ["b c"], help: "h")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricFamily("a", .gauge, labels: ["__name"], help: "h")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricFamily("a", .gauge, labels: ["b", "b"], help: "h")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricFamily("a", .histogram, labels: ["le"], help: "h")
        }
    }
}
