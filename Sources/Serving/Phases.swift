internal import Access
internal import Bytes
internal import Configuration
internal import HTTP
internal import HTTPServer
internal import Identity
internal import JSON
internal import JWT
internal import ModelRegistry
internal import OpenSSL
internal import POSIX
internal import Reactor
internal import Telemetry

// The phases that read the request.
extension Calls {
    func step(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) -> Step {
        switch call.phase {
        case .identify:
            try identify(call, request)
            if budgets != nil { try checkBudget(of: call) }
        case .describe: try describe(call, request)
        case .authenticate: try authenticate(call, request)
        case .prepare: prepare(call, request)
        case .admit: return try admit(call, request)
        case .judge, .record, .answer: preconditionFailure("it does not read the request")
        }
        return .next
    }

    private func identify(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) {
        let head = request.head
        switch routes.match(request.headBytes.extracting(head.path), head.method) {
        case .route(let route): call.route = route
        case .otherMethods(let route, let allowed):
            if call.originPlace != nil, CrossOrigin.isPreflight(head, request.headBytes) {
                call.route = route.preflight(allowed: allowed)
                return
            }
            call.route = route
            throw .methodNotAllowed(allowed: allowed)
        case .nothing:
            call.errors = routes.errors(ofUnknown: request.headBytes.extracting(head.path))
            throw .unknownPath
        }
    }

    /// Throws for an address over its budget. What is open to everyone costs too little to refuse.
    private func checkBudget(of call: Call) throws(ServiceFailure) {
        guard call.route?.access != .open, let network = budgetedNetwork(of: call),
            let refusal = budgets?.refusal(of: network, now: loop.now)
        else { return }
        counts.abuse(.refused)
        if refusal.isFirst { answers.noteRefusedAddress(of: call) }
        throw .tooManyFailures(retrySeconds: refusal.retrySeconds)
    }

    /// What failures of a call are counted for; nil where they are not: the address is unknown or a
    /// proxy's, or an operator's on this machine, who must not be locked out.
    private func budgetedNetwork(of call: Call) -> PeerAddress.Subscriber? {
        if let origin = call.origin, !origin.isClientKnown { return nil }
        if operations != nil, call.peer.address?.isLoopback != false { return nil }
        return call.peer.network
    }

    /// Throws for callers; for administrators what is wrong with a body is kept, since it
    /// is reported to administrators alone.
    private func describe(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) {
        guard let route = call.route else { return }
        do throws(ServiceFailure) {
            switch route.content {
            case .json: try request.checkContent(bodyBytesMax: rules.bodyBytesMax)
            case .records:
                try request.checkFraming()
                try checkSize(of: request)
                try route.handler.describe(call, request)
            case .none, .optionalJSON:
                if request.isBodyTooLarge { throw .bodyTooLarge(bytesMax: rules.bodyBytesMax) }
            }
            let head = request.head
            if head.path.upperBound < head.target.upperBound {
                // Behind the question mark.
                let query = head.path.upperBound + 1..<head.target.upperBound
                try route.handler.describe(call, query: request.headBytes.extracting(query))
            }
        } catch {
            guard route.access == .administrator else { throw error }
            call.contentFailure = error
        }
    }

    /// Where the content was not read because the token is not good, that is said first.
    private func checkSize(of request: borrowing Request) throws(ServiceFailure) {
        let bytesMax = rules.batch.bytesMax
        if request.hasNoRoom { throw .noRoom }
        if request.body.count > bytesMax { throw .bodyTooLarge(bytesMax: bytesMax) }
        if case .length(let length) = request.head.framing, length > bytesMax {
            throw .bodyTooLarge(bytesMax: bytesMax)
        }
    }

    private func authenticate(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) {
        if let origin = call.origin, origin.isPlain, !rules.isPlainHTTPMeant {
            throw .plainHTTPAtProxy
        }
        if let token = rules.platform.token(for: call.route) {
            call.token = token
            if let behaviour { try behaviour.limit(call, unixMilliseconds: loop.unixMilliseconds) }
            return call.stages.end(.token)
        }
        var known: RecentTokens.Entry?
        let field = rules.platform.tokenField(for: call.route)
        let range = try request.head.bearerToken(in: request.headBytes, field: field) {
            known = verifier?.recall($0)
            return known != nil
        }
        call.tokenRange = range
        let text = request.headBytes.extracting(range)
        let certificate = call.clientName?.fingerprint
        if let leader = leaderOfTurn(with: text) {
            // It may have come over another connection.
            do throws(TokenError) { try leader.token?.checkBinding(to: certificate) } catch {
                throw .token(error)
            }
            call.leader = leader
            call.token = leader.token
        } else if let verifier {
            call.token = try verifier.admitted(
                text, known: known, nowUnixMilliseconds: loop.unixMilliseconds,
                certificate: certificate, anyScope: call.route?.access == .token)
        }
        if let roles = verifier?.roles { try authorize(call, roles) }
        if let behaviour { try behaviour.limit(call, unixMilliseconds: loop.unixMilliseconds) }
        call.stages.end(.token)
    }

