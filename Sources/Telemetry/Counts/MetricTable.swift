internal import HTTPServer
package import Metrics
internal import POSIX

/// Writes what a scrape is answered with.
package enum MetricsReport {
    /// All families of the table that have a sample. Takes some hundred microseconds, so it is not
    /// for a worker that answers predictions.
    ///
    /// - Parameter counts: the sum over all workers.
    package static func render(
        _ counts: ServiceMetrics, _ status: ServiceStatus, format: ExpositionFormat
    ) -> [UInt8] {
        let scrape = Scrape(counts: counts, status: status)
        var writer = MetricsWriter(format)
        for row in MetricTable.rows {
            writer.begin(row.family)
            row.write(scrape, &writer)
        }
        return writer.finish()
    }
}

/// What the rows of the table are written from.
struct Scrape {
    let counts: ServiceMetrics
    let status: ServiceStatus

    var process: ProcessFigures { status.process }
    var hasRedis: Bool { status.isRedisUp != nil }
}

/// A family, and its samples. A metric is one row.
struct MetricRow: Sendable {
    let family: MetricFamily
    let write: @Sendable (Scrape, inout MetricsWriter) -> Void

    init(
        _ name: String, _ kind: MetricKind, unit: MetricUnit? = nil, labels: [String] = [],
        help: String, write: @escaping @Sendable (Scrape, inout MetricsWriter) -> Void
    ) {
        family = MetricFamily(name, kind, unit: unit, labels: labels, help: help)
        self.write = write
    }
}

