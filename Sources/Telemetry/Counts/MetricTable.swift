package import Metrics

/// Every family that churnd has, in the order they are written.
package enum MetricTable {
    package static let all: [MetricFamily] = [
        requestDuration, activeRequests, connections, droppedConnections,
        predictions, probability, tokens, quota, validationErrors, outOfRange,
        redisUp, redisDuration, redisErrors,
        modelInfo, modelReloads,
        auditUp, auditRecords, auditBytes, auditFailures,
        buildInfo, droppedLogLines, lostLogLines,
        cpuTime, residentMemory, virtualMemory, openDescriptors, descriptorsMax, startTime,
    ]
}

/// Requests.
extension MetricTable {
    static let requestDuration = MetricFamily(
        "http_server_request_duration_seconds", .histogram, unit: .seconds,
        labels: ["method", "route", "status"],
        help: "Time from a request's last byte to its answer, waiting for Redis included.")
    static let activeRequests = MetricFamily(
        "http_server_active_requests", .gauge,
        help: "Requests that have been read and not answered yet.")
    static let connections = MetricFamily(
        "http_server_connections", .gauge, labels: ["listener"],
        help: "Open connections of clients.")
    static let droppedConnections = MetricFamily(
        "churnd_connections_dropped_total", .counter, labels: ["listener", "reason"],
        help: "Connections that were closed because of a limit on connections.")
}

/// Predictions and what keeps requests from them.
extension MetricTable {
    static let predictions = MetricFamily(
        "churnd_predictions_total", .counter, labels: ["model_version", "risk_level"],
        help: "Predictions that were answered; models before the last 16 together as other.")
    static let probability = MetricFamily(
        "churnd_probability", .histogram,
        help: "Probabilities that were answered, after calibration.")
    static let tokens = MetricFamily(
        "churnd_auth_total", .counter, labels: ["result"],
        help: "Requests that need a token, by result.")
    static let quota = MetricFamily(
        "churnd_quota_total", .counter, labels: ["decision"],
        help: "Requests with a valid token, by the store's decision.")
    static let validationErrors = MetricFamily(
        "churnd_validation_errors_total", .counter, labels: ["field"],
        help: "Invalid fields of refused records, by the schema's names.")
    static let outOfRange = MetricFamily(
        "churnd_out_of_range_total", .counter, labels: ["field"],
        help: "Numbers beyond a field's bounds that were scored (x-out-of-range).")
}

/// Redis.
extension MetricTable {
    static let redisUp = MetricFamily(
        "churnd_redis_up", .gauge,
        help: "Whether Redis can serve predictions; absent with the store in memory.")
    static let redisDuration = MetricFamily(
        "churnd_redis_duration_seconds", .histogram, unit: .seconds,
        help: "Time that a request, also an administrator's, waited for Redis.")
    static let redisErrors = MetricFamily(
        "churnd_redis_errors_total", .counter, labels: ["kind"],
        help: "Requests for which Redis gave no valid answer.")
}

/// The model.
extension MetricTable {
    static let modelInfo = MetricFamily(
        "churnd_model_info", .info, labels: ["model_version", "sha256"],
        help: "The active model.")
    static let modelReloads = MetricFamily(
        "churnd_model_reloads_total", .counter, labels: ["result"],
        help: "Attempts to change the model.")
}

/// The audit log and the program's own.
extension MetricTable {
    static let auditUp = MetricFamily(
        "churnd_audit_up", .gauge,
        help: "Whether the audit log can be written; absent without one.")
    static let auditRecords = MetricFamily(
        "churnd_audit_records_total", .counter,
        help: "Records written to the audit log.")
    static let auditBytes = MetricFamily(
        "churnd_audit_bytes_total", .counter, unit: .bytes,
        help: "Bytes written to the audit log.")
    static let auditFailures = MetricFamily(
        "churnd_audit_failures_total", .counter,
        help: "Writes to the audit log that failed.")
    static let buildInfo = MetricFamily(
        "churnd_build_info", .info, labels: ["version"],
        help: "The program's version.")
    static let droppedLogLines = MetricFamily(
        "churnd_log_lines_dropped_total", .counter,
        help: "Log lines dropped because their reader was too slow.")
    static let lostLogLines = MetricFamily(
        "churnd_log_lines_lost_total", .counter,
        help: "Log lines that could not be written, for example to a full disk.")
}

/// The process, by the names that Prometheus' own libraries have.
extension MetricTable {
    static let cpuTime = MetricFamily(
        "process_cpu_seconds_total", .counter, unit: .seconds,
        help: "Processor time spent, in user and system mode together.")
    static let residentMemory = MetricFamily(
        "process_resident_memory_bytes", .gauge, unit: .bytes,
        help: "Memory in RAM.")
    static let virtualMemory = MetricFamily(
        "process_virtual_memory_bytes", .gauge, unit: .bytes,
        help: "Virtual memory in use.")
    static let openDescriptors = MetricFamily(
        "process_open_fds", .gauge,
        help: "Open descriptors.")
    static let descriptorsMax = MetricFamily(
        "process_max_fds", .gauge,
        help: "The limit of open descriptors.")
    static let startTime = MetricFamily(
        "process_start_time_seconds", .gauge, unit: .seconds,
        help: "When the process started, in seconds since 1970.")
}
