package import Reactor
package import Redis

/// Revocations and quotas in Redis, shared by all that use the same database. The requests of a
/// turn are decided together, by one script and one round trip.
package final class RedisAdmissionStore: AdmissionStore {
    /// Requests in one run of the script, which nothing else in Redis interrupts: a millisecond.
    package static let groupMax = 128

    private unowned let loop: Loop
    private let connection: RedisConnection
    private let quota: QuotaRules
    private let rules: ScriptRules
    /// Of this process, nearly.
    private let start: Int64
    private var decisions = DecisionQueue()
    private var group = AdmissionGroup()

    /// - Parameter markerKey: the key without which nothing is decided, because Redis may have
    ///   lost its data; nil where it need not be there.
    package init(
        loop: Loop, connection: RedisConnection, quota: QuotaRules, markerKey: [UInt8]?
    ) {
        self.loop = loop
        self.connection = connection
        self.quota = quota
        rules = ScriptRules(
            limit: quota.limit, windowMilliseconds: quota.windowMilliseconds,
            markerKey: markerKey)
        start = loop.now
    }

    package func admit(_ request: borrowing AdmissionRequest) {
        // One that is late already would take the others of its turn with it.
        guard request.deadline > loop.now else {
            return decisions.append(
                .unavailable(.redis(.deadlinePassed)), for: request.ticket)
        }
        group.append(request)
        if group.count == RedisAdmissionStore.groupMax { send() }
    }

    package func takeDecision() -> (ticket: UInt64, decision: AdmissionDecision)? {
        decisions.popFirst()
    }

    /// Whether anything was asked since `ask`, or decided and not taken.
    package var isBusy: Bool { group.count > 0 || !decisions.isEmpty }

    /// Queues the question that decides all requests since the last one.
    package func ask() {
        if group.count > 0 { send() }
    }

    private func send() {
        let group = group
        self.group = AdmissionGroup()
        send(group, as: .short)
    }

    private func send(_ group: AdmissionGroup, as form: RedisProbe.Form) {
        let nonce = connection.makeNonce()
        let trusted = rules.trustedMilliseconds(uptimeNanoseconds: loop.now - start)
        connection.send(
            deadline: group.deadline,
            encode: {
                group.appendCommand(
                    to: &$0, as: form, nonce: nonce, rules: self.rules,
                    trustedMilliseconds: trusted)
            },
            completion: { [weak self] in self?.take($0, for: group, sentAs: form, nonce) })
    }

    private func take(
        _ result: Result<RedisReply, RedisFailure>, for group: AdmissionGroup,
        sentAs form: RedisProbe.Form, _ nonce: Int
    ) {
        switch result {
        case .success(.array(let elements)):
            guard let answer = AdmissionAnswer(elements, nonce: nonce) else {
                end(group, .redis(.protocolViolation))
                return connection.dropForStrayReply()
            }
            take(answer.numbers, for: group)
        case .success(.error(let text)):
            let code = RedisErrorCode(of: text)
            if code == .noScript, form == .short {
                // EVAL loads the script and runs it in one step, so that no flush comes in between.
                return send(group, as: .full)
            }
            end(group, .redis(.errorReply(code)))
        case .success: end(group, .unexpectedReply)
        case .failure(let failure): end(group, .redis(failure))
        }
    }

    private func take(_ numbers: ArraySlice<RedisReply>, for group: AdmissionGroup) {
        guard numbers.count == group.count else { return end(group, .unexpectedReply) }
        for index in 0..<group.count {
            let decision = decision(
                of: numbers[numbers.startIndex + index], charges: group.charges(at: index))
            decisions.append(decision, for: group.ticket(at: index))
        }
    }

    private func decision(of answer: RedisReply, charges: Bool) -> AdmissionDecision {
        if case .error(let text) = answer {
            let code = RedisErrorCode(of: text)
            if code == .wrongType { return .unavailable(.foreignQuotaKey) }
            connection.noteError(code)
            return .unavailable(.redis(.errorReply(code)))
        }
        guard case .integer(let number) = answer,
            let verdict = AdmissionScript.Verdict(number, limit: quota.limit, charges: charges)
        else { return .unavailable(.unexpectedReply) }
        let seconds = quota.seconds(untilReset: verdict.resetMilliseconds)
        return switch verdict.code {
        case .admitted: .admitted(left: verdict.left, resetSeconds: seconds)
        case .uncharged: .uncharged
        case .revoked: .revoked
        case .refused: .refused(retrySeconds: seconds)
        }
    }

    private func end(_ group: AdmissionGroup, _ failure: AdmissionFailure) {
        for index in 0..<group.count {
            decisions.append(.unavailable(failure), for: group.ticket(at: index))
        }
    }
}
