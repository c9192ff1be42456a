import Access
import Features
import HTTP
import JSON
import JWT
import Metrics
import Models
import OpenSSL
import Redis
import ServiceTestSupport
import Telemetry
import Testing

@Suite struct ServiceMetricsTests {
    private func schema(_ names: [String]) throws -> Schema {
        let properties = names.map { #""\#($0)": {"type": "number", "minimum": 0, "maximum": 9}"# }
        let required = names.map { "\"\($0)\"" }
        return try Schema(
            json: Array(
                """
                {"type": "object", "additionalProperties": false,
                 "required": [\(required.joined(separator: ","))],
                 "properties": {\(properties.joined(separator: ","))}}
                """.utf8
            ).span)
    }

    private func violation(
        _ field: String, _ code: ViolationCode = .missing
    ) -> Violation {
        Violation(field: field, code: code, detail: "")
    }

    private func duration(_ labels: String, _ suffix: String = "count") -> String {
        "http_server_request_duration_seconds_\(suffix){\(labels)}"
    }

    @Test func `a request is counted by method, route and status`() {
        var metrics = ServiceMetrics(labels: .sample)
        for _ in 0..<3 {
            metrics.requestAnswered(
                method: .post, route: .predict, status: 200, nanoseconds: 250_000)
        }
        metrics.requestAnswered(method: .post, route: .predict, status: 422, nanoseconds: 1)
        metrics.requestAnswered(method: nil, route: nil, status: 400, nanoseconds: 11_000_000_000)
        let text = MetricsText(metrics)
        let predicted = #"method="POST",route="/predict",status="200""#
        #expect(text[duration(predicted)] == "3")
        #expect(text[duration(predicted, "sum")] == "0.00075")
        #expect(text[duration(predicted + #",le="0.0001""#, "bucket")] == "0")
        #expect(text[duration(predicted + #",le="0.00025""#, "bucket")] == "3")
        #expect(text[duration(predicted + #",le="10.0""#, "bucket")] == "3")
        #expect(text[duration(#"method="POST",route="/predict",status="422""#)] == "1")
        let unread = #"method="none",route="none",status="400""#
        #expect(text[duration(unread + #",le="10.0""#, "bucket")] == "0")
        #expect(text[duration(unread + #",le="+Inf""#, "bucket")] == "1")
        let name = "http_server_request_duration_seconds_count"
        let initial = MetricsText().samples(of: name).count
        #expect(
            text.samples(of: name).count == initial + 1, "the other two are there from the start")
    }

