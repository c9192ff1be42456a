internal import Bytes

/// The bodies of the records that the log writes of its own accord, or for the process.
enum ProcessRecords {
    static func start(
        version: String, _ recovery: AuditRecovery, unixMilliseconds: Int64
    ) -> [UInt8] {
        var body = Array(bodyOf: .start, unixMilliseconds: unixMilliseconds)
        body.appendLiteral(",\"version\":")
        body.appendQuoted(version.utf8.span)
        body.appendMember(",\"torn_bytes\":", recovery.tornBytes)
        body.appendMember(",\"missing\":", recovery.missingRecords)
        body.appendMember(",\"format\":", AuditFormat.version)
        if recovery.missingCheckpoints > 0 {
            body.appendMember(",\"checkpoints_missing\":", recovery.missingCheckpoints)
        }
        if recovery.unprovenRecords > 0 {
            body.appendMember(",\"unproven\":", recovery.unprovenRecords)
        }
        return body
    }

    static func stop(unixMilliseconds: Int64) -> [UInt8] {
        Array(bodyOf: .stop, unixMilliseconds: unixMilliseconds)
    }

    static func resumed(afterNanoseconds: Int64, unixMilliseconds: Int64) -> [UInt8] {
        var body = Array(bodyOf: .resumed, unixMilliseconds: unixMilliseconds)
        body.appendMember(",\"failed_for_ms\":", Int(afterNanoseconds / 1_000_000))
        return body
    }

    static func refusals(
        _ reason: AuditRefusalReason, count: Int, unixMilliseconds: Int64
    ) -> [UInt8] {
        var body = Array(bodyOf: .refusals, unixMilliseconds: unixMilliseconds)
        body.appendMember(",\"status\":", AuditRefusalReason.status)
        body.appendMember(",\"reason\":\"", reason.rawValue.utf8.span)
        body.appendMember(",\"count\":", count)
        return body
    }

    /// - Parameter keys: for the pseudonym of the subject.
    static func refusals(
        _ summary: RefusalSummary, keys: AuditKeys, unixMilliseconds: Int64
    ) -> [UInt8] {
        var body = Array(bodyOf: .refusals, unixMilliseconds: unixMilliseconds)
        body.appendMember(",\"status\":", summary.reason.status)
        body.appendMember(",\"reason\":\"", summary.reason.rawValue.utf8.span)
        if let subject = summary.subject {
            body.appendMember(",\"subject\":\"", pseudonymOf: subject, key: keys.subject)
        }
        if let tokenID = summary.counted.tokenID {
            body.appendLiteral(",\"jti\":")
            body.appendQuoted(tokenID.span)
        }
        body.appendMember(",\"count\":", summary.counted.count)
        body.appendMember(",\"first\":\"", unixMilliseconds: summary.counted.first)
        body.appendMember(",\"last\":\"", unixMilliseconds: summary.counted.last)
        return body
    }

    static func note(_ note: AuditNote, keys: AuditKeys, unixMilliseconds: Int64) -> [UInt8] {
        var body: [UInt8]
        let isDone: Bool
        switch note {
        case .model(let action, let model, let by, let wasDone):
            body = Array(bodyOf: .model, unixMilliseconds: unixMilliseconds)
            append(by, keys: keys, to: &body)
            body.appendMember(",\"action\":\"", action.rawValue.utf8.span)
            body.appendBytes(model.members.span)
            isDone = wasDone
        case .revocation(let action, let token, let by, let wasDone):
            body = Array(bodyOf: .revocation, unixMilliseconds: unixMilliseconds)
            append(by, keys: keys, to: &body)
            body.appendMember(",\"action\":\"", action.rawValue.utf8.span)
            body.appendMember(",\"name\":\"", pseudonymOf: token, key: keys.name)
            isDone = wasDone
        case .roles(let action, let digest, let wasDone):
            body = Array(bodyOf: .roles, unixMilliseconds: unixMilliseconds)
            body.appendMember(",\"action\":\"", action.rawValue.utf8.span)
            body.appendMember(",\"roles_sha256\":\"", digest.utf8.span)
            isDone = wasDone
        case .behaviour(let action, let subject, let signals, let by, let wasDone):
            body = Array(bodyOf: .behaviour, unixMilliseconds: unixMilliseconds)
            append(by, keys: keys, to: &body)
            body.appendMember(",\"action\":\"", action.rawValue.utf8.span)
            body.appendMember(",\"about\":\"", pseudonymOf: subject, key: keys.subject)
            if let signals { body.appendMember(",\"signals\":\"", signals.utf8.span) }
            isDone = wasDone
        case .keys(let action, let keyID, let by, let wasDone):
            body = Array(bodyOf: .keys, unixMilliseconds: unixMilliseconds)
            append(by, keys: keys, to: &body)
            body.appendMember(",\"action\":\"", action.rawValue.utf8.span)
            if let keyID {
                body.appendLiteral(",\"kid\":")
                body.appendQuoted(keyID.utf8.span)
            }
            isDone = wasDone
        }
        if !isDone { body.appendMember(",\"result\":\"", AuditNote.notDone.utf8.span) }
        return body
    }

    private static func append(
        _ by: AuditedOperator, keys: AuditKeys, to body: inout [UInt8]
    ) {
        if let requestID = by.requestID {
            body.appendMember(",\"request_id\":\"", requestID.span)
        }
        body.appendPeer(by.peer.span, proxy: by.proxy.span)
        body.appendClient(by.clientName)
        if let subject = by.subject {
            body.appendMember(",\"subject\":\"", pseudonymOf: subject, key: keys.subject)
        }
        if let peer = by.peerProcess {
            body.appendMember(",\"peer_uid\":", Int(peer.userID))
            body.appendMember(",\"peer_pid\":", Int(max(peer.processID, 0)))
        }
    }
}