/// Every family that churnd has, in the order they are written.
package enum MetricTable {
    package static let all = rows.map(\.family)

    static let rows = requests + tls + predictions + behaviour + redis + model + program + process

    private static let requests = [
        MetricRow(
            "http_server_request_duration_seconds", .histogram, unit: .seconds,
            labels: ["method", "route", "status"],
            help: "Time from a request's last byte to its answer, waiting for Redis included."
        ) { $0.counts.requests.write(to: &$1) },
        MetricRow(
            "http_server_active_requests", .gauge,
            help: "Requests that have been read and not answered yet."
        ) { $1.sample(natural($0.counts.activeRequests)) },
        MetricRow(
            "http_server_connections", .gauge, labels: ["listener"],
            help: "Open connections of clients."
        ) { scrape, writer in
            for (listener, figures) in scrape.status.listeners {
                writer.sample(natural(figures.open), [listener])
            }
        },
        MetricRow(
            "churnd_connections_dropped_total", .counter, labels: ["listener", "reason"],
            help: "Connections that were closed because of a limit on connections."
        ) { scrape, writer in
            for (listener, figures) in scrape.status.listeners {
                writer.sample(natural(figures.displaced), [listener, "displaced"])
                writer.sample(natural(figures.overShare), [listener, "address_share"])
            }
        },
    ]

    private static let tls = [
        MetricRow(
            "churnd_tls_handshakes_total", .counter, labels: ["listener", "result"],
            help: "TLS handshakes, by result."
        ) { scrape, writer in
            for (listener, figures) in scrape.status.listeners {
                for (result, count) in zip(HandshakeResult.allCases, figures.handshakes) {
                    writer.sample(count, [listener, result.label])
                }
            }
        },
        MetricRow(
            "churnd_tls_certificate_expires_in_seconds", .gauge, unit: .seconds,
            labels: ["listener"],
            help: "Time until the listener's certificate expires; negative afterwards."
        ) { scrape, writer in
            for (listener, secondsLeft) in scrape.status.certificates {
                writer.sample(Double(secondsLeft), [listener])
            }
        },
        MetricRow(
            "churnd_tls_reloads_total", .counter, labels: ["result"],
            help: "Attempts to read a changed certificate."
        ) {
            if !$0.status.certificates.isEmpty { $0.status.certificateReloads.write(to: &$1) }
        },
    ]

    /// Predictions and what keeps requests from them.
    private static let predictions = [
        MetricRow(
            "churnd_predictions_total", .counter, labels: ["model_version", "risk_level"],
            help: "Predictions that were answered; models before the last 16 together as other."
        ) { $0.counts.predictions.write(to: &$1) },
        MetricRow(
            "churnd_probability", .histogram,
            help: "Probabilities that were answered, after calibration."
        ) { $1.histogram($0.counts.probabilities) },
        MetricRow(
            "churnd_auth_total", .counter, labels: ["result"],
            help: "Requests that need a token, by result."
        ) { $0.counts.tokens.write(to: &$1) },
        MetricRow(
            "churnd_key_reloads_total", .counter, labels: ["result"],
            help: "Attempts to read the keys of tokens again."
        ) { $0.status.keyReloads.write(to: &$1) },
        MetricRow(
            "churnd_role_reloads_total", .counter, labels: ["result"],
            help: "Attempts to read the file of roles again."
        ) { $0.status.roleReloads.write(to: &$1) },
        MetricRow(
            "churnd_jwks_fetches_total", .counter, labels: ["result"],
            help: "Requests for the issuer's keys, by result; absent where none are fetched."
        ) { $0.status.issuerKeys?.fetches.write(to: &$1) },
        MetricRow(
            "churnd_jwks_age_seconds", .gauge, unit: .seconds,
            help: "Time since the issuer's keys were fetched, or since the start."
        ) { if let keys = $0.status.issuerKeys { $1.sample(keys.ageSeconds) } },
        MetricRow(
            "churnd_jwks_max_age_seconds", .gauge, unit: .seconds,
            help: "How old the issuer's keys may become before they are fetched again."
        ) { if let keys = $0.status.issuerKeys { $1.sample(keys.maxAgeSeconds) } },
        MetricRow(
            "churnd_quota_total", .counter, labels: ["decision"],
            help: "Requests with a valid token, by the store's decision."
        ) { $0.counts.quota.write(to: &$1) },
        MetricRow(
            "churnd_abuse_requests_total", .counter, labels: ["result"],
            help: "Requests that failed or were refused under abuse.failures_per_minute, by result."
        ) { $0.counts.abuse.write(to: &$1) },
        MetricRow(
            "churnd_validation_errors_total", .counter, labels: ["field"],
            help: "Invalid fields of refused records, by the schema's names."
        ) { $0.counts.fields.write(to: &$1) },
        MetricRow(
            "churnd_out_of_range_total", .counter, labels: ["field"],
            help: "Numbers beyond a field's bounds that were scored (x-out-of-range)."
        ) { $0.counts.outOfRange.writeKnown(to: &$1) },
    ]

    /// Subjects and their baselines; absent with `behaviour = off`.
    private static let behaviour = [
        MetricRow(
            "churnd_behaviour_alarms_total", .counter, labels: ["signal"],
            help: "Alarms on subjects far from their own baselines, by the strongest signal."
        ) { $0.status.behaviour?.alarms.write(to: &$1) },
        MetricRow(
            "churnd_behaviour_alarmed_subjects", .gauge,
            help: "Subjects with an alarm that lasts."
        ) { if let behaviour = $0.status.behaviour { $1.sample(natural(behaviour.current)) } },
        MetricRow(
            "churnd_behaviour_subjects", .gauge,
            help: "Subjects with a baseline."
        ) { if let behaviour = $0.status.behaviour { $1.sample(natural(behaviour.subjects)) } },
        MetricRow(
            "churnd_behaviour_dropped_total", .counter,
            help: "Requests not compared with a baseline because too many came."
        ) { if let behaviour = $0.status.behaviour { $1.sample(behaviour.dropped) } },
    ]

    private static let redis = [
        MetricRow(
            "churnd_redis_up", .gauge,
            help: "Whether Redis can serve predictions; absent with the store in memory."
        ) { if let isUp = $0.status.isRedisUp { $1.sample(isUp ? 1 : 0 as UInt64) } },
        MetricRow(
            "churnd_redis_duration_seconds", .histogram, unit: .seconds,
            help: "Time that a request, also an administrator's, waited for Redis."
        ) { if $0.hasRedis { $1.histogram($0.counts.redisDurations) } },
        MetricRow(
            "churnd_redis_errors_total", .counter, labels: ["kind"],
            help: "Requests for which Redis gave no valid answer."
        ) { if $0.hasRedis { $0.counts.redisFailures.write(to: &$1) } },
        MetricRow(
            "churnd_revocations_noticed_total", .counter, labels: ["change"],
            help: "Changes of revocations that others made in Redis, where it reports them."
        ) { if $0.hasRedis { $0.status.noticedRevocations.write(to: &$1) } },
    ]

    private static let model = [
        MetricRow(
            "churnd_model_info", .info, labels: ["model_version", "sha256"],
            help: "The active model."
        ) { if let model = $0.status.model { $1.info([model.version, model.sha256]) } },
        MetricRow(
            "churnd_model_reloads_total", .counter, labels: ["result"],
            help: "Attempts to change the model."
        ) { $0.status.reloads.write(to: &$1) },
    ]

    /// The audit log and the program itself.
    private static let program = [
        MetricRow(
            "churnd_audit_up", .gauge,
            help: "Whether the audit log can be written; absent without one."
        ) { if let audit = $0.status.audit { $1.sample(audit.isUp ? 1 : 0 as UInt64) } },
        MetricRow(
            "churnd_audit_records_total", .counter,
            help: "Records written to the audit log."
        ) { if let audit = $0.status.audit { $1.sample(audit.records) } },
        MetricRow(
            "churnd_audit_bytes_total", .counter, unit: .bytes,
            help: "Bytes written to the audit log."
        ) { if let audit = $0.status.audit { $1.sample(audit.bytes) } },
        MetricRow(
            "churnd_audit_failures_total", .counter,
            help: "Writes to the audit log that failed."
        ) { if let audit = $0.status.audit { $1.sample(audit.failures) } },
        MetricRow(
            "churnd_audit_checkpoint_deliveries_total", .counter, labels: ["result"],
            help: "Attempts to deliver checkpoints, by result; absent without a sink."
        ) { $0.status.checkpoints?.deliveries.write(to: &$1) },
        MetricRow(
            "churnd_audit_checkpoint_age_seconds", .gauge, unit: .seconds,
            help: "Time since a checkpoint was acknowledged by the sink, or since the start."
        ) { if let checkpoints = $0.status.checkpoints { $1.sample(checkpoints.ageSeconds) } },
        MetricRow(
            "churnd_audit_checkpoint_waiting_seconds", .gauge, unit: .seconds,
            help: "For how long a checkpoint has waited for the sink's acknowledgement."
        ) { if let checkpoints = $0.status.checkpoints { $1.sample(checkpoints.waitingSeconds) } },
        MetricRow(
            "churnd_build_info", .info, labels: ["version"],
            help: "The program's version."
        ) { $1.info([$0.status.version]) },
        MetricRow(
            "churnd_log_lines_dropped_total", .counter,
            help: "Log lines dropped because their reader was too slow."
        ) { $1.sample($0.status.droppedLogLines) },
        MetricRow(
            "churnd_log_lines_lost_total", .counter,
            help: "Log lines that could not be written, for example to a full disk."
        ) { $1.sample($0.status.lostLogLines) },
    ]

    /// By the names that Prometheus' own libraries have.
    private static let process = [
        MetricRow(
            "process_cpu_seconds_total", .counter, unit: .seconds,
            help: "Processor time spent, in user and system mode together."
        ) { if let seconds = $0.process.cpuSeconds { $1.sample(seconds) } },
        MetricRow(
            "process_resident_memory_bytes", .gauge, unit: .bytes,
            help: "Memory in RAM."
        ) { if let bytes = $0.process.residentBytes { $1.sample(bytes) } },
        MetricRow(
            "process_virtual_memory_bytes", .gauge, unit: .bytes,
            help: "Virtual memory in use."
        ) { if let bytes = $0.process.virtualBytes { $1.sample(bytes) } },
        MetricRow(
            "process_open_fds", .gauge,
            help: "Open descriptors."
        ) { if let count = $0.process.openDescriptors { $1.sample(count) } },
        MetricRow(
            "process_max_fds", .gauge,
            help: "The limit of open descriptors."
        ) { if let count = $0.process.descriptorsMax { $1.sample(count) } },
        MetricRow(
            "process_start_time_seconds", .gauge, unit: .seconds,
            help: "When the process started, in seconds since 1970."
        ) { if let seconds = $0.process.startUnixSeconds { $1.sample(seconds) } },
    ]

    /// A gauge that is summed over workers may be seen a little below zero: one has counted a
    /// beginning, another not yet the end.
    private static func natural(_ value: Int) -> UInt64 { UInt64(max(value, 0)) }
}
