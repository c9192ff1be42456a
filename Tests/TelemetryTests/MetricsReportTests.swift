import Access
import Behaviour
import Bundle
import Features
import HTTP
import HTTPServer
import Metrics
import Models
import POSIX
import Redis
import Telemetry
import TestSupport
import Testing

@Suite struct MetricsReportTests {
    private let schema = try? ModelBundle(directory: BuiltProgram.modelPath).schema

    /// Counts of everything there is.
    private func metrics() throws -> ServiceMetrics {
        var metrics = ServiceMetrics(labels: .sample)
        let series = metrics.modelActivated("telco-churn/2", schema: try #require(schema))
        let tolerant = """
            {"type":"object","properties":{"tenure":{"type":"integer","minimum":0,"maximum":72,
            "x-out-of-range":"flag"}},"required":["tenure"],"additionalProperties":false}
            """
        _ = metrics.modelActivated(
            "telco-churn/2", schema: try Schema(json: Array(tolerant.utf8).span))
        metrics.outOfRange(["tenure"])
        for method in [HTTPMethod?.some(.get), .head, .post, .other, nil] {
            for route in RouteLabel.all.map(RouteLabel?.some) + [nil] {
                for status in RequestLabels.sampleStatuses + [299] {
                    metrics.requestAnswered(
                        method: method, route: route, status: status, nanoseconds: 1_000_000)
                }
            }
        }
        metrics.predicted(series, risk: .high, probability: 0.9)
        metrics.tokenJudged(.accepted)
        metrics.storeDecided(.admitted(left: 1, resetSeconds: 1))
        metrics.redisAnswered(nanoseconds: 500_000)
        metrics.redisFailed(RedisFailure.deadlinePassed)
        metrics.activeRequests = 3
        return metrics
    }

    private func facts() -> ServiceStatus {
        var facts = ServiceStatus(version: "0.1.0")
        facts.model = ServiceStatus.Model(version: "telco-churn/2", sha256: "ab12")
        facts.reloads.count(.refused)
        facts.audit = ServiceStatus.Audit(records: 5, bytes: 4096, failures: 1, isUp: true)
        facts.isRedisUp = true
        facts.publicConnections.open = 12
        facts.publicConnections.displaced = 3
        facts.publicConnections.overShare = 4
        var operations = ConnectionFigures()
        operations.open = 1
        facts.operationsConnections = operations
        for result in HandshakeResult.allCases { facts.publicConnections.count(result) }
        facts.publicCertificateSeconds = 86_400
        facts.operationsCertificateSeconds = -5
        facts.certificateReloads.count(.loaded)
        var behaviour = BehaviourFigures()
        behaviour.alarms.count(.similar)
        behaviour.subjects = 9
        facts.behaviour = behaviour
        facts.issuerKeys = ServiceStatus.FetchedKeys(
            fetches: ClosedCounter(), ageSeconds: 1.5, maxAgeSeconds: 300)
        facts.checkpoints = ServiceStatus.Checkpoints(
            deliveries: ClosedCounter(), ageSeconds: 2.5, waitingSeconds: 0.5)
        facts.droppedLogLines = 7
        facts.lostLogLines = 8
        facts.process.cpuSeconds = 1.5
        facts.process.residentBytes = 10_485_760
        facts.process.virtualBytes = 104_857_600
        facts.process.openDescriptors = 30
        facts.process.descriptorsMax = 1024
        facts.process.startUnixSeconds = 1_790_000_000.25
        return facts
    }

    @Test func `every family of the table is written, in its order`() throws {
        let text = MetricsText(try metrics(), facts())
        #expect(text.families == MetricTable.all.map(\.name))
        let open = MetricsText(try metrics(), facts(), format: .openMetrics)
        #expect(open.families == MetricTable.all.map { String($0.stem) })
        #expect(open.samples == text.samples)
    }

    @Test func `promtool has nothing to say`() throws {
        let output = try Promtool.check(
            ["check", "metrics"], input: MetricsText(try metrics(), facts()).text)
        #expect(output == "")
        try Promtool.check(["check", "metrics"], input: MetricsText().text)
    }

    @Test func `promtool would have something to say`() throws {
        let child = try ChildProcess(
            "/usr/bin/promtool", ["check", "metrics"],
            input: MetricsText().text.replacing("churnd_auth_total", with: "churnd_auth"))
        #expect(try child.waitForExit() == .code(3))
        #expect(child.errors.contains("churnd_auth"))
    }

    @Test func `what does not exist is left out, and nothing is counted at the start`() throws {
        let text = MetricsText()
        let absent: Set = [
            "churnd_tls_handshakes_total", "churnd_tls_certificate_expires_in_seconds",
            "churnd_tls_reloads_total", "churnd_predictions_total", "churnd_out_of_range_total",
            "churnd_behaviour_alarms_total", "churnd_behaviour_alarmed_subjects",
            "churnd_behaviour_subjects", "churnd_behaviour_dropped_total",
            "churnd_jwks_fetches_total", "churnd_jwks_age_seconds", "churnd_jwks_max_age_seconds",
            "churnd_redis_up", "churnd_redis_duration_seconds",
            "churnd_redis_errors_total", "churnd_revocations_noticed_total",
            "churnd_model_info", "churnd_audit_up", "churnd_audit_records_total",
            "churnd_audit_bytes_total", "churnd_audit_failures_total",
            "churnd_audit_checkpoint_deliveries_total", "churnd_audit_checkpoint_age_seconds",
            "churnd_audit_checkpoint_waiting_seconds",
            "process_cpu_seconds_total", "process_resident_memory_bytes",
            "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
            "process_start_time_seconds",
        ]
        #expect(text.families == MetricTable.all.map(\.name).filter { !absent.contains($0) })
        let values = text.samples.filter { !$0.key.hasPrefix("churnd_build_info") }.values
        #expect(Set(values) == ["0"])
        #expect(text[#"churnd_build_info{version="0"}"#] == "1")
        #expect(text[#"http_server_connections{listener="public"}"#] == "0")
        #expect(text[#"http_server_connections{listener="operations"}"#] == nil)
    }

    @Test func `facts of the process are told as they are`() throws {
        let text = MetricsText(try metrics(), facts())
        let expected = [
            "http_server_active_requests": "3",
            #"http_server_connections{listener="public"}"#: "12",
            #"http_server_connections{listener="operations"}"#: "1",
            #"churnd_connections_dropped_total{listener="public",reason="displaced"}"#: "3",
            #"churnd_connections_dropped_total{listener="public",reason="address_share"}"#: "4",
            #"churnd_connections_dropped_total{listener="operations",reason="displaced"}"#: "0",
            #"churnd_behaviour_alarms_total{signal="similar"}"#: "1",
            #"churnd_behaviour_alarms_total{signal="rate"}"#: "0",
            "churnd_behaviour_alarmed_subjects": "0", "churnd_behaviour_subjects": "9",
            "churnd_behaviour_dropped_total": "0",
            "churnd_redis_up": "1",
            #"churnd_model_info{model_version="telco-churn/2",sha256="ab12"}"#: "1",
            #"churnd_model_reloads_total{result="activated"}"#: "0",
            #"churnd_model_reloads_total{result="refused"}"#: "1",
            #"churnd_model_reloads_total{result="rolled_back"}"#: "0",
            #"churnd_model_reloads_total{result="unchanged"}"#: "0",
            "churnd_audit_up": "1", "churnd_audit_records_total": "5",
            "churnd_audit_bytes_total": "4096", "churnd_audit_failures_total": "1",
            #"churnd_build_info{version="0.1.0"}"#: "1",
            "churnd_log_lines_dropped_total": "7", "churnd_log_lines_lost_total": "8",
            "process_cpu_seconds_total": "1.5", "process_resident_memory_bytes": "10485760",
            "process_virtual_memory_bytes": "104857600", "process_open_fds": "30",
            "process_max_fds": "1024", "process_start_time_seconds": "1790000000.25",
        ]
        for (name, value) in expected { #expect(text[name] == value, "\(name)") }
    }

    @Test func `what is down is 0`() throws {
        var facts = facts()
        facts.isRedisUp = false
        facts.audit = ServiceStatus.Audit(records: 0, bytes: 0, failures: 1, isUp: false)
        let text = MetricsText(ServiceMetrics(labels: .sample), facts)
        #expect(text["churnd_redis_up"] == "0")
        #expect(text["churnd_audit_up"] == "0")
    }

    @Test func `a gauge that was caught between two reactors is not below zero`() throws {
        var metrics = ServiceMetrics(labels: .sample)
        metrics.activeRequests = -1
        #expect(MetricsText(metrics)["http_server_active_requests"] == "0")
    }

    @Test func `a model's name cannot break a line`() throws {
        var metrics = ServiceMetrics(labels: .sample)
        _ = metrics.modelActivated("a\"} 1\n\\", schema: try #require(schema))
        let name = #"churnd_predictions_total{model_version="a\"} 1\n\\",risk_level="High"}"#
        #expect(MetricsText(metrics)[name] == "0")
    }
}
