import HTTP
import Metrics
import Serving
import Telemetry
import TestSupport
import Testing

/// What the log and the metrics call the service's routes and statuses.
@Suite struct RequestLabelsTests {
    private func samples(_ metrics: ServiceMetrics) -> [String: String] {
        let facts = ServiceStatus(version: "0")
        let bytes = MetricsReport.render(metrics, facts, format: .text)
        return MetricSamples(String(decoding: bytes, as: UTF8.self)).values
    }

    @Test func `a route is called by its path, each has its own place`() {
        let labels = Route.table.map(\.label)
        #expect(labels.map { "\($0.path)" } == Route.table.map { "\($0.path)" })
        #expect(Set(labels.map { "\($0.path)" }).count == labels.count)
        #expect(labels.map(\.index) == Array(labels.indices))
        let health = labels.filter(\.isHealth).map { "\($0.path)" }
        #expect(
            health.sorted() == [
                "/", "/health", "/livez", "/ping", "/readyz", "/v2/health/live", "/v2/health/ready",
                "/v2/models/{model}/ready", "/v2/models/{model}/versions/{version}/ready",
            ])
    }

    @Test func `every status of the service has its number`() throws {
        var metrics = ServiceMetrics(labels: .service)
        let statuses = Set(ProblemType.allCases.map(\.status) + [200, 204, 304])
        let health = try #require(Route.table.first { "\($0.path)" == "/health" }).label
        for status in statuses {
            metrics.requestAnswered(
                method: .head, route: health, status: status, nanoseconds: 0)
        }
        let samples = samples(metrics)
        for status in statuses {
            let labels = #"method="HEAD",route="/health",status="\#(status)""#
            #expect(samples["http_server_request_duration_seconds_count{\(labels)}"] == "1")
        }
    }

    @Test func `the answers that alerts count are there with 0 from the start`() {
        let samples = samples(ServiceMetrics(labels: .service))
        let name = "http_server_request_duration_seconds_count"
        let expected: [(method: String, route: String, statuses: [Int])] = [
            ("POST", "/predict", [200, 400, 401, 403, 411, 413, 415, 422, 429, 503]),
            ("GET", "/health", [200, 503]), ("GET", "/readyz", [200, 503]),
        ]
        for (method, route, statuses) in expected {
            for status in statuses {
                let labels = #"method="\#(method)",route="\#(route)",status="\#(status)""#
                #expect(samples["\(name){\(labels)}"] == "0", "\(labels)")
            }
        }
        #expect(
            samples.keys.count { $0.hasPrefix(name) }
                == expected.reduce(0) { $0 + $1.statuses.count })
    }
}