    @Test(arguments: [
        (HTTPMethod?.some(.get), "GET"), (.head, "HEAD"), (.post, "POST"), (.other, "other"),
        (nil, "none"),
    ]) func `a method is called as in the log`(method: HTTPMethod?, name: String) {
        var metrics = ServiceMetrics(labels: .sample)
        metrics.requestAnswered(method: method, route: nil, status: 404, nanoseconds: 0)
        let expected = duration(#"method="\#(name)",route="none",status="404""#)
        #expect(MetricsText(metrics)[expected] == "1")
    }

    @Test(arguments: RouteLabel.all) func `a route is called by its path`(route: RouteLabel) {
        var metrics = ServiceMetrics(labels: .sample)
        metrics.requestAnswered(method: .get, route: route, status: 200, nanoseconds: 0)
        let expected = duration(#"method="GET",route="\#(route.path)",status="200""#)
        #expect(MetricsText(metrics)[expected] == "1")
    }

    @Test func `every status of the service has its number, and any other is other`() {
        let known = Set(RequestLabels.sampleStatuses)
        for status in UInt16.min...UInt16.max where known.contains(status) || status % 97 == 0 {
            var metrics = ServiceMetrics(labels: .sample)
            metrics.requestAnswered(method: .get, route: .health, status: status, nanoseconds: 0)
            let value = known.contains(status) ? "\(status)" : "other"
            let labels = #"method="GET",route="/health",status="\#(value)""#
            #expect(MetricsText(metrics)[duration(labels)] == "1", "\(status)")
        }
    }

    @Test(arguments: [Int64.min, -1, 0]) func `a clock that went back took no time`(
        nanoseconds: Int64
    ) {
        var metrics = ServiceMetrics(labels: .sample)
        metrics.requestAnswered(
            method: .get, route: .health, status: 200, nanoseconds: nanoseconds)
        metrics.redisAnswered(nanoseconds: nanoseconds)
        var facts = ServiceStatus(version: "0")
        facts.isRedisUp = true
        let text = MetricsText(metrics, facts)
        let labels = #"method="GET",route="/health",status="200""#
        #expect(text[duration(labels, "sum")] == "0")
        #expect(text["churnd_redis_duration_seconds_sum"] == "0")
        #expect(text["churnd_redis_duration_seconds_count"] == "1")
    }

    @Test func `a prediction is counted by model and risk, and its probability`() throws {
        var metrics = ServiceMetrics(labels: .sample)
        let series = metrics.modelActivated("telco-churn/1", schema: try schema(["a"]))
        metrics.predicted(series, risk: .high, probability: 0.75)
        metrics.predicted(series, risk: .high, probability: 1)
        metrics.predicted(series, risk: .low, probability: 0)
        let text = MetricsText(metrics)
        let counts = RiskLevel.allCases.map { risk in
            text[
                #"churnd_predictions_total{model_version="telco-churn/1","#
                    + #"risk_level="\#(risk.rawValue)"}"#]
        }
        #expect(counts == ["2", "0", "1"])
        #expect(text[#"churnd_probability_bucket{le="0.05"}"#] == "1")
        #expect(text[#"churnd_probability_bucket{le="0.7"}"#] == "1")
        #expect(text[#"churnd_probability_bucket{le="0.75"}"#] == "2")
        #expect(text[#"churnd_probability_bucket{le="1.0"}"#] == "3")
        #expect(text["churnd_probability_sum"] == "1.75")
    }

    @Test func `what a token is found to be is one of the results`() {
        var metrics = ServiceMetrics(labels: .sample)
        metrics.tokenJudged(.missing)
        for error in EveryError.token { metrics.tokenJudged(TokenResult(error)) }
        let found = MetricsText(metrics).samples(of: "churnd_auth_total")
        let expected: [(TokenResult, Int)] = [
            (.accepted, 0), (.missing, 1), (.malformed, 4), (.unsupported, 5), (.unknownKey, 2),
            (.badSignature, 1), (.invalidClaim, 4), (.wrongIssuer, 1), (.wrongAudience, 1),
            (.wrongCertificate, 1), (.notYetValid, 2), (.expired, 1), (.revoked, 0),
            (.insufficientScope, 1), (.stale, 1),
            (.undecided, 1),
        ]
        #expect(expected.map(\.0) == TokenResult.allCases)
        #expect(found.count == expected.count)
        for (result, count) in expected {
            #expect(found[#"churnd_auth_total{result="\#(result.label)"}"#] == "\(count)")
        }
    }

    @Test(arguments: [
        (AdmissionDecision.admitted(left: 1, resetSeconds: 2), TokenResult.accepted, ["admitted"]),
        (.uncharged, .accepted, ["uncharged"]),
        (.partly(count: 3, retrySeconds: 3), .accepted, ["partly"]),
        (.refused(retrySeconds: 3), .accepted, ["refused"]),
        (.beyondLimit(limit: 3), .accepted, ["refused"]),
        (.unavailable(.unexpectedReply), .undecided, ["unavailable"]),
        (.revoked, .revoked, []),
    ]) func `a decision of the store is counted for token and quota`(
        decision: AdmissionDecision, result: TokenResult, quota: [String]
    ) {
        var metrics = ServiceMetrics(labels: .sample)
        metrics.storeDecided(decision)
        let text = MetricsText(metrics)
        for other in TokenResult.allCases {
            let name = #"churnd_auth_total{result="\#(other.label)"}"#
            #expect(text[name] == (other == result ? "1" : "0"))
        }
        for other in ["admitted", "partly", "refused", "uncharged", "unavailable"] {
            let name = #"churnd_quota_total{decision="\#(other)"}"#
            #expect(text[name] == (quota.contains(other) ? "1" : "0"))
        }
    }

    @Test func `a failure of Redis is one of the kinds`() {
        let code = RedisErrorCode(of: Array("LOADING x".utf8))
        let failures: [(RedisFailure, String)] = [
            (.deadlinePassed, "deadline"), (.hostUnknown(reason: "no such host"), "host_unknown"),
            (.connectFailed(code: 111), "connect"), (.closedByRedis, "connection_lost"),
            (.connectionLost(code: 104), "connection_lost"),
            (.closedUnanswered, "connection_lost"), (.tlsFile(reason: "x"), "tls"),
            (.tls(.wrongName), "tls"), (.handshakeUnanswered, "tls"),
            (.authenticationRefused(code), "authentication"), (.databaseRefused(code), "database"),
            (.protocolViolation, "protocol_violation"), (.errorReply(code), "error_reply"),
            (.queueFull, "queue_full"), (.sentinelRefused(code), "no_primary"),
            (.primaryUnknown, "no_primary"), (.notPrimary, "no_primary"),
            (.primaryMoved, "no_primary"), (.staleSentinel, "no_primary"),
            (.roleRefused(code), "no_primary"), (.listeningRefused(code), "error_reply"),
            (.sentinelAuthenticationRefused(code), "authentication"),
        ]
        var facts = ServiceStatus(version: "0")
        facts.isRedisUp = false
        for (failure, kind) in failures {
            var metrics = ServiceMetrics(labels: .sample)
            metrics.redisFailed(failure)
            metrics.redisFailed(AdmissionFailure.redis(failure))
            let found = MetricsText(metrics, facts).samples(of: "churnd_redis_errors_total")
            #expect(found.count == RedisFailureKind.allCases.count)
            #expect(
                found.filter { $0.value != "0" }
                    == [#"churnd_redis_errors_total{kind="\#(kind)"}"#: "2"])
        }
    }

    @Test func `a failure of the store need not be one of Redis`() {
        #expect(RedisFailureKind(.foreignQuotaKey) == .foreignKey)
        #expect(RedisFailureKind(.unexpectedReply) == .unexpectedReply)
        #expect(RedisFailureKind(.storeFull(subjectsMax: 1)) == nil)
    }

    @Test func `labels are lower-case words, each once, and numbered in order`() {
        func check<Label: MetricLabel>(_ type: Label.Type) {
            let labels = Label.allCases.map(\.label)
            #expect(Set(labels).count == labels.count)
            #expect(Label.allCases.map(\.rawValue) == Array(0..<labels.count))
            for label in labels {
                #expect(label.utf8.allSatisfy { 0x61...0x7A ~= $0 || $0 == 0x5F }, "\(label)")
            }
        }
        check(TokenResult.self)
        check(QuotaDecision.self)
        check(RedisFailureKind.self)
        check(ModelReloadResult.self)
        check(FileReloadResult.self)
        check(KeyFetchResult.self)
    }

    @Test func `an invalid field is counted by the schema's name, never by the caller's`() throws {
        var metrics = ServiceMetrics(labels: .sample)
        _ = metrics.modelActivated("m/1", schema: try schema(["tenure", "charges"]))
        metrics.recordInvalid([
            violation("tenure"), violation("tenure", .outOfRange),
            violation("caller's\"\n", .unknownField), violation("tenure", .unknownField),
        ])
        metrics.recordInvalid([violation("of another schema")])
        #expect(
            MetricsText(metrics).samples(of: "churnd_validation_errors_total") == [
                #"churnd_validation_errors_total{field="tenure"}"#: "2",
                #"churnd_validation_errors_total{field="charges"}"#: "0",
                #"churnd_validation_errors_total{field="unknown_field"}"#: "2",
                #"churnd_validation_errors_total{field="other"}"#: "1",
            ])
    }

    @Test func `only fields that take numbers beyond their bounds have a series for that`() throws {
        var metrics = ServiceMetrics(labels: .sample)
        let text = """
            {"type":"object","properties":{
            "a":{"type":"integer","minimum":0,"maximum":9,"x-out-of-range":"clamp"},
            "b":{"type":"number","minimum":0,"maximum":9,"x-out-of-range":"flag"},
            "c":{"type":"number","minimum":0,"maximum":9}},
            "required":["a","b","c"],"additionalProperties":false}
            """
        _ = metrics.modelActivated("m/1", schema: try Schema(json: Array(text.utf8).span))
        metrics.outOfRange(["a", "b"])
        metrics.outOfRange(["b"])
        var sum = metrics
        sum.merge(metrics)
        #expect(
            MetricsText(sum).samples(of: "churnd_out_of_range_total") == [
                #"churnd_out_of_range_total{field="a"}"#: "2",
                #"churnd_out_of_range_total{field="b"}"#: "4",
            ])
    }

    @Test func `a schema's field of a name that is taken is no second series`() throws {
        var metrics = ServiceMetrics(labels: .sample)
        _ = metrics.modelActivated("m/1", schema: try schema(["other", "unknown_field"]))
        metrics.recordInvalid([violation("other")])
        let found = MetricsText(metrics).samples(of: "churnd_validation_errors_total")
        #expect(found.count == 2)
        #expect(found[#"churnd_validation_errors_total{field="other"}"#] == "1")
    }

    @Test(arguments: [63, 64, 65, 200])
    func `sixty-four names of fields are told apart, over all schemas`(count: Int) throws {
        var metrics = ServiceMetrics(labels: .sample)
        for start in stride(from: 0, to: count, by: 50) {
            let names = (start..<min(start + 50, count)).map { "field\($0)" }
            _ = metrics.modelActivated("m/\(start)", schema: try schema(names))
        }
        for number in 0..<count { metrics.recordInvalid([violation("field\(number)")]) }
        let found = MetricsText(metrics).samples(of: "churnd_validation_errors_total")
        #expect(found.count == min(count, 64) + 2)
        #expect(
            found[#"churnd_validation_errors_total{field="other"}"#] == "\(max(0, count - 64))")
    }
}
