internal import Bytes
internal import HTTP

/// A request that took longer than is wanted, and where the time went.
struct SlowRequest {
    let outcome: RequestOutcome
    let requestID: RequestID?
    let stages: StageTimes
    let answeredAt: Int64
    let unixMilliseconds: Int64

    /// Appends a line of the log.
    ///
    /// - Parameter now: when the answer had been sent, in nanoseconds of the monotonic clock.
    func append(now: Int64, to lines: inout [UInt8]) {
        lines.appendLiteral("{\"time\":\"")
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &lines)
        lines.appendLiteral(
            "\",\"level\":\"warning\",\"message\":\"slow request\",\"request_id\":\"")
        if let requestID { lines.appendBytes(requestID.bytes) }
        if let trace = outcome.trace {
            lines.appendLiteral("\",\"trace_id\":\"")
            lines.appendBytes(trace.traceID)
        }
        lines.appendLiteral("\"")
        outcome.appendAnswer(to: &lines)
        append("parse_us", stages[.parse], to: &lines)
        append("token_us", stages[.token], to: &lines)
        append("decode_us", stages[.decode], to: &lines)
        append("score_us", stages[.score], to: &lines)
        append("redis_us", stages[.store], to: &lines)
        append("audit_us", stages[.audit], to: &lines)
        append("write_us", now - answeredAt, to: &lines)
        lines.appendLiteral("}\n")
    }

    private func append(_ name: StaticString, _ nanoseconds: Int64, to lines: inout [UInt8]) {
        lines.appendLiteral(",\"")
        lines.appendLiteral(name)
        lines.appendLiteral("\":")
        lines.appendDecimal(Int(nanoseconds / 1000))
    }
}
