internal import Bytes
internal import OpenSSL

/// The bodies of the records that the log writes of its own accord, or for the process.
enum ProcessRecords {
    static func start(
        version: String, _ recovery: AuditRecovery, unixMilliseconds: Int64
    ) -> [UInt8] {
        var body: [UInt8] = []
        body.appendBodyStart(.start, unixMilliseconds: unixMilliseconds)
        body.appendLiteral(",\"version\":")
        body.appendQuoted(version.utf8.span)
        body.appendLiteral(",\"torn_bytes\":")
        body.appendDecimal(recovery.tornBytes)
        body.appendLiteral(",\"missing\":")
        body.appendDecimal(recovery.missingRecords)
        body.appendLiteral(",\"format\":")
        body.appendDecimal(AuditFormat.version)
        if recovery.missingCheckpoints > 0 {
            body.appendLiteral(",\"checkpoints_missing\":")
            body.appendDecimal(recovery.missingCheckpoints)
        }
        if recovery.unprovenRecords > 0 {
            body.appendLiteral(",\"unproven\":")
            body.appendDecimal(recovery.unprovenRecords)
        }
        return body
    }

    static func stop(unixMilliseconds: Int64) -> [UInt8] {
        var body: [UInt8] = []
        body.appendBodyStart(.stop, unixMilliseconds: unixMilliseconds)
        return body
    }

    static func resumed(afterNanoseconds: Int64, unixMilliseconds: Int64) -> [UInt8] {
        var body: [UInt8] = []
        body.appendBodyStart(.resumed, unixMilliseconds: unixMilliseconds)
        body.appendLiteral(",\"failed_for_ms\":")
        body.appendDecimal(Int(afterNanoseconds / 1_000_000))
        return body
    }

    static func refusals(
        _ reason: AuditRefusalReason, count: Int, unixMilliseconds: Int64
    ) -> [UInt8] {
        var body: [UInt8] = []
        body.appendBodyStart(.refusals, unixMilliseconds: unixMilliseconds)
        body.appendLiteral(",\"status\":")
        body.appendDecimal(AuditRefusalReason.status)
        body.appendLiteral(",\"reason\":\"")
        body.append(contentsOf: reason.rawValue.utf8)
        body.appendLiteral("\",\"count\":")
        body.appendDecimal(count)
        return body
    }

    /// - Parameter keys: for the pseudonym of the subject.
    static func refusals(
        _ summary: RefusalSummary, keys: AuditKeys, unixMilliseconds: Int64
    ) -> [UInt8] {
        var body: [UInt8] = []
        body.appendBodyStart(.refusals, unixMilliseconds: unixMilliseconds)
        body.appendLiteral(",\"status\":")
        body.appendDecimal(summary.reason.status)
        body.appendLiteral(",\"reason\":\"")
        body.append(contentsOf: summary.reason.rawValue.utf8)
        body.appendLiteral("\"")
        if let subject = summary.subject {
            body.appendLiteral(",\"subject\":\"")
            body.appendPseudonym(of: subject, key: keys.subject)
            body.appendLiteral("\"")
        }
        if let tokenID = summary.counted.tokenID {
            body.appendLiteral(",\"jti\":")
            body.appendQuoted(tokenID.span)
        }
        body.appendLiteral(",\"count\":")
        body.appendDecimal(summary.counted.count)
        body.appendLiteral(",\"first\":\"")
        Timestamp.append(unixMilliseconds: summary.counted.first, to: &body)
        body.appendLiteral("\",\"last\":\"")
        Timestamp.append(unixMilliseconds: summary.counted.last, to: &body)
        body.appendLiteral("\"")
        return body
    }

    static func note(_ note: AuditNote, keys: AuditKeys, unixMilliseconds: Int64) -> [UInt8] {
        var body: [UInt8] = []
        switch note {
        case .model(let action, let model, let by, let isDone):
            body.appendBodyStart(.model, unixMilliseconds: unixMilliseconds)
            append(by, keys: keys, to: &body)
            append(action: action.rawValue, to: &body)
            body.appendBytes(model.members.span)
            appendResult(isDone: isDone, to: &body)
        case .revocation(let action, let token, let by, let isDone):
            body.appendBodyStart(.revocation, unixMilliseconds: unixMilliseconds)
            append(by, keys: keys, to: &body)
            append(action: action.rawValue, to: &body)
            body.appendLiteral(",\"name\":\"")
            body.appendPseudonym(of: token, key: keys.name)
            body.appendLiteral("\"")
            appendResult(isDone: isDone, to: &body)
        }
        return body
    }

    private static func append(
        _ by: AuditedOperator, keys: AuditKeys, to body: inout [UInt8]
    ) {
        if let requestID = by.requestID {
            body.appendLiteral(",\"request_id\":\"")
            body.appendBytes(requestID.span)
            body.appendLiteral("\"")
        }
        body.appendPeer(by.peer.span)
        if let subject = by.subject {
            body.appendLiteral(",\"subject\":\"")
            body.appendPseudonym(of: subject, key: keys.subject)
            body.appendLiteral("\"")
        }
        if let peer = by.peerProcess {
            body.appendLiteral(",\"peer_uid\":")
            body.appendDecimal(Int(peer.userID))
            body.appendLiteral(",\"peer_pid\":")
            body.appendDecimal(Int(max(peer.processID, 0)))
        }
    }

    private static func appendResult(isDone: Bool, to body: inout [UInt8]) {
        guard !isDone else { return }
        body.appendLiteral(",\"result\":\"")
        body.append(contentsOf: AuditNote.notDone.utf8)
        body.appendLiteral("\"")
    }

    private static func append(action: String, to body: inout [UInt8]) {
        body.appendLiteral(",\"action\":\"")
        body.append(contentsOf: action.utf8)
        body.appendLiteral("\"")
    }
}
