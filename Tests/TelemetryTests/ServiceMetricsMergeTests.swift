import Access
import Bundle
import Features
import HTTP
import Models
import Redis
import Telemetry
import TestSupport
import Testing

/// Snapshots, sums of them, and the bound on the models that are distinguished.
@Suite struct ServiceMetricsMergeTests {
    private let schema: Schema

    init() throws { schema = try ModelBundle(directory: BuiltProgram.modelPath).schema }

    /// The predictions of high risk, by model.
    private func predictions(_ metrics: ServiceMetrics) -> [String: Int] {
        var found: [String: Int] = [:]
        let samples = MetricsText(metrics).samples(of: "churnd_predictions_total")
        for (name, value) in samples where name.contains(#"risk_level="High""#) {
            let version = name.split(separator: "\"")[1]
            found[String(version)] = Int(value)
        }
        return found
    }

    private func metrics(activating versions: Range<Int>, predicting: Bool = true) -> ServiceMetrics
    {
        var metrics = ServiceMetrics(labels: .sample)
        for number in versions {
            let series = metrics.modelActivated("m/\(number)", schema: schema)
            if predicting { metrics.predicted(series, risk: .high, probability: 0.9) }
        }
        return metrics
    }

    @Test(arguments: [15, 16, 17, 100])
    func `sixteen models are told apart, older ones are counted together`(count: Int) {
        let found = predictions(metrics(activating: 0..<count))
        let apart = (max(0, count - 16)..<count).map { "m/\($0)" }
        var expected = Dictionary(uniqueKeysWithValues: apart.map { ($0, 1) })
        if count > 16 { expected["other"] = count - 16 }
        #expect(found == expected)
    }

    @Test func `a model that serves again goes on where it was and is the latest`() {
        var metrics = metrics(activating: 0..<16)
        let first = metrics.modelActivated("m/0", schema: schema)
        metrics.predicted(first, risk: .high, probability: 0.9)
        _ = metrics.modelActivated("m/16", schema: schema)
        metrics.predicted(first, risk: .high, probability: 0.9)
        let found = predictions(metrics)
        #expect(found["m/0"] == 3)
        #expect(found["m/1"] == nil)
        #expect(found["other"] == 1)
    }

    @Test func `the last requests of a model that was given up count as other`() {
        var metrics = ServiceMetrics(labels: .sample)
        let first = metrics.modelActivated("m/0", schema: schema)
        for number in 1...16 { _ = metrics.modelActivated("m/\(number)", schema: schema) }
        metrics.predicted(first, risk: .high, probability: 0.9)
        let found = predictions(metrics)
        #expect(found["other"] == 1)
        #expect(found["m/16"] == 0)
        #expect(found.count == 17)
    }

    /// Counts something of each kind.
    private func count(in metrics: inout ServiceMetrics, nanoseconds: Int64, health: UInt16) {
        metrics.requestAnswered(
            method: .post, route: .predict, status: 200, nanoseconds: nanoseconds)
        metrics.requestAnswered(
            method: .get, route: .health, status: health, nanoseconds: nanoseconds)
        metrics.tokenJudged(.expired)
        metrics.storeDecided(.uncharged)
        metrics.redisAnswered(nanoseconds: nanoseconds)
        metrics.redisFailed(RedisFailure.deadlinePassed)
        metrics.recordInvalid([Violation(field: "tenure", code: .missing, detail: "")])
        metrics.activeRequests = 2
    }

    @Test func `the sum over reactors has what each has counted`() throws {
        var first = metrics(activating: 0..<2)
        var second = metrics(activating: 0..<2)
        count(in: &first, nanoseconds: 1_000_000, health: 200)
        count(in: &second, nanoseconds: 3_000_000, health: 503)
        var sum = ServiceMetrics(labels: .sample)
        sum.merge(first)
        sum.merge(second)
        var facts = ServiceStatus(version: "0")
        facts.isRedisUp = true
        let text = MetricsText(sum, facts)
        let predicted = #"{method="POST",route="/predict",status="200"}"#
        let unhealthy = #"{method="GET",route="/health",status="503"}"#
        let expected = [
            "http_server_request_duration_seconds_count" + predicted: "2",
            "http_server_request_duration_seconds_sum" + predicted: "0.004",
            "http_server_request_duration_seconds_count" + unhealthy: "1",
            "http_server_active_requests": "4",
            #"churnd_predictions_total{model_version="m/1",risk_level="High"}"#: "2",
            "churnd_probability_count": "4",
            #"churnd_auth_total{result="expired"}"#: "2",
            #"churnd_auth_total{result="accepted"}"#: "2",
            #"churnd_quota_total{decision="uncharged"}"#: "2",
            #"churnd_validation_errors_total{field="tenure"}"#: "2",
            "churnd_redis_duration_seconds_count": "2",
            #"churnd_redis_errors_total{kind="deadline"}"#: "2",
        ]
        for (name, value) in expected { #expect(text[name] == value, "\(name)") }
    }

    @Test func `a sum is the same whichever comes first`() {
        let (first, second) = (metrics(activating: 0..<20), metrics(activating: 0..<23))
        var (one, other) = (first, second)
        one.merge(second)
        other.merge(first)
        #expect(MetricsText(one).text == MetricsText(other).text)
    }

    @Test func `a reactor that is a model behind makes no seventeenth`() {
        var ahead = metrics(activating: 0..<17)
        let behind = metrics(activating: 0..<16)
        ahead.merge(behind)
        let found = predictions(ahead)
        #expect(found.count == 17)
        #expect(found["m/0"] == nil)
        #expect(found["other"] == 2)
        #expect(found["m/1"] == 2)
        #expect(found["m/16"] == 1)
    }

    @Test func `a snapshot keeps what it had`() {
        var metrics = metrics(activating: 0..<1)
        metrics.requestAnswered(method: .get, route: .health, status: 200, nanoseconds: 1)
        let snapshot = metrics
        let before = MetricsText(snapshot).text
        metrics.requestAnswered(method: .get, route: .health, status: 200, nanoseconds: 1)
        metrics.tokenJudged(.missing)
        metrics.storeDecided(.revoked)
        _ = metrics.modelActivated("m/1", schema: schema)
        #expect(MetricsText(snapshot).text == before)
        #expect(MetricsText(metrics).text != before)
    }
}
