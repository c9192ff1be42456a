package import Reactor
package import Redis

/// Revocations and quotas in Redis, shared by all that use the same database. The requests of a
/// turn are decided together, by one script and one round trip.
package final class RedisAdmissionStore: AdmissionStore {
    /// Requests in one run of the script, which nothing else in Redis interrupts: a millisecond.
    package static let groupMax = 128
    /// Once the requests of a group ask for so many admissions together, it takes no further one:
    /// half a millisecond.
    package static let groupChargesMax = 5_000
    /// Questions on their way to Redis and back. While there are so many, the next one waits and
    /// grows: a run of the script costs Redis and this loop as much as deciding ten requests.
    package static let questionsMax = 2
    /// How long it waits at most.
    package static let waitNanoseconds: Int64 = 1_000_000

    private unowned let loop: Loop
    let connection: RedisConnection
    private let quota: QuotaRules
    private let rules: ScriptRules
    /// Of this process, nearly.
    private let start: Int64
    /// Nil where nobody listens to what is changed in Redis.
    let ownRevocations: OwnRevocations?
    private var decisions = DecisionQueue()
    /// Of the requests since the last question.
    private lazy var question = makeQuestion()
    private var questions: [Question] = []
    /// Those of them that can be asked again, with their memory.
    private var free: [Question] = []
    private var askedCount = 0
    /// Until when the next question waits for an answer to an earlier one.
    private var waitEnd = Int64.max

    /// A group on its way to Redis and back.
    private final class Question {
        var group = AdmissionGroup()
        var form = RedisProbe.Form.short
        var nonce = 0
        /// Made once, so that asking again takes no memory.
        private(set) var completion: RedisConnection.Completion = { _ in }

        init(of store: RedisAdmissionStore) {
            // The connection has it only while the store has the connection.
            completion = { [unowned store, unowned self] in store.take($0, for: self) }
        }
    }

    /// - Parameter markerKey: the key without which nothing is decided, because Redis may have
    ///   lost its data; nil where it need not be there.
    package init(
        loop: Loop, connection: RedisConnection, quota: QuotaRules, markerKey: [UInt8]?,
        ownRevocations: OwnRevocations? = nil
    ) {
        self.loop = loop
        self.connection = connection
        self.quota = quota
        self.ownRevocations = ownRevocations
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
        if question.group.count == 0 { waitEnd = loop.now + RedisAdmissionStore.waitNanoseconds }
        question.group.append(request, usualLimit: quota.limit)
        if question.group.count == RedisAdmissionStore.groupMax
            || question.group.charges >= RedisAdmissionStore.groupChargesMax
        {
            askNow()
        }
    }

    package func takeDecision() -> (ticket: UInt64, decision: AdmissionDecision)? {
        decisions.popFirst()
    }

    /// Whether anything was asked since `ask`, or decided and not taken.
    package var isBusy: Bool { mayAsk || !decisions.isEmpty }

    package var deadline: Int64? { question.group.count > 0 ? waitEnd : nil }

    private var mayAsk: Bool {
        question.group.count > 0
            && (askedCount < RedisAdmissionStore.questionsMax || waitEnd <= loop.now)
    }

    /// Queues the question that decides all requests since the last one, unless it waits.
    package func ask() {
        if mayAsk { askNow() }
    }

    private func askNow() {
        let asked = question
        question = free.popLast() ?? makeQuestion()
        askedCount += 1
        send(asked, as: .short)
    }

    private func makeQuestion() -> Question {
        let made = Question(of: self)
        questions.append(made)
        return made
    }

    private func reuse(_ question: Question) {
        question.group.removeAll()
        free.append(question)
        askedCount -= 1
    }

    private func send(_ question: Question, as form: RedisProbe.Form) {
        question.form = form
        question.nonce = connection.makeNonce()
        let trusted = rules.trustedMilliseconds(uptimeNanoseconds: loop.now - start)
        connection.send(
            deadline: question.group.deadline,
            encode: {
                question.group.appendCommand(
                    to: &$0, as: form, nonce: question.nonce, rules: rules,
                    trustedMilliseconds: trusted)
            },
            completion: question.completion)
    }

    private func take(_ result: Result<RedisReply, RedisFailure>, for question: Question) {
        switch result {
        case .success(.array(let elements)):
            guard let answer = AdmissionAnswer(elements, nonce: question.nonce) else {
                end(question, .redis(.protocolViolation))
                connection.dropForStrayReply()
                break
            }
            take(answer.numbers, for: question)
        case .success(.error(let text)):
            let code = RedisErrorCode(of: text)
            if code == .noScript, question.form == .short {
                // EVAL loads the script and runs it in one step, so that no flush comes in between.
                return send(question, as: .full)
            }
            end(question, .redis(.errorReply(code)))
        case .success: end(question, .unexpectedReply)
        case .failure(let failure): end(question, .redis(failure))
        }
        reuse(question)
    }

    private func take(_ numbers: ArraySlice<RedisReply>, for question: Question) {
        guard numbers.count == question.group.count else { return end(question, .unexpectedReply) }
        for index in 0..<question.group.count {
            let decision = decision(
                of: numbers[numbers.startIndex + index], question.group.terms(at: index))
            decisions.append(decision, for: question.group.ticket(at: index))
        }
    }

    private func decision(
        of answer: RedisReply, _ terms: AdmissionTerms
    ) -> AdmissionDecision {
        if case .error(let text) = answer {
            let code = RedisErrorCode(of: text)
            if code == .wrongType { return .unavailable(.foreignQuotaKey) }
            connection.noteError(code)
            return .unavailable(.redis(.errorReply(code)))
        }
        guard case .integer(let number) = answer,
            let verdict = AdmissionScript.Verdict(number, terms)
        else { return .unavailable(.unexpectedReply) }
        let seconds = quota.seconds(untilReset: verdict.resetMilliseconds)
        return switch verdict.code {
        case .admitted: terms.ofAll(left: verdict.left, resetSeconds: seconds)
        case .uncharged: terms.ofNone
        case .revoked: .revoked
        case .refused where verdict.left > 0:
            .partly(count: verdict.left, retrySeconds: seconds)
        case .refused: .refused(retrySeconds: seconds)
        }
    }

    private func end(_ question: Question, _ failure: AdmissionFailure) {
        for index in 0..<question.group.count {
            decisions.append(.unavailable(failure), for: question.group.ticket(at: index))
        }
    }
}