    /// Throws where the token's roles do not allow what the route is for.
    private func authorize(_ call: Call, _ roles: Roles) throws(ServiceFailure) {
        guard let route = call.route, let scope = route.scope, let token = call.token else {
            return
        }
        guard let rights = token.rights else { preconditionFailure("verified without roles") }
        if !rights.scopes.contains(scope) {
            guard scope == .predict, rights.scopes.contains(.predictBand) else {
                throw .insufficientScope(token, required: "\(scope.name)")
            }
            call.showsProbability = false
        }
        if call.reasonCount != nil, !rights.scopes.contains(.explain) {
            throw .insufficientScope(token, required: "\(Scope.explain.name)")
        }
        guard route.access == .administrator else { return }
        let needed = roles.stepUp(for: scope)
        guard rights.login.satisfies(needed, now: Double(loop.unixMilliseconds) / 1000) else {
            throw .insufficientLogin(needed: needed)
        }
    }

    /// A call of this turn that the store has not decided and that has the same token: what was
    /// verified a moment ago, byte for byte, need not be verified again.
    private func leaderOfTurn(with token: Span<UInt8>) -> Call? {
        guard let ticket = refused.leaderOfTurn else { return nil }
        let leader = pool[ticket]
        let leaderToken = leader.keptToken
        return leaderToken.span.equals(token) ? leader : nil
    }

    private func prepare(_ call: Call, _ request: borrowing Request) {
        guard let route = call.route else { return }
        if route.access == .quota, audit != nil { call.bodyDigest = digest.hash(request.body) }
        guard call.contentFailure == nil else { return }
        do throws(ServiceFailure) {
            try route.handler.prepare(call, request, self)
        } catch {
            call.contentFailure = error
        }
    }

    private func admit(
        _ call: Call, _ request: borrowing Request
    ) throws(ServiceFailure) -> Step {
        if call.records != nil {
            call.leader = nil
            unscored.append(call)
            return .waits
        }
        if let customer = call.customer {
            call.leader = nil
            fetch(call, customer)
            return .waits
        }
        if call.isCharged, let audit, !audit.takesRecords {
            // Before the store is asked, so that it does not cost the caller a prediction.
            throw .unrecorded
        }
        if let leader = call.leader {
            call.leader = nil
            leader.followers.append(call)
            return .waits
        }
        if call.outcome == .unscored { refused.lead(call.ticket) }
        let start =
            call.route?.access == .administrator
            ? loop.now + Calls.administratorNanoseconds
            : call.receivedAt + rules.decisionNanoseconds
        ask(call, request.headBytes.extracting(call.tokenRange), deadline: start)
        return .waits
    }

    func ask(_ call: Call, _ token: Span<UInt8>, deadline: Int64) {
        let subject = call.subject
        let otherName = call.otherName
        admissions.admit(
            AdmissionRequest(
                token: token, tokenID: otherName.span, subject: subject.span,
                limit: call.quotaLimit,
                issuedAt: call.token?.issuedAt, charges: call.chargeCount,
                takesPart: call.records?.takesPart ?? false, deadline: deadline,
                ticket: call.ticket))
    }
}

// The phases that do not.
extension Calls {
    func step(_ call: Call) throws(ServiceFailure) -> Step {
        switch call.phase {
        case .judge: try judge(call)
        case .record:
            call.unixMilliseconds = loop.unixMilliseconds
            // Where no record is good there is no prediction to be recorded.
            if let audit, call.isCharged {
                audit.hold(call)
                return .waits
            }
        case .answer:
            try answer(call)
            return .waits
        case .identify, .describe, .authenticate, .prepare, .admit:
            preconditionFailure("it reads the request")
        }
        return .next
    }

    /// The store's decision on a call, and on those that share its question.
    func decide(_ ticket: UInt64, _ decision: AdmissionDecision) {
        let call = pool[ticket]
        if call.route?.access == .quota {
            refused.note(
                decision, on: call.subject, limit: call.quotaLimit,
                isAllOrNone: call.records?.takesPart == false, now: loop.now)
        }
        refused.dismiss(ticket)
        let followers = call.takeFollowers()
        settle(call, decision)
        for follower in followers {
            switch decision.ofFollower(charges: follower.isCharged ? 1 : 0, isAlike: true) {
            case let shared?: settle(follower, shared)
            case nil:
                // It has the store's time once more: what is left of the first would be the
                // deadline of all that are asked with it, and drop their connection.
                let token = follower.keptToken
                ask(follower, token.span, deadline: loop.now + rules.decisionNanoseconds)
            }
        }
    }

    private func settle(_ call: Call, _ decision: AdmissionDecision) {
        call.stages.end(.store)
        call.decision = decision
        call.isDecided = true
        if call.route?.access == .quota {
            counts.decided(decision, after: call.stages[.store])
        } else {
            counts.judged(decision, after: call.stages[.store])
        }
        call.phase = .judge
        run(call)
    }

    private func judge(_ call: Call) throws(ServiceFailure) {
        switch call.decision {
        case .revoked: throw .revoked
        case .unavailable(let failure): throw .undecided(failure)
        case .admitted where call.isCharged: try complete(call)
        case .partly(let count, let seconds) where call.isCharged:
            guard let records = call.records, records.takesPart, count < records.scoredCount else {
                throw .undecided(.unexpectedReply)
            }
            records.admit(count, retrySeconds: seconds)
        case .beyondLimit(let limit) where call.chargeCount > 1:
            throw .beyondQuota(count: call.chargeCount, limit: limit)
        case .refused(let seconds) where call.isCharged:
            throw .rateLimited(retrySeconds: seconds)
        case .uncharged where !call.isCharged: break
        // Not the script's answer to what was asked.
        case .admitted, .partly, .beyondLimit, .refused, .uncharged:
            throw .undecided(.unexpectedReply)
        }
        if let failure = call.contentFailure {
            counts.noteInvalid(failure)
            throw failure
        }
    }

    /// Scores what was not, as it would have been when it came.
    private func complete(_ call: Call) throws(ServiceFailure) {
        guard call.outcome == .unscored else { return }
        let body = call.keptBody
        do throws(ServiceFailure) {
            try call.scorer.score(
                body.span, &call.stages, reasons: call.reasonCount, into: &call.prediction)
            call.outcome = .scored
        } catch {
            call.contentFailure = error
        }
    }

    /// A record is written, or cannot be.
    func release(_ call: Call, _ isRecorded: Bool) {
        if !isRecorded { call.refusal = .unrecorded }
        call.phase = .answer
        run(call)
    }

    private func answer(_ call: Call) throws(ServiceFailure) {
        if let refusal = call.refusal { return fail(call, refusal, refusal.row) }
        if let failure = call.contentFailure { throw failure }
        guard let route = call.route else { preconditionFailure("it was identified") }
        try route.handler.answer(call, self)
    }

    /// Answers with what went wrong, once that is recorded where it has to be.
    func fail(_ call: Call, _ failure: ServiceFailure) {
        if call.phase == .describe || call.phase == .authenticate { call.stages.end(.token) }
        if case .insufficientScope(let token, _) = failure { call.token = token }
        if case .token(.unknownKey) = failure { state.issuerKeys?.want() }
        let row = failure.row
        if !call.isDecided, let result = row.token { counts.tokenJudged(result) }
        if budgets != nil, row.isAbuse, let network = budgetedNetwork(of: call) {
            let isFollowed = budgets?.fail(network, now: loop.now) ?? false
            counts.abuse(isFollowed ? .counted : .uncounted)
        }
        call.phase = .answer
        call.unixMilliseconds = loop.unixMilliseconds
        if let audit {
            if row.recorded != nil, call.token != nil {
                call.refusal = failure
                return audit.hold(call)
            }
            if let reason = row.counted { audit.count(reason) }
        }
        fail(call, failure, row)
    }

    private func fail(_ call: Call, _ failure: ServiceFailure, _ row: FailureRow) {
        behaviour?.note(call, failure, row)
        answers.fail(call, failure, row)
        pool.giveBack(call)
    }
}
